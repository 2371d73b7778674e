"""The HTML and CSS features that an email uses: elements, attributes, properties, values, rules and selectors.

A feature has its name in the data of caniemail (``tests/fixtures/caniemail.json``). A feature that the data does not
know has its own name: ``<caption>``, ``scope``, ``color``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import tinycss2

DATA = json.loads((Path(__file__).parents[2] / "fixtures" / "caniemail.json").read_text("utf-8"))
FEATURES: Mapping[str, Any] = DATA["features"]

_HEADINGS = dict.fromkeys(("h2", "h3", "h4", "h5"), "html-h1-h6")
_ROWS = dict.fromkeys(("tr", "th", "td"), "html-table")
_SEMANTICS = ("article", "aside", "details", "figcaption", "figure", "footer", "header", "main", "mark", "nav")
_MORE_SEMANTICS = ("section", "summary", "time")
_ELEMENTS = {
    **{name: slug for slug, feature in FEATURES.items() for name in re.findall(r"<(\w+)>", feature["title"])},
    **_HEADINGS,
    **_ROWS,
    **dict.fromkeys((*_SEMANTICS, *_MORE_SEMANTICS), "html-semantics"),
    "li": "html-lists",
}
_ATTRIBUTES = {
    feature["title"].removesuffix(" attribute"): slug
    for slug, feature in FEATURES.items()
    if feature["title"].endswith("attribute")
}
_PROPERTIES = {
    name: slug
    for slug, feature in FEATURES.items()
    if slug.startswith("css-")
    for name in re.split(r", | & ", re.sub(r"( CSS)? (property|shorthand)$", "", feature["title"]))
    if re.fullmatch(r"[a-z-]+", name)
}
_SHORTHANDS = ("border", "margin", "padding", "list-style", "outline")
_FUNCTIONS = {"var": "css-variables", "calc": "css-unit-calc"}
_SYSTEM_FONTS = {"system-ui", "ui-serif", "ui-sans-serif", "ui-rounded", "ui-monospace"}
_COMBINATORS = {">": "css-selector-child", "+": "css-selector-adjacent-sibling", "~": "css-selector-general-sibling"}
_CONDITIONAL = re.compile(r"\[if mso\]>(.*)<!\[endif\]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Uses:
    """The features that a page uses. ``mso`` are those within comments that only Outlook on Windows reads."""

    every: frozenset[str]
    mso: frozenset[str] = frozenset()

    @property
    def known(self) -> frozenset[str]:
        """All features that the data knows."""
        return (self.every | self.mso) & FEATURES.keys()

    @property
    def unknown(self) -> frozenset[str]:
        """All features that the data does not know."""
        return (self.every | self.mso) - FEATURES.keys()


def uses(page: str) -> Uses:
    """The features that a whole page uses."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    inner = [uses(comment).every for comment in reader.conditional]
    return Uses(frozenset(reader.features), frozenset().union(*inner))


def all_uses(pages: Iterable[str]) -> Uses:
    """The features that any of the pages uses."""
    each = [uses(page) for page in pages]
    return Uses(frozenset().union(*(page.every for page in each)), frozenset().union(*(page.mso for page in each)))


