"""Emails in a real browser: everybody can read them, on a phone and on a desk, by day and by night."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.unit.compose.cases import CASES
from tests.unit.compose.golden import part

PHONE, DESK = 375, 1024
Scheme = Literal["light", "dark"]


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


def opened(browser: Browser, case: str, scheme: Scheme, width: int) -> tuple[Page, list[str]]:
    """The email's page, and every address it asked for."""
    page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 800})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_content(part(CASES[case].email(), "html"))
    return page, asked


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("case", CASES)
def test_axe_finds_nothing_to_object_to(browser: Browser, case: str, scheme: Scheme) -> None:
    page, _ = opened(browser, case, scheme, PHONE)
    found = Axe().run(page)
    page.close()
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("width", [320, PHONE, DESK])
@pytest.mark.parametrize("case", CASES)
def test_nothing_sticks_out_and_nothing_is_fetched(browser: Browser, case: str, width: int) -> None:
    page, asked = opened(browser, case, "light", width)
    content = page.evaluate("document.documentElement.scrollWidth")
    card = page.locator("main").bounding_box()
    page.close()
    assert content <= width
    assert card is not None
    assert card["width"] <= 600
    assert asked == []


@pytest.mark.parametrize("case", CASES)
def test_all_text_is_large_enough_to_read(browser: Browser, case: str) -> None:
    page, _ = opened(browser, case, "light", PHONE)
    smallest = page.evaluate(
        "Math.min(...[...document.body.querySelectorAll('*')].map(one => parseFloat(getComputedStyle(one).fontSize)))"
    )
    page.close()
    assert smallest >= 16


def test_a_screen_reader_is_told_the_outline_and_the_tables(browser: Browser) -> None:
    page, _ = opened(browser, "changed-en", "light", DESK)
    headings = page.get_by_role("heading").all_inner_texts()
    tables = [one.text_content() for one in page.locator("caption").all()]
    rows = page.get_by_role("rowheader").all_inner_texts()
    columns = page.get_by_role("columnheader").all_inner_texts()
    language = page.locator("html").get_attribute("lang")
    page.close()
    assert headings == ["MantaBots Changed", "Adults (2)", "Students (3)"]
    assert [(table or "").strip() for table in tables] == headings[1:]
    assert rows == ["Now", "Before", "Session", "Where"]
    assert columns == ["No.", "Name"] * 2
    assert language == "en-US"


def test_the_night_is_dark_and_the_day_is_light(browser: Browser) -> None:
    colours = {}
    for scheme in ("light", "dark"):
        page, _ = opened(browser, "new-en", "dark" if scheme == "dark" else "light", DESK)
        colours[scheme] = page.evaluate(
            "[document.body, document.querySelector('main')].map(one => getComputedStyle(one).backgroundColor)"
        )
        page.close()
    assert colours == {
        "light": ["rgb(238, 241, 244)", "rgb(255, 255, 255)"],
        "dark": ["rgb(16, 22, 29)", "rgb(26, 34, 44)"],
    }
