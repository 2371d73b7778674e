"""CONTRIBUTING.md names what there is: every path in it, and the arrows between the rooms."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
MADE = {".venv", "build/sbom.cdx.json", "out"}
"""What is there only after a command of the page."""


def paths(text: str) -> set[str]:
    """The paths that a page says in code or links to: with a slash, or with the ending of a file."""
    said = {one.split()[0] for one in re.findall(r"`([^`\n]+)`", text)} | set(re.findall(r"\]\(([^)#:]+)\)", text))
    return {one for one in said if re.fullmatch(r"[\w.-]+(/[\w.-]+)+|[\w-]+\.(md|py|toml|yml|json)", one)}


def test_every_path_that_is_named_is_there() -> None:
    there = {path for path in paths(PAGE) if (ROOT / path).exists()}

    assert len(there) > 25
    assert paths(PAGE) - there - MADE - GENERIC == set()


GENERIC = {"provider.py", "sections.py", "sessions.yml"}
"""What each provider has, and each club."""


def test_a_path_that_is_not_there_would_be_found() -> None:
    text = "See `sessionsmgmt/nowhere.py`, `scripts/slim` and [this](docs/gone.md); `make test` and `--n 2` are none."

    assert paths(text) == {"sessionsmgmt/nowhere.py", "scripts/slim", "docs/gone.md"}
