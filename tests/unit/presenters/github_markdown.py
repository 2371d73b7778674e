"""Markdown as GitHub shows it: CommonMark with tables, and HTML as it is written."""

from __future__ import annotations

import html
import re

from markdown_it import MarkdownIt

from tests.unit.presenters.results import Page

_BLOCKS = "blockquote details h3 h4 hr li ol p pre summary table tbody td th thead tr ul"
ALLOWED = frozenset(f"a b br code del em i s strong {_BLOCKS}".split())
HOSTILE = (
    "x\n::set-output name=sent::9",
    "##[add-mask]a %0A::error::x",
    "`` ``` `",
    "@everyone and @otters/coaches",
    "<img src=http://example.org/x onerror=alert(1)>",
    "![x](http://example.org/x.png)",
    "[x](javascript:alert(1))",
    "fixes #1, otters/club#2",
    "<!-- sessionsmgmt:preview:0123456789abcdef -->",
    "--> </details></blockquote></table>",
    "a | b\n| --- |\n# heading",
    "\u202eevil\u2066",
    "</summary><script>x</script>",
    "https://example.org/x.png",
)
HOSTILE_TEXT = " ".join(HOSTILE)
"""What a title may hold that means something to Markdown, to HTML, to GitHub or to its runner."""

VOID = frozenset({"br", "hr"})


def rendered(markdown: str) -> str:
    """The Markdown as HTML."""
    return str(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown))


def shown(markdown: str) -> Page:
    """The Markdown as a page, in which no element is but those that a preview has, and each is closed."""
    source = rendered(markdown)
    page = Page(source)
    assert {element.tag for element in page.elements} <= ALLOWED
    for tag in {element.tag for element in page.elements} - VOID:
        assert len(re.findall(rf"</{tag}>", source)) == len(page.all(tag)), tag
    return page


def calls_somebody(page: Page) -> bool:
    """Whether GitHub would find somebody to notify, or another issue to refer to: it does not look into code."""
    text = re.sub(r"<[^>]*>", "", re.sub(r"<code>.*?</code>", "", page.source, flags=re.DOTALL))
    return bool(re.search(r"@\w|#\d", html.unescape(text)))
