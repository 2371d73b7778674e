"""Photographs the built-in wording for docs/templates.md: the four kinds of email, side by side.

    python -m tests.wording_screenshot [FILE]

The emails are the golden ones, so that the picture shows what is tested.
"""

from __future__ import annotations

import html
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.screenshots import BROWSERS, OPTIONS, photograph
from tests.unit.email.golden import FOLDER

ROOT = Path(__file__).parent.parent
PICTURE = ROOT / "docs" / "wording.png"
KINDS = ("new-en", "changed-en", "added-en", "cancelled-en")
SIZE = (1320, 980)

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>The built-in wording</title>
<style>
body {{ margin: 0; padding: 16px; background: #eef0f3; display: grid; grid-template-columns: 1fr 1fr; gap: 16px }}
iframe {{ width: 100%; height: 466px; border: 1px solid #d1d9e0; border-radius: 6px; background: #fff }}
</style>
{frames}
</html>
"""


def main(picture: Path = PICTURE) -> None:
    """Take the picture."""
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        raise SystemExit("There is no Chromium or Chrome on the PATH; make setup says where to get one.")
    emails = [(FOLDER / f"{kind}.html").read_text(encoding="utf-8") for kind in KINDS]
    frames = "\n".join(
        f'<iframe title="Email" scrolling="no" srcdoc="{html.escape(email)}"></iframe>' for email in emails
    )
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page = Path(folder) / "wording.html"
        page.write_text(PAGE.format(frames=frames), encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=executable, args=OPTIONS)
        photograph(browser, page, picture, *SIZE)
        browser.close()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
