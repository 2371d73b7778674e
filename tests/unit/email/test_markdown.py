"""The Markdown of emails as HTML and as plain text."""

from __future__ import annotations

import pytest

from sessionsmgmt.email.markdown import is_allowed_link, parse, to_html
from sessionsmgmt.email.placeholders import fill_html, placeholder
from sessionsmgmt.email.text_part import display_width, to_text


def html(body: str, *values: str, top: int = 2) -> str:
    return fill_html(to_html(parse(body), top), values).replace("\n", "")


def text(body: str, *values: str) -> str:
    return to_text(body, values)


def test_a_table_under_a_heading_has_it_for_a_caption_and_heads_its_columns() -> None:
    assert html("# Who\n\n| No. | Name |\n|---:|---|\n| 1 | Ada |") == (
        '<table class="list"><caption><h2>Who</h2></caption>'
        '<thead><tr><th style="text-align:right" scope="col">No.</th><th scope="col">Name</th></tr></thead>'
        '<tbody><tr><td style="text-align:right">1</td><td>Ada</td></tr></tbody></table>'
    )


def test_a_table_without_words_in_its_header_is_headed_by_its_first_column() -> None:
    assert html("|  |  |\n|---|---|\n| When | now |\n| Where | here |") == (
        '<table class="facts"><tbody><tr><th scope="row">When</th><td>now</td></tr>'
        '<tr><th scope="row">Where</th><td>here</td></tr></tbody></table>'
    )


def test_a_heading_before_something_else_stays_where_it_is() -> None:
    assert html("# A\n\n## B\n\ntext\n\n# C") == "<h2>A</h2><h3>B</h3><p>text</p><h2>C</h2>"


@pytest.mark.parametrize(
    ("written", "shown"),
    [("123", "234"), ("333", "222"), ("136", "234"), ("313", "223"), ("21", "22"), ("123456", "234566")],
)
def test_headings_form_an_outline_that_skips_no_level(written: str, shown: str) -> None:
    body = "\n".join(f"{'#' * int(level)} x" for level in written)
    assert html(body) == "".join(f"<h{level}>x</h{level}>" for level in shown)


@pytest.mark.parametrize(
    ("body", "page"),
    [
        ("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>"),
        ("<script>x</script>", "<p>&lt;script&gt;x&lt;/script&gt;</p>"),
        ("![alt](https://example.org/x.png)", "<p>alt</p>"),
        ("[a](https://example.org)", '<p><a href="https://example.org">a</a></p>'),
        ("<mailto:a@example.org>", '<p><a href="mailto:a@example.org">mailto:a@example.org</a></p>'),
        ("[a](javascript:alert)", "<p>[a](javascript:alert)</p>"),
        ("[a](ftp://example.org) [b](/c)", "<p>a b</p>"),
        ("[![x](https://a.org/b.png)](/c)", "<p>x</p>"),
        ("```x\ncode\n```", "<pre><code>code</code></pre>"),
    ],
)
def test_no_html_no_pictures_and_only_safe_links(body: str, page: str) -> None:
    assert html(body) == page


@pytest.mark.parametrize(
    ("address", "may"),
    [
        ("https://example.org/x", True),
        ("HTTP://example.org", True),
        ("mailto:a@example.org?subject=x", True),
        ("tel:1", False),
        ("//example.org", False),
        (f"https://example.org/{placeholder(0)}", True),
        ("https://example.org/%F3%B0%80%80", True),
        (f"https://{placeholder(0)}/", False),
        ("https://%F3%B0%80%80/", True),  # an author's text is never a placeholder, even if it looks like one
        (f"mailto:{placeholder(0)}@example.org", False),
        ("https://xn--hn61f/", True),
        ("https://xn--mnchen-3ya.example/", True),
    ],
)
def test_a_link_is_allowed_only_to_a_host_that_its_author_wrote(address: str, may: bool) -> None:
    assert is_allowed_link(address) is may


HOSTILE = "*a* _b_ `c` <i>d</i> [e](http://f) | # & \\"


@pytest.mark.parametrize(
    "body", ["{}", "# {}", "- {}", "> {}", "`{}`", "**{}**x", "    {}", "```\n{}\n```", "| {} |\n|---|", "1. {}"]
)
def test_a_value_is_shown_as_it_is_wherever_it_stands(body: str) -> None:
    marked = body.format(placeholder(0))
    escaped = "*a* _b_ `c` &lt;i&gt;d&lt;/i&gt; [e](http://f) | # &amp; \\"
    assert escaped in html(marked, HOSTILE)
    assert html(marked, HOSTILE).replace(escaped, "x") == html(marked, "x")
    assert HOSTILE in text(marked, HOSTILE)


def test_a_value_in_a_link_is_one_part_of_its_address() -> None:
    body = f"[a](https://example.org/x?y={placeholder(0)})"
    assert 'href="https://example.org/x?y=a%26b%3D%22%3E%20c%2F.."' in html(body, 'a&b="> c/..')
    assert text(body, "a&b") == "a (https://example.org/x?y=a%26b)"


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("# Title\n\ntext", "Title\n=====\ntext"),
        ("## Title", "Title\n-----"),
        ("a\nb", "a b"),
        ("a  \nb", "a\nb"),
        ("a\n\nb", "a\n\nb"),
        ("- a\n- b\n  - c", "- a\n- b\n  - c"),
        ("3. a\n4. b", "3. a\n4. b"),
        ("> a\n> b\n>\n> c", "> a b\n>\n> c"),
        ("```\na  b\n\nc\n```", "    a  b\n\n    c"),
        ("***", "--------"),
        ("**a** *b* `c` ~~d~~", "a b c d"),
        ("[a](https://b.org) <https://b.org>", "a (https://b.org) https://b.org"),
        ("[a@b.org](mailto:a@b.org)", "a@b.org"),
        ("|a|bc|\n|-:|-|\n|111|2|", "  a  bc\n111  2"),
        ("| | |\n|-|-|\n|When|now|\n|Where|here|", "When   now\nWhere  here"),
        ("|名|x|\n|-|-|\n|a|y|", "名  x\na   y"),
        ("a\n\n![](https://a.org/b.png)\n\nb", "a\n\nb"),
        ("-", "-"),
    ],
)
def test_text_reads_well_as_it_stands(body: str, shown: str) -> None:
    assert text(body) == shown


def test_long_text_is_wrapped_between_words_and_never_within_a_value() -> None:
    for before in range(20):
        lines = text(
            f"{'word ' * before}{placeholder(0)} {'word ' * 20}", "Ada Augusta King, Countess of Lovelace"
        ).split("\n")
        assert max(map(len, lines)) <= 72
        assert any("Ada Augusta King, Countess of Lovelace" in line for line in lines)
    assert "y" * 300 in text(f"a {placeholder(0)}", "y" * 300)


def test_a_long_last_cell_is_wrapped_below_itself() -> None:
    lines = text(f"| | |\n|-|-|\n| Where | {'word ' * 30}|").split("\n")
    assert len(lines) == 3
    assert {line[:7] for line in lines[1:]} == {" " * 7}


def test_the_width_of_text_is_its_width_on_a_screen() -> None:
    assert [display_width(text) for text in ("abc", "名前", "e\u0301", "\u2068a\u2069")] == [3, 4, 1, 1]
