"""The preview page as a coach's browser shows it: nothing to object to, nothing asked of the network."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from sessionsmgmt.domain.model.notice import Key, Kind, Session, State
from sessionsmgmt.domain.model.people import Disclose, Role
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.presenters.preview_page import write_gallery
from tests.builders import announcement, local, notice, person, window
from tests.unit.presenters.results import config, due, quiet, result

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
HOSTILE = "</iframe></textarea><script>document.title = 'taken'</script><img src=http://example.org/x onerror=alert(1)>"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = next(filter(None, map(shutil.which, BROWSERS)))
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A page with everything a page can have, and hostile text wherever somebody else's text goes."""
    folder = tmp_path_factory.mktemp("gallery")
    settings = config(roles=(Role("adults", ("Adult",)), Role("students", ("Student",), Disclose.INITIALS)))
    start, end = local(2026, 11, 8, 17), local(2026, 11, 8, 21)
    session = Session("odd", f"Team Session {HOSTILE}", start, end, HOSTILE)
    deliveries = [
        due(notice()),
        due(notice(kind=Kind.ADDED, key=Key("hall", "more"), before=announcement(), sequence=1)),
        due(
            notice(
                kind=Kind.CHANGED,
                key=Key("campus", "odd"),
                session=session,
                presence=window(start, end),
                newcomers=[person("Sam Student")],
                before=announcement(),
                sequence=1,
            ),
            HOSTILE,
        ),
        due(notice(kind=Kind.CANCELLED, key=Key("hall", "gone"), before=announcement(), sequence=1)),
        quiet(State.HELD, "nobody knows whether it left", "stuck", Kind.NEW),
        quiet(State.FAILED, "1 of at least 2 adults attend", "few", Kind.NEW),
        quiet(State.SKIPPED, HOSTILE, HOSTILE),
    ]
    warnings = [ReportWarning("a", "an attendee is unknown", "lab"), ReportWarning("b", HOSTILE, "contacts.vcf:3")]
    page = write_gallery(result(*deliveries, settings=settings, warnings=warnings), settings, folder)
    return page.as_uri()


@pytest.fixture(params=list(product((320, 600, 1280), ("light", "dark"))), ids=lambda one: f"{one}")
def page(request: pytest.FixtureRequest, browser: Browser, gallery: str) -> Iterator[Page]:
    width, scheme = request.param
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    opened = context.new_page()
    opened.goto(gallery)
    yield opened
    context.close()


def unfold(page: Page) -> None:
    """Open everything that is folded away, all at once."""
    page.locator("details").evaluate_all("all => all.forEach(one => { one.name = ''; one.open = true })")


def objections(page: Page) -> list[tuple[str, list[str]]]:
    """What axe-core finds wrong, and where."""
    found: dict[str, Any] = Axe().run(page).response
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]]


def test_nobody_is_kept_from_reading_it(page: Page) -> None:
    assert objections(page) == []
    unfold(page)
    assert objections(page) == []


def test_it_fits_the_width_of_the_screen(page: Page) -> None:
    unfold(page)

    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_emails_are_shown_as_they_will_look(page: Page) -> None:
    frames = page.locator("iframe").all()
    assert len(frames) == 4
    for number, frame in enumerate(frames):
        email = page.frame_locator("iframe").nth(number)
        assert email.get_by_role("heading", level=1).inner_text().startswith("MantaBots")
        assert frame.evaluate("frame => frame.contentDocument") is None  # it is fenced off from the page


def test_every_view_of_an_email_opens_by_keyboard_alone(page: Page) -> None:
    card = page.locator("article").first
    for name, text in (("As plain text", "Ann Adult"), ("The calendar entry", "BEGIN:VEVENT"), ("Its source", "To: ")):
        card.get_by_text(name, exact=True).focus()
        page.keyboard.press("Enter")
        assert text in card.locator("details[open] pre").inner_text()


def test_it_asks_the_network_for_nothing_and_runs_nothing(browser: Browser, gallery: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    said_by_browser: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said_by_browser.append(message.text))
    page.on("dialog", lambda dialog: said_by_browser.append(dialog.message))
    page.goto(gallery, wait_until="networkidle")
    title = page.title()
    context.close()

    assert [url for url in asked if url not in (gallery, "about:srcdoc")] == []
    assert said_by_browser == []
    assert title == "Preview for MantaBots"


def test_even_a_page_that_was_written_to_could_not_reach_the_network(browser: Browser, gallery: str) -> None:
    page_file = Path(gallery.removeprefix("file://"))
    tampered = page_file.with_name("tampered.html")
    tampered.write_text(
        page_file.read_text("utf-8").replace("<main>", "<main><img src='http://127.0.0.1:9/x'>"), encoding="utf-8"
    )
    context = browser.new_context()
    page = context.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.goto(tampered.as_uri(), wait_until="networkidle")
    context.close()

    assert len(refused) == 1
    assert "Content Security Policy" in refused[0]
