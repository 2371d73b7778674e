"""Checks a template without running it: its subject, its syntax, and what it uses of Jinja and of the context.

A problem has a line and a column (both counted from 1) and a sentence. A sentence never repeats a value, since values
are people's names.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields
from difflib import get_close_matches
from typing import NamedTuple

from jinja2 import meta, nodes
from jinja2.exceptions import TemplateError, TemplateSyntaxError

from sessionsmgmt.email.placeholders import without_private_use
from sessionsmgmt.email.rewriting import keep_line_ends
from sessionsmgmt.email.sandbox import FILTERS, METHODS, TESTS, environment
from sessionsmgmt.email.template_views import PreviousWindow, SessionView
from sessionsmgmt.email.time_window import Window

MAX_TEMPLATE_LENGTH = 32_768
"""The most characters of a template."""

TOO_DEEP = "parts are nested too deeply; write it more simply"


class TemplateProblem(NamedTuple):
    """A problem in a template: its line and column, both counted from 1, and a sentence about it."""

    line: int
    column: int
    sentence: str


_SUBJECT = re.compile(r"Subject:[ \t]*", re.IGNORECASE)

_ALLOWED = (
    nodes.Template | nodes.Output | nodes.TemplateData | nodes.If | nodes.For | nodes.Assign | nodes.Name
    | nodes.Const | nodes.List | nodes.Tuple | nodes.CondExpr | nodes.Filter | nodes.Test | nodes.Call | nodes.Keyword
    | nodes.Getitem | nodes.Getattr | nodes.Slice | nodes.Concat | nodes.Compare | nodes.Operand | nodes.And
    | nodes.Or | nodes.Not | nodes.Add | nodes.Sub | nodes.Mul | nodes.Div | nodes.FloorDiv | nodes.Mod | nodes.Neg
    | nodes.Pos
)  # fmt: skip

_FORBIDDEN_NODES: Mapping[type[nodes.Node], str] = {
    nodes.Macro: "macro",
    nodes.CallBlock: "call",
    nodes.FilterBlock: "filter",
    nodes.AssignBlock: "set",
    nodes.Block: "block",
    nodes.Extends: "extends",
    nodes.Include: "include",
    nodes.Import: "import",
    nodes.FromImport: "from",
    nodes.With: "with",
    nodes.ScopedEvalContextModifier: "autoescape",
    nodes.NSRef: "set",
    nodes.Pow: "**",
    nodes.Dict: "{}",
}
"""The parts of Jinja that a template may not use, and how an author writes each of them."""

_TYPES: Mapping[str, type] = {"session": SessionView, "presence": Window, "before": PreviousWindow}
"""The names whose attributes are known without running the template."""


def syntax_problems(text: str, known: frozenset[str]) -> list[TemplateProblem]:
    """The problems that can be found without running the template. ``known`` are the names of its context."""
    if len(text) > MAX_TEMPLATE_LENGTH:
        return [TemplateProblem(1, 1, f"is too long; a template has at most {MAX_TEMPLATE_LENGTH} characters")]
    first, _, _ = text.removeprefix("\ufeff").partition("\n")
    if not _SUBJECT.match(first):
        return [TemplateProblem(1, 1, 'the first line must be the subject: "Subject: …"')]
    subject, body = split_template(text)
    if not subject.strip():
        return [TemplateProblem(1, 1, 'the subject is empty; write it after "Subject:"')]
    return sorted({*_source_problems(subject, text, known), *_source_problems(body, text, known)})


def _source_problems(source: str, text: str, known: frozenset[str]) -> list[TemplateProblem]:
    """The problems of the template's subject or of its body. ``text`` is the whole template, to find the columns in."""
    try:
        tree = environment().parse(keep_line_ends(source))
        return [
            TemplateProblem(line, column_of(text, line, re.escape(word)), sentence)
            for line, word, sentence in _tree_problems(tree, known)
        ]
    except TemplateSyntaxError as error:
        column = column_of(text, error.lineno, "{[%{]")
        return [TemplateProblem(error.lineno, column, f"not understood: {error.message}")]
    except RecursionError:
        return [TemplateProblem(1, 1, TOO_DEEP)]
    except Exception:  # noqa: BLE001 - Jinja lets Python read numbers and texts, which raises errors of many classes
        sentence = "this can't be read; a number or a text in it may be wrong"
        return [TemplateProblem(_unreadable_line(source), 1, sentence)]


def _unreadable_line(source: str) -> int:
    """The first line at which parsing raises an error that is not Jinja's own and therefore has no line number."""
    lines = source.split("\n")
    return bisect_left(range(1, len(lines)), True, key=lambda count: not _readable("\n".join(lines[:count]))) + 1


