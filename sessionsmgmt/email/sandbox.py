"""Templates as they may be run: a part of Jinja that can do no harm and always comes to an end.

Jinja's own sandbox keeps a template from the program's insides, but not from working for ever or filling the memory.
So the constructs that repeat or multiply without bound are left out (macros, ranges, powers, padding, formatting), and
those that remain are counted: a loop is rewritten to take its items through a counter, and ``~`` to go through the
same bounded ``join`` that the filter is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Undefined, nodes, pass_context
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS as JINJA_FILTERS
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.tests import TESTS as JINJA_TESTS
from jinja2.visitor import NodeTransformer

from sessionsmgmt.email.disclosure import Named
from sessionsmgmt.email.placeholders import MOST_MARKS, mark
from sessionsmgmt.email.safe_text import tame
from sessionsmgmt.email.template_context import Before, Occasion
from sessionsmgmt.email.time_window import Window

MOST_TEXT = 50_000
"""Characters one email, or one text a template puts together, may have: far more than anyone reads."""

MOST_TURNS = 50_000
"""How often all loops of one email may go round."""

LARGEST_NUMBER = 10**12

FILTERS: AbstractSet[str] = {
    *("abs", "capitalize", "count", "d", "default", "first", "int", "last", "length", "list", "lower", "map", "max"),
    *("min", "reject", "rejectattr", "reverse", "select", "selectattr", "sort", "sum", "title", "trim", "truncate"),
    *("unique", "upper", "wordcount"),
    *("join", "replace", "string"),  # bounded ones of our own
}
"""The filters there are."""

TESTS: AbstractSet[str] = {
    *("boolean", "defined", "divisibleby", "eq", "equalto", "even", "float", "ge", "gt", "greaterthan", "in"),
    *("integer", "iterable", "le", "lessthan", "lower", "lt", "ne", "none", "number", "odd", "sameas", "sequence"),
    *("string", "undefined", "upper", "==", "!=", "<", "<=", ">", ">="),
}
"""The tests there are, all of them Jinja's own."""

METHODS: AbstractSet[str] = {
    *("strftime", "isoformat", "date", "time", "weekday", "isoweekday", "total_seconds"),
    *("upper", "lower", "title", "capitalize", "strip", "startswith", "endswith", "split"),
    *("cycle", "changed"),
}
"""The methods of datetimes, texts and loops that a template may call."""

_SHEET = "the sheet"  # no template can name it: there is a space in it


class ExcessError(SecurityError):
    """A template asks for more than it may have; the message repeats no value."""


@dataclass(slots=True)
class Sheet:
    """What one run of a template writes on, and what it has used up.

    Each value that is printed is kept in ``values`` and written down as a mark (see ``placeholders``).
    """

    values: list[str] = field(default_factory=list)
    text: int = 0
    turns: int = 0

    def put(self, value: object) -> str:
        """The mark that stands for the value."""
        text = tame(written(value))
        self.text += len(text)
        if self.text > MOST_TEXT or len(self.values) == MOST_MARKS:
            raise ExcessError("the email gets too long")
        self.values.append(text)
        return mark(len(self.values) - 1)

    def turn(self) -> None:
        """Count one turn of a loop."""
        self.turns += 1
        if self.turns > MOST_TURNS:
            raise ExcessError("the loops go round too often")


