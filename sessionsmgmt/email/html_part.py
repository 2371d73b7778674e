"""The HTML part of an email: a whole page. Its styles are inlined, since some mail programs read no other styles."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from html import escape
from pathlib import Path
from string import Template

from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.email.language import Language
from sessionsmgmt.email.markdown import parse, to_html
from sessionsmgmt.email.model import Wording
from sessionsmgmt.email.placeholders import fill_html, placeholder
from sessionsmgmt.email.safe_text import clean
from sessionsmgmt.email.signature import signature_html


def html_page(
    body: str, values: Sequence[str], kind: str, badge: str, subject: str, wording: Wording, language: Language
) -> str:
    """The page made from Markdown that has placeholders for its ``values``.

    ``kind`` is the email's kind, for its colour, and ``badge`` is the kind in words. ``subject`` is plain text. The
    page loads nothing from the network, and its headings form one outline below the team's name.
    """
    frame = _Frame(kind, badge, language.footer, wording.signature)
    page = _page_with_placeholders(body, len(values), frame, _Tags.of(language))
    return fill_html(page, [*values, subject, clean(wording.team)])


@dataclass(frozen=True, slots=True)
class _Frame:
    """What stands around the body: the badge of the kind, and below it the club's signature and the footer."""

    kind: str
    badge: str
    footer: str
    signature: str


@dataclass(frozen=True, slots=True)
class _Tags:
    """The language and direction of the page, and the language of the program's own words where it is another one."""

    page: str
    direction: str
    words: str

    @classmethod
    def of(cls, language: Language) -> _Tags:
        words = "" if language.words_tag == language.tag else language.words_tag
        return cls(language.tag, language.locale.text_direction, words)


@lru_cache(maxsize=64)
def _page_with_placeholders(body: str, value_count: int, frame: _Frame, tags: _Tags) -> str:
    """The page with placeholders for all values. Emails of one template with the same number of values share it.

    Inlining styles is most of the work of composing, so the result is cached.
    """
    import css_inline

    signature = signature_html(frame.signature)
    page = Template(_wording_file("page.html").rstrip("\n")).substitute(
        page_language=escape(tags.page),
        direction=escape(tags.direction),
        title=placeholder(value_count),
        scheme=_wording_file("scheme.css"),
        kind=escape(frame.kind),
        team=placeholder(value_count + 1),
        badge=escape(frame.badge),
        words_language=f' lang="{escape(tags.words)}" dir="ltr"' if tags.words else "",
        body=to_html(parse(body), 2),
        signature=f'\n<div class="signature">{signature}</div>' if signature else "",
        footer=escape(frame.footer.format(team=placeholder(value_count + 1))),
    )
    inliner = css_inline.CSSInliner(
        keep_style_tags=True,
        load_remote_stylesheets=False,
        extra_css=_wording_file("page.css"),
    )
    return inliner.inline(page)


def _wording_file(name: str) -> str:
    return (Path(__file__).with_name("wording") / name).read_text(encoding="utf-8")
