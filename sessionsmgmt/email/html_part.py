"""The HTML part of an email: a page of its own, with its styles inlined for the programs that read no others."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, StrictUndefined, Template

from sessionsmgmt.domain.model.notice import Kind
from sessionsmgmt.email.language import Language
from sessionsmgmt.email.markdown import read, to_html
from sessionsmgmt.email.placeholders import mark, restore_html

_FILES = Path(__file__).with_name("wording")


def page(body: str, values: Sequence[str], kind: Kind, subject: str, team: str, language: Language) -> str:
    """The whole page about Markdown whose values are marks.

    ``subject`` and ``team`` are plain text. Nothing is loaded from elsewhere, and headings form one outline below the
    team's name.
    """
    shape = _shape(body, kind, len(values), language.badges[kind], language.tag, language.locale.text_direction)
    return restore_html(shape, [*values, subject, team, language.footer.format(team=team)])


@lru_cache(maxsize=64)
def _shape(body: str, kind: Kind, own: int, badge: str, tag: str, direction: str) -> str:
    """The page with marks in the place of all values: the same for every email of one template and as many people.

    Inlining styles is most of the work of composing, so its result is kept.
    """
    import css_inline

    whole = _frame().render(
        tag=tag,
        direction=direction,
        title=mark(own),
        scheme=(_FILES / "scheme.css").read_text(encoding="utf-8"),
        kind=kind,
        team=mark(own + 1),
        badge=badge,
        body=to_html(read(body), 2),
        footer=mark(own + 2),
    )
    inliner = css_inline.CSSInliner(
        keep_style_tags=True,
        load_remote_stylesheets=False,
        extra_css=(_FILES / "page.css").read_text(encoding="utf-8"),
    )
    return inliner.inline(whole)


@lru_cache(maxsize=1)
def _frame() -> Template:
    source = (_FILES / "page.html.j2").read_text(encoding="utf-8")
    return Environment(undefined=StrictUndefined, autoescape=True).from_string(source)
