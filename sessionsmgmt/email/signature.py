"""The signature of a club: Markdown that stands under every email. It is no template, so braces in it are text."""

from __future__ import annotations

from sessionsmgmt.email.markdown import dropped_links, parse, to_html
from sessionsmgmt.email.placeholders import without_placeholder_references, without_private_use
from sessionsmgmt.email.template_syntax import TOO_DEEP, TemplateProblem, position_of
from sessionsmgmt.email.text_part import to_text


def check(text: str) -> list[TemplateProblem]:
    """All problems of a signature; empty if there are none. HTML in it is text, and pictures are left out."""
    try:
        if not signature_text(text).strip():
            return [TemplateProblem(1, 1, "has no text; write the signature, or remove mail.signature")]
        signature_html(text)
    except RecursionError:
        return [TemplateProblem(1, 1, TOO_DEEP)]
    return [TemplateProblem(*position_of(text, link), sentence) for link, sentence in dropped_links(_body(text))]


def signature_text(text: str) -> str:
    """The signature as plain text; empty for an empty one."""
    return to_text(_body(text), ())


def signature_html(text: str) -> str:
    """The signature as HTML that is safe in a page; empty for an empty one."""
    return to_html(parse(_body(text)), 2)


def _body(text: str) -> str:
    return without_placeholder_references(without_private_use(text)).strip("\ufeff\n")
