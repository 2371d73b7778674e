"""Photographs what a coach sees, for the pages in docs: the comment on a pull request, and the gallery.

    python -m tests.screenshots [FOLDER]

The club is examples/club, GitHub is the emulator, the comment is what is really written there. Its page here looks as
plain as GitHub's, by a style sheet of our own.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, sync_playwright

from sessionsmgmt.entrypoints.cli import main as command_line
from tests.emulators.github import OWNER, REPOSITORY, GitHubEmulator, World
from tests.pull_request_events import pull_request_event
from tests.settings import process
from tests.unit.presenters.github_markdown import rendered

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
SATURDAY = "2026-10-31T08:00:00-04:00"
SAMPLE = "\npreview: {sample: {calendar: calendar.ics, contacts: contacts.vcf}}\n"
NAMES = ("pull-request.png", "gallery.png")

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Pull request</title>
<style>
body {{ margin: 0; padding: 20px; background: #fff; color: #1f2328 }}
body {{ font: 14px/1.5 "Liberation Sans", Arial, sans-serif }}
article {{ border: 1px solid #d1d9e0; border-radius: 6px }}
header {{ padding: 8px 16px; background: #f6f8fa; color: #59636e }}
header {{ border-bottom: 1px solid #d1d9e0; border-radius: 6px 6px 0 0 }}
header b {{ color: #1f2328 }}
main {{ padding: 16px }}
main > :first-child {{ margin-top: 0 }}
main > :last-child {{ margin-bottom: 0 }}
h3 {{ font-size: 17.5px; margin: 20px 0 12px }}
h4 {{ font-size: 14px; margin: 16px 0 8px }}
p, table, blockquote, details {{ margin: 0 0 12px }}
table {{ border-collapse: collapse }}
th, td {{ border: 1px solid #d1d9e0; padding: 5px 12px; text-align: left }}
th[align=right], td[align=right] {{ text-align: right }}
tr:nth-child(2n) {{ background: #f6f8fa }}
code {{ background: #eff1f3; border-radius: 6px; padding: 2px 5px; font: 85% "Liberation Mono", monospace }}
blockquote {{ border-left: 4px solid #d1d9e0; padding: 0 14px; color: #59636e }}
a {{ color: #0969da }}
</style>
<article><header><b>github-actions</b> <code>bot</code> commented 2 minutes ago</header><main>{comment}</main></article>
</html>
"""


def comment(folder: Path) -> str:
    """The comment on a pull request that changes the club, in Markdown; the gallery goes to ``folder/preview``."""
    club = folder / "club"
    shutil.copytree(ROOT / "examples" / "club", club)
    settings = club / "sessions.yml"
    settings.write_text(settings.read_text("utf-8") + SAMPLE, "utf-8")
    world = World()
    pull = world.repository().propose()
    event = folder / "event.json"
    event.write_text(json.dumps(pull_request_event(number=pull.number, head=pull.head)), "utf-8")
    with GitHubEmulator(world) as github:
        environ = {
            "GITHUB_API_URL": github.root,
            "GITHUB_EVENT_NAME": "pull_request",
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_REPOSITORY": f"{OWNER}/{REPOSITORY}",
            "GITHUB_TOKEN": world.job_token({"checks": "write", "pull_requests": "write"}),
            "GITHUB_WORKSPACE": str(club),
        }
        options = ["--config", str(settings), "--out", str(folder / "preview"), "--now", SATURDAY, "--publish"]
        status = command_line.main(["preview", *options], process(environ))
    [written] = world.repository().issues[pull.number].comments
    if status:
        raise AssertionError(f"the preview ended with {status}")
    return written.body


def photograph(browser: Browser, page: Path, picture: Path, width: int, height: int) -> None:
    """What the browser shows of the page in a window of that size."""
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=_LIGHT)
    opened = context.new_page()
    opened.goto(page.as_uri(), wait_until="networkidle")
    opened.screenshot(path=picture)
    context.close()


_LIGHT: Literal["light"] = "light"


def main(target: Path = DOCS) -> None:
    """Take both pictures."""
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        raise SystemExit("There is no Chromium or Chrome on the PATH; make setup says where to get one.")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        page = folder / "comment.html"
        page.write_text(PAGE.format(comment=rendered(comment(folder))), "utf-8")
        browser = playwright.chromium.launch(executable_path=executable, args=OPTIONS)
        photograph(browser, page, target / NAMES[0], 1000, 1100)
        photograph(browser, folder / "preview" / "index.html", target / NAMES[1], 1000, 1100)
        browser.close()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
