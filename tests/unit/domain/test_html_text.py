"""Descriptions that a calendar program wrote as HTML."""

from __future__ import annotations

import time

import pytest

from sessionsmgmt.domain.html_text import text_of_html


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("Bring <b>gloves</b>.<br>Door&nbsp;2", "Bring gloves.\nDoor\u00a02"),
        ("list:<ul><li>one &amp; two</li><li>three</li></ul>end", "list:\none & two\nthree\nend"),
        ("<div>one</div><div>two<br></div><div><br></div>three", "one\ntwo\n\nthree"),
        ("one<br>\n<br>  <br>two", "one\n\ntwo"),
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ('<a href="https://example.org/?a=1&amp;b=2">the yard</a>', "the yard"),
        ("a<!-- hidden -->b<br/>c", "ab\nc"),
        ("<style>p {color: red}</style><script>alert(1)</script>text", "text"),
        ("<html-blob>one<br></html-blob>", "one"),
        ("<SPAN>one</SPAN>", "one"),
        ("&lt;b&gt; &quot;x&quot; &#39;y&#39; &#x41;", "<b> \"x\" 'y' A"),
        ("<i>&lt;script&gt;</i>", "<script>"),
    ],
)
def test_html_becomes_its_text(html: str, text: str) -> None:
    assert text_of_html(html) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain\n\n  text ",
        "a < b > c",
        "1 <3 2",
        "mail <ada@example.org>",
        "https://example.org/?a=1&copy=2&b",
        "AT&T & R&D;",
        "&unknown;",
    ],
)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert text_of_html(text) == text


@pytest.mark.parametrize("piece", ["<", "<b", "<script>", "<!--", "&", "&#1", "</", "<b>\n ", " \n", " ", "<p> "])
def test_the_time_grows_with_the_length_only(piece: str) -> None:
    begin = time.process_time()
    text_of_html("<b>" + piece * 200_000)
    assert time.process_time() - begin < 3