def _readable(text: str) -> bool:
    try:
        environment().parse(text)
    except TemplateError:
        return True
    except Exception:  # noqa: BLE001 - as in _source_problems
        return False
    return True


def _tree_problems(tree: nodes.Template, known: frozenset[str]) -> Iterator[tuple[int, str, str]]:
    """The problems of a parsed template. Each has its line, a word by which to find its column, and a sentence."""
    called = {node.node for node in tree.find_all(nodes.Call)}  # calling a name is a problem of its own below
    unknown = _undeclared(tree) - known
    typed_names = _TYPES.keys() - {name.name for name in tree.find_all(nodes.Name) if name.ctx == "store"}
    for node in _walk(tree):
        match node:
            case nodes.Name(name=name) if name in unknown and node not in called:
                yield node.lineno, name, f'there is no "{name}" here{_nearest(name, known)}'
            case nodes.Filter(name=name) if name not in FILTERS:
                yield node.lineno, name, f'there is no filter "{name}"{_filter_hint(name)}'
            case nodes.Test(name=name) if name not in TESTS:
                yield node.lineno, name, f'there is no test "{name}"{_nearest(name, TESTS)}'
            case nodes.Call() if not (isinstance(node.node, nodes.Getattr) and node.node.attr in METHODS):
                word = getattr(node.node, "attr", "") or getattr(node.node, "name", "")
                yield node.lineno, word, f'"{word}()" can\'t be called{_nearest(word, METHODS)}'
            case nodes.Getattr(node=nodes.Name(name=name), attr=attr) if name in typed_names:
                if attr not in _attributes(_TYPES[name]):
                    yield node.lineno, attr, unknown_attribute(name, _TYPES[name], attr)
            case nodes.For(recursive=True):
                yield node.lineno, "recursive", "a loop can't be recursive"
            case nodes.Scope():  # a wrapper without a line number; the next node is the tag that it wraps
                continue
            case nodes.List() | nodes.Tuple() if node.find(nodes.List) or node.find(nodes.Tuple):
                yield node.lineno, "", "a list can't have lists in it"
            case _ if not isinstance(node, _ALLOWED):
                word = _FORBIDDEN_NODES.get(type(node), type(node).__name__)
                yield node.lineno, word, f'"{word}" can\'t be used in a template{_TAG_HINTS.get(word, "")}'


_TAG_HINTS = {
    "set": " with an end tag; write {% set name = value %}",
    "**": "; calculate with + - * /",
    **dict.fromkeys(("include", "import", "from", "extends"), "; a template is a single file"),
}


def _undeclared(tree: nodes.Template) -> set[str]:
    """The names that a template uses and does not set; empty if Jinja can't list them because of another problem."""
    try:
        return meta.find_undeclared_variables(tree)
    except Exception:  # noqa: BLE001 - an unknown filter or test, or a tag that can't be used
        return set()


def _walk(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for child in node.iter_child_nodes():
        yield from _walk(child)


def unknown_attribute(called: str, type_: type, name: str) -> str:
    """The sentence about an unknown attribute ``name`` of a value that is ``called`` so for the author."""
    known = _attributes(type_)
    return f'{called} has no "{name}"{_nearest(name, known)}'


def _attributes(type_: type) -> frozenset[str]:
    return frozenset(field.name for field in fields(type_) if not field.name.startswith("_"))


def _nearest(name: str, known: AbstractSet[str]) -> str:
    close = get_close_matches(name, sorted(known), n=1)
    return f'; did you mean "{close[0]}"?' if close else f"; there is {', '.join(sorted(known))}"


def _filter_hint(name: str) -> str:
    if name in {"e", "escape", "forceescape", "safe"}:
        return "; leave it out: what {{ … }} prints is always plain text"
    return _nearest(name, FILTERS)


def split_template(text: str) -> tuple[str, str]:
    """The subject and the body. The body begins with an empty line, so that its line numbers are those of the file."""
    first, _, body = without_private_use(text).removeprefix("\ufeff").replace("\r\n", "\n").partition("\n")
    return _SUBJECT.sub("", first, count=1), f"\n{body}"


def column_of(text: str, line: int, pattern: str) -> int:
    """The column, counted from 1, of the first match of the pattern in the line; 1 if there is no match."""
    lines = text.split("\n")
    match = re.search(pattern, lines[line - 1]) if pattern and line <= len(lines) else None
    return match.start() + 1 if match else 1


def position_of(text: str, piece: str) -> tuple[int, int]:
    """The line and column, counted from 1, of the piece within the text; the text's beginning if it is not there."""
    before = text.partition(piece)[0] if piece and piece in text else ""
    return before.count("\n") + 1, len(before) - before.rfind("\n")