class _Reader(HTMLParser):
    """Reads a page and collects its features."""

    def __init__(self) -> None:
        super().__init__()
        self.features: set[str] = set()
        self.conditional: list[str] = []
        self._in_style = False

    def handle_decl(self, decl: str) -> None:
        self.features.add("html-doctype" if decl.lower() == "doctype html" else f"<!{decl}>")

    def handle_comment(self, data: str) -> None:
        self.features.add("html-comments")
        self.conditional += _CONDITIONAL.findall(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._in_style |= tag == "style"
        if tag == "meta":
            self.features.add(_meta(given))
            return
        self.features.add(_ELEMENTS.get(tag, f"<{tag}>"))
        for name, value in given.items():
            self.features.add(_ATTRIBUTES.get(name, name))
            if name == "style":
                self.features |= declarations(value)
            if name == "href" and value.startswith("mailto:"):
                self.features.add("html-mailto-links")
            if name == "href" and value.startswith("#"):
                self.features.add("html-anchor-links")

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self.features |= sheet(data)

    def handle_endtag(self, tag: str) -> None:
        self._in_style &= tag != "style"


def _meta(given: Mapping[str, str]) -> str:
    name = given.get("name", next(iter(given), ""))
    return "html-meta-color-scheme" if name == "color-scheme" else f"<meta {name}>"


@lru_cache(maxsize=1_000)
def declarations(text: str) -> frozenset[str]:
    """The features that a style attribute uses."""
    return frozenset(_block(tinycss2.parse_blocks_contents(text)))


@lru_cache(maxsize=8)
def sheet(text: str) -> frozenset[str]:
    """The features that a style sheet uses."""
    return frozenset(_rules(tinycss2.parse_stylesheet(text)))


def _rules(nodes: Iterable[Any]) -> Iterator[str]:
    for node in nodes:
        if node.type == "qualified-rule":
            yield from _selectors(node.prelude)
            yield from _block(tinycss2.parse_blocks_contents(node.content))
        elif node.type == "at-rule":
            yield from _named(f"css-at-{node.at_keyword}", f"@{node.at_keyword}")
            for block in (part for part in node.prelude if part.type == "() block"):
                words = [token for token in block.content if _is_feature(node, token)]
                yield from (f"css-at-{node.at_keyword}-{token.value}" for token in words)
            yield from _rules(tinycss2.parse_rule_list(node.content or []))
        elif node.type == "comment":
            yield "css-comments"
        elif node.type == "error":
            raise AssertionError(f"the style sheet can't be read: {node.message}")


def _is_feature(node: Any, token: Any) -> bool:
    return token.type == "ident" and f"css-at-{node.at_keyword}-{token.value}" in FEATURES


def _block(nodes: Iterable[Any]) -> Iterator[str]:
    for node in nodes:
        if node.type == "declaration":
            yield _property(node.lower_name)
            yield from _named(f"css-{node.lower_name}-{_only_word(node.value)}")
            yield from _values(node.value)
            if node.important:
                yield "css-important"
        elif node.type == "comment":
            yield "css-comments"
        elif node.type == "qualified-rule":
            yield "css-nesting"
        elif node.type == "error":
            raise AssertionError(f"a declaration can't be read: {node.message}")


def _property(name: str) -> str:
    if name.startswith("--"):
        return "css-variables"
    shorthand = next((prefix for prefix in _SHORTHANDS if name.startswith(f"{prefix}-")), name)
    return _PROPERTIES.get(name) or _PROPERTIES.get(shorthand) or name


def _only_word(value: Sequence[Any]) -> str:
    words = [token for token in value if token.type != "whitespace"]
    return words[0].lower_value if len(words) == 1 and words[0].type == "ident" else ""


def _values(tokens: Iterable[Any]) -> Iterator[str]:
    for token in tokens:
        if token.type == "dimension":
            yield from _named(f"css-unit-{token.lower_unit}", token.lower_unit)
        elif token.type == "percentage":
            yield "css-unit-percent"
        elif token.type == "ident" and token.lower_value in _SYSTEM_FONTS:
            yield "css-sytem-ui"
        elif token.type == "ident" and token.lower_value == "initial":
            yield "css-unit-initial"
        elif token.type == "function":
            name = token.lower_name
            slugs = (_FUNCTIONS.get(name, ""), f"css-function-{name}", f"css-{name}")
            yield next((slug for slug in slugs if slug in FEATURES), f"{name}()")
            yield from _values(token.arguments)
        elif token.type == "url":
            yield "url()"


def _named(slug: str, otherwise: str = "") -> Iterator[str]:
    """The feature if the data knows it, else the other name if it is not empty."""
    if slug in FEATURES or otherwise:
        yield slug if slug in FEATURES else otherwise


def _selectors(prelude: Iterable[Any]) -> Iterator[str]:
    """The features that the selectors of a rule use."""
    tokens = [token for token in prelude if token.type != "comment"]
    while tokens and tokens[-1].type == "whitespace":
        tokens.pop()
    before: list[str] = []  # the prefix of the next name: "." or ":" or "::"
    joined, spaced = False, False  # whether a simple selector is directly before this token, or before a space
    for token in tokens:
        text = token.value if token.type == "literal" else ""
        if token.type == "whitespace":
            spaced, joined = joined or spaced, False
        elif text in {".", ":", "::"}:
            before.append(text)
        elif text in {",", *_COMBINATORS}:
            yield _COMBINATORS.get(text, "css-selector-grouping")
            joined, spaced = False, False
        else:
            if spaced:
                yield "css-selector-descendant"
            if joined and not set(before) & {":", "::"}:
                yield "css-selector-chaining"
            yield from _simple(token, "".join(before))
            before, joined, spaced = [], True, False


def _simple(token: Any, prefix: str) -> Iterator[str]:
    kinds = {"hash": "css-selector-id", "[] block": "css-selector-attribute", "literal": "css-selector-universal"}
    if token.type in kinds:
        yield kinds[token.type]
    elif prefix == ".":
        yield "css-selector-class"
    elif prefix == "":
        yield "css-selector-type"
    else:
        name = token.lower_name if token.type == "function" else token.lower_value
        yield from _named(f"css-pseudo-{'class' if prefix == ':' else 'element'}-{name}", f"{prefix}{name}")