def written(value: object) -> str:
    """A value as text; a list has none of its own."""
    match value:
        case str() | int() | float() | date() | time() | timedelta() | Named() | Occasion():
            return str(value)
        case Window() | Before() | Undefined():
            return str(value)
        case None:
            return ""
        case _:
            raise ExcessError("a list can't be written as it is: write its items in a loop, or join them")


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, with arithmetic that stays within bounds. A subclass is how Jinja lets one say so."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Numbers and times calculate; texts and lists can be put together with ``+`` only."""
        match left, right:
            case (int() | float(), int() | float()) if operator != "**" and max(abs(left), abs(right)) < LARGEST_NUMBER:
                pass
            case (date() | timedelta(), date() | timedelta()) if operator in {"+", "-"}:
                pass
            case (str(), str()) | (list() | tuple(), list() | tuple()) if operator == "+":
                if len(left) + len(right) > MOST_TEXT:
                    raise ExcessError("the text gets too long")
                left, right = (left, right) if isinstance(left, str) else (list(left), list(right))
            case _:
                raise ExcessError(f"'{operator}' can't be used on these values")
        return super().call_binop(context, operator, left, right)


@lru_cache(maxsize=1)
def environment() -> ImmutableSandboxedEnvironment:
    """The one environment every template runs in; it has no state of its own."""
    sandbox = _Sandbox(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_put, cache_size=0)
    sandbox.globals = {}
    own = {"join": _join, "replace": _replace, "string": written, "each": _each}
    sandbox.filters = {name: JINJA_FILTERS[name] for name in FILTERS - own.keys()} | own
    sandbox.tests = {name: JINJA_TESTS[name] for name in TESTS}
    return sandbox


def names_of_sheet(sheet: Sheet) -> dict[str, object]:
    """What has to be among a template's names for it to write on the sheet."""
    return {_SHEET: sheet}


@pass_context
def _put(context: Context, value: object) -> str:
    sheet: Sheet = context[_SHEET]
    return sheet.put(value)


@pass_context
def _each(context: Context, items: Iterable[object]) -> Iterator[object]:
    sheet: Sheet = context[_SHEET]
    for item in items:
        sheet.turn()
        yield item


@pass_context
def _join(context: Context, items: Iterable[Any], separator: str = "", attribute: str | int | None = None) -> str:
    """Jinja's ``join``, of a text that is not too long."""
    if attribute is not None:
        items = (context.environment.getitem(item, attribute) for item in items)
    pieces, length = [], 0
    for item in items:
        pieces.append(written(item))
        length += len(pieces[-1]) + len(separator)
        if length > MOST_TEXT:
            raise ExcessError("the text gets too long")
    return separator.join(pieces)


def _replace(text: object, old: str, new: str) -> str:
    """Jinja's ``replace``, of a text that does not get too long."""
    before = written(text)
    if len(before) + before.count(old) * len(new) > MOST_TEXT:
        raise ExcessError("the text gets too long")
    return before.replace(old, new)


class Bounded(NodeTransformer):
    """Rewrites a parsed template so that its loops are counted and its joined texts measured."""

    def visit_For(self, node: nodes.For) -> nodes.For:  # noqa: N802 - Jinja calls it by this name
        """Count the turns."""
        self.generic_visit(node)
        node.iter = nodes.Filter(node.iter, "each", [], [], None, None, lineno=node.lineno)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Filter:  # noqa: N802 - Jinja calls it by this name
        """Measure what ``~`` puts together."""
        self.generic_visit(node)
        pieces = nodes.List(node.nodes, lineno=node.lineno)
        return nodes.Filter(pieces, "join", [], [], None, None, lineno=node.lineno)


_TAG = re.compile(r"\{%(?:(?!%\}).)*%\}|\{#(?:(?!#\}).)*#\}")


def keep_lines(source: str) -> str:
    """The template with a ``+`` in the tags that end a line of text, so that the line stays a line.

    A line of nothing but tags leaves no trace in the Markdown, which would break lists and tables. A tag at the end of
    a line of text must not swallow the line's end, though, as Jinja's ``trim_blocks`` would have it.
    """
    return "\n".join(_kept(line) for line in source.split("\n"))


def _kept(line: str) -> str:
    ends_in_tag = line.endswith(("%}", "#}")) and line[-3:-2] not in {"-", "+"}
    return f"{line[:-2]}+{line[-2:]}" if ends_in_tag and _TAG.sub("", line).strip() else line
