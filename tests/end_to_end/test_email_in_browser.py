"""Emails in a real browser: everybody can read them, on a phone and on a desk, by day and by night."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any, Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, Request, sync_playwright

from tests.unit.email.cases import BUILT_IN, CASES
from tests.unit.email.golden import part

PHONE, DESK = 375, 1024
Scheme = Literal["light", "dark"]
LOOKS: tuple[tuple[Scheme, int], ...] = (("light", 320), ("light", 600), ("dark", 600), ("dark", 320))
EVERY = {**CASES, **BUILT_IN}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The machine's own Chromium or Chrome."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
    assert found, "these tests want Chromium or Chrome on the PATH"
    options = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=options)
        yield chromium
        chromium.close()


def opened(browser: Browser, case: str, scheme: Scheme, width: int) -> Page:
    """A page that shows the email."""
    page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 800})
    page.set_content(part(CASES[case].email(), "html"))
    return page


def objections(page: Page) -> list[tuple[str, list[str]]]:
    """What axe-core finds wrong with what the page shows now, and where."""
    found: dict[str, Any] = page.evaluate("axe.run({resultTypes: ['violations']})")
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]]


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """A page with axe-core in it, which is most of what looking at one email costs."""
    opened = browser.new_page()
    opened.evaluate(AXE_SCRIPT)
    yield opened
    opened.close()


@pytest.mark.parametrize("case", EVERY)
def test_axe_finds_nothing_to_object_to_by_day_and_by_night_on_a_small_and_a_wide_screen(page: Page, case: str) -> None:
    page.set_content(part(EVERY[case].email(), "html"))
    for scheme, width in LOOKS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        assert objections(page) == [], (scheme, width)


def test_axe_is_really_asked(page: Page) -> None:
    page.set_content("<html><body style='color: #ddd; background: #fff'><img src='data:,'><p>faint</p></body></html>")
    assert {"html-has-lang", "image-alt", "color-contrast"} <= {name for name, _ in objections(page)}


@pytest.mark.parametrize("case", EVERY)
def test_nothing_sticks_out_and_nothing_is_fetched(page: Page, case: str) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page.on("request", note)
    page.set_content(part(EVERY[case].email(), "html"))
    for width in (320, PHONE, 600, DESK):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        card = page.get_by_role("main").bounding_box()
        assert card is not None
        assert card["width"] <= 600
    page.remove_listener("request", note)
    assert asked == []


@pytest.mark.parametrize("case", CASES)
def test_all_text_is_large_enough_to_read(browser: Browser, case: str) -> None:
    page = opened(browser, case, "light", PHONE)
    smallest = page.evaluate(
        "Math.min(...[...document.body.querySelectorAll('*')].map(one => parseFloat(getComputedStyle(one).fontSize)))"
    )
    page.close()
    assert smallest >= 16


def test_a_screen_reader_is_told_the_outline_and_the_tables(browser: Browser) -> None:
    page = opened(browser, "changed-en", "light", DESK)
    headings = page.get_by_role("heading").all_inner_texts()
    tables = [one.text_content() for one in page.locator("caption").all()]
    rows = page.get_by_role("rowheader").all_inner_texts()
    columns = page.get_by_role("columnheader").all_inner_texts()
    language = page.locator("html").get_attribute("lang")
    page.close()
    assert headings == ["MantaBots Changed", "Adults (2)", "Students (3)"]
    assert [(table or "").strip() for table in tables] == headings[1:]
    assert rows == ["When", "Session", "Where"]
    assert columns == ["No.", "Name"] * 2
    assert language == "en-US"


def test_the_night_is_dark_and_the_day_is_light(browser: Browser) -> None:
    colours = {}
    for scheme in ("light", "dark"):
        page = opened(browser, "new-en", "dark" if scheme == "dark" else "light", DESK)
        colours[scheme] = page.evaluate(
            "[document.body, document.querySelector('[role=main]')].map(one => getComputedStyle(one).backgroundColor)"
        )
        page.close()
    assert colours == {
        "light": ["rgb(238, 241, 244)", "rgb(255, 255, 255)"],
        "dark": ["rgb(16, 22, 29)", "rgb(26, 34, 44)"],
    }
