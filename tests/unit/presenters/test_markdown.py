from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from sessionsmgmt.presenters.markdown import code, code_block, plain, row
from sessionsmgmt.presenters.text import visible
from tests.unit.presenters.results import Page

HOSTILE = (
    "a | b `` ``` <img src=x onerror=y> </td></table> ![x](http://evil.example.org) [y](z) **b** _i_ ~s~ # h "
    "@everyone #12 www.evil.example.org &lt; \\| - x"
)


def rendered(markdown: str) -> Page:
    """A page of Markdown as GitHub has it, with tables and HTML."""
    return Page(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown))


def anywhere(escaped: str) -> list[str]:
    """The text in every place where a view puts it."""
    table = "\n".join([row(["a", "b"]), row(["---", "---"]), row([escaped, "end"])])
    return [escaped, f"- {escaped}", f"### {escaped}", f"<details><summary>{escaped}</summary>", table]


ALLOWED = {"p", "ul", "li", "h3", "details", "summary", "code", "table", "thead", "tbody", "tr", "th", "td"}


@given(st.text())
@example(HOSTILE)
@example("1. x")
@example("x\n\n# y")
def test_whatever_the_text_is_it_stays_the_text(text: str) -> None:
    for escaped in (plain(text), code(text)):
        for markdown in anywhere(escaped):
            page = rendered(markdown)
            expected = " ".join(visible(text).replace("\u200b", "").split())
            assert expected in " ".join(page.text.replace("\u200b", "").split())
            assert {element.tag for element in page.elements} <= ALLOWED
            assert all(element.attributes == {} for element in page.elements)
            assert len(page.all("td")) in {0, 2}


def test_nobody_is_mentioned_and_nothing_referred_to() -> None:
    page = rendered(plain("@everyone fixes #12"))
    assert page.text.strip() == "@\u200beveryone fixes #\u200b12"


def test_code_keeps_its_text_to_be_copied() -> None:
    page = rendered(code(HOSTILE))
    assert page.text.strip() == HOSTILE
    assert [element.tag for element in page.elements] == ["p", "code"]


@pytest.mark.parametrize("line", [HOSTILE, "``````", "a\n```\nb", "::set-output name=a::b"])
def test_nothing_ends_a_block_of_code(line: str) -> None:
    tokens = MarkdownIt().parse("\n".join([*code_block(line), "after"]))
    assert [token.type for token in tokens] == ["fence", "paragraph_open", "inline", "paragraph_close"]
    assert tokens[0].content == f"{visible(line)}\n"
