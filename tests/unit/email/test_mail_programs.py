"""docs/email-support.md lists what Gmail, Outlook and Apple Mail do not show of our emails, and what they show."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

import pytest

from tests.unit.email.cases import BUILT_IN, CASES, Case
from tests.unit.email.features import DATA, FEATURES, Uses, all_uses, declarations, sheet, uses
from tests.unit.email.golden import part

PAGE = Path(__file__).parents[3] / "docs" / "email-support.md"
NAMES = DATA["names"]
OUTLOOK_ON_WINDOWS = ("outlook", "windows")

MARKDOWN = """\
Subject: All that a template can make

# One

## Two

### Three

A **bold**, an *oblique*, a ~~struck~~ word, `code`,
[a page](https://example.org/) and [a mailbox](mailto:a@example.org).

- one

3. three

> quoted

```
set as it is
```

---

| Left | Right |
|---|---:|
| {{ team }} | {{ date }} |
"""


def emails() -> Uses:
    """The features of all built-in emails, and of an email whose template uses everything that Markdown offers."""
    template = Case(CASES["new-en"].notice, template=MARKDOWN)
    return all_uses(part(case.email(), "html") for case in (*BUILT_IN.values(), *CASES.values(), template))


def lacking(slug: str, used: Uses, words: Collection[str]) -> str:
    """The programs whose support is one of the words. A family's name without a list means all of its programs."""
    said = []
    for family, programs in FEATURES[slug]["support"].items():
        outlook = [program for program in programs if (family, program) == OUTLOOK_ON_WINDOWS]
        readers = programs if slug in used.every else outlook
        short = [NAMES["platforms"][program] for program in readers if programs[program].split()[0] in words]
        named = NAMES["families"][family]
        if short:
            said.append(named if len(short) == len(programs) else f"{named} ({', '.join(short)})")
    return "; ".join(said)


def expected() -> dict[str, tuple[str, str]]:
    """For every feature that some program does not show: the programs without it, and the programs with a part of it.

    Unknown support counts as no support.
    """
    used = emails()
    rows = {slug: (lacking(slug, used, "nu"), lacking(slug, used, "a")) for slug in used.known}
    return {
        re.sub(r"<\w+>|!\w+", r"`\g<0>`", FEATURES[slug]["title"]): (missing, partial)
        for slug, (missing, partial) in rows.items()
        if missing or partial
    }


def documented() -> dict[str, tuple[str, str, str]]:
    """The rows of the page's table."""
    rows = {}
    for line in re.findall(r"^\| (.*) \|$", PAGE.read_text("utf-8"), re.MULTILINE)[2:]:
        feature, missing, partial, instead = (cell.strip() for cell in f" {line} ".split(" | "))
        assert feature not in rows
        rows[feature] = (missing, partial, instead)
    return rows


def test_the_page_lists_what_is_not_shown_everywhere_and_nothing_else() -> None:
    assert {feature: row[:2] for feature, row in documented().items()} == expected()


def test_the_page_says_of_each_what_the_reader_gets_instead() -> None:
    assert [feature for feature, row in documented().items() if len(row[2].split()) < 3] == []


def test_the_page_lists_what_the_data_does_not_know() -> None:
    _, listed = PAGE.read_text("utf-8").split("## What the data does not know\n")
    assert set(re.findall(r"`([^`]+)`", listed)) == emails().unknown


def test_the_page_says_which_data_it_is() -> None:
    text = PAGE.read_text("utf-8")
    assert f"caniemail {DATA['info']['version']}" in text
    assert DATA["info"]["updated"][:10] in text
    assert DATA["info"]["license"].startswith("MIT, Copyright")


@pytest.mark.parametrize(
    ("style", "used"),
    [
        ("color: red", {"color"}),
        ("display: flex", {"css-display", "css-display-flex"}),
        ("padding-left: 2em; MARGIN: 3%", {"css-padding", "css-unit-em", "css-margin", "css-unit-percent"}),
        ("border-top-color: rgb(1, 2, 3)", {"css-border", "css-rgb"}),
        ("border-radius: var(--round)", {"css-border-radius", "css-variables"}),
        ("background-image: url(x.png)", {"css-background-image", "url()"}),
        (
            "width: calc(1px + 2vw) !important",
            {"css-width", "css-unit-calc", "css-unit-px", "css-unit-vw", "css-important"},
        ),
        ("font-family: system-ui, Arial", {"font-family", "css-sytem-ui"}),
    ],
)
def test_the_features_of_a_style_are_recognised(style: str, used: set[str]) -> None:
    assert declarations(style) == used


@pytest.mark.parametrize(
    ("css", "used"),
    [
        ("p {}", {"css-selector-type"}),
        (".a.b {}", {"css-selector-class", "css-selector-chaining"}),
        ("p .a, #b {}", {"type", "descendant", "class", "grouping", "id"}),
        ("p > * + p ~ [title] {}", {"type", "child", "universal", "adjacent-sibling", "general-sibling", "attribute"}),
        ("p:first-child {}", {"css-selector-type", "css-pseudo-class-first-child"}),
        (":root {}", {":root"}),
        ("@media (max-width: 9px) {p {}}", {"css-at-media", "css-selector-type"}),
        ("@media (prefers-color-scheme: dark) {}", {"css-at-media", "css-at-media-prefers-color-scheme"}),
        ("@layer x {}", {"@layer"}),
        ("/* a */ @font-face {}", {"css-comments", "css-at-font-face"}),
    ],
)
def test_the_features_of_a_style_sheet_are_recognised(css: str, used: set[str]) -> None:
    assert {name.removeprefix("css-selector-") for name in sheet(css)} == {
        name.removeprefix("css-selector-") for name in used
    }


def test_the_features_of_a_page_are_recognised() -> None:
    page = "<!doctype html><main lang=en><a href=mailto:x onclick=y></a><!--[if mso]><table width=1><![endif]--></main>"
    html = {"html-doctype", "html-semantics", "html-lang", "html-mailto-links", "html-comments"}
    assert uses(page) == Uses(frozenset({*html, "<a>", "href", "onclick"}), frozenset({"html-table", "html-width"}))
