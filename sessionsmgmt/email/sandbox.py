"""The sandbox that templates run in: a part of Jinja that can do no harm and always ends.

Jinja's own sandbox keeps a template away from the program's internals, but it limits neither time nor memory. So the
constructs that repeat or multiply without limit are left out (macros, ranges, powers, padding, formatting). The rest
is counted: a loop is rewritten to take its items through a counter, and ``~`` is rewritten to the limited ``join``.
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

from sessionsmgmt.email.disclosure import DisclosedPerson
from sessionsmgmt.email.placeholders import MAX_PLACEHOLDERS, placeholder
from sessionsmgmt.email.safe_text import one_line
from sessionsmgmt.email.template_views import AnnouncedSession, ContactView, PreviousWindow, SessionView
from sessionsmgmt.email.time_window import Window

MAX_TEXT_LENGTH = 50_000
"""The most characters of an email, or of a text that a template joins: far more than anyone reads."""

MAX_LOOP_TURNS = 50_000
"""The most turns of all loops of one email together."""

MAX_NUMBER = 10**12

FILTERS: AbstractSet[str] = {
    *("abs", "capitalize", "count", "d", "default", "first", "int", "last", "length", "list", "lower", "map", "max"),
    *("min", "reject", "rejectattr", "reverse", "select", "selectattr", "sort", "sum", "title", "trim", "truncate"),
    *("unique", "upper", "wordcount"),
    *("join", "replace", "string"),  # our own versions, with limits
}
"""The filters that a template may use."""

TESTS: AbstractSet[str] = {
    *("boolean", "defined", "divisibleby", "eq", "equalto", "even", "float", "ge", "gt", "greaterthan", "in"),
    *("integer", "iterable", "le", "lessthan", "lower", "lt", "ne", "none", "number", "odd", "sameas", "sequence"),
    *("string", "undefined", "upper", "==", "!=", "<", "<=", ">", ">="),
}
"""The tests that a template may use. All are Jinja's own."""

METHODS: AbstractSet[str] = {
    *("strftime", "isoformat", "date", "time", "weekday", "isoweekday", "total_seconds"),
    *("upper", "lower", "title", "capitalize", "strip", "startswith", "endswith", "split"),
    *("cycle", "changed"),
}
"""The methods of datetimes, texts and loops that a template may call."""

_STATE_NAME = "render state"  # the space keeps templates from using this name


class NotAllowedError(SecurityError):
    """A template does something that is not allowed. The message repeats no value, since values are people's names."""


@dataclass(slots=True)
class RenderState:
    """The state of one run of a template: the values that it has printed, and how much of its limits it has used.

    A printed value is kept in ``values``, and the template's output has a placeholder instead (see ``placeholders``).
    """

    values: list[str] = field(default_factory=list)
    text_length: int = 0
    loop_turns: int = 0

    def placeholder_for(self, value: object) -> str:
        """The placeholder for a printed value. Raises NotAllowedError if the email gets too long."""
        text = "\n".join(one_line(line) for line in as_text(value).split("\n"))
        self.text_length += len(text)
        if self.text_length > MAX_TEXT_LENGTH or len(self.values) == MAX_PLACEHOLDERS:
            raise NotAllowedError("the email gets too long")
        self.values.append(text)
        return placeholder(len(self.values) - 1)

    def count_turn(self) -> None:
        """Count one turn of a loop. Raises NotAllowedError after too many."""
        self.loop_turns += 1
        if self.loop_turns > MAX_LOOP_TURNS:
            raise NotAllowedError("the loops go round too often")


def as_text(value: object) -> str:
    """The value as text. Raises NotAllowedError for a list."""
    match value:
        case str() | int() | float() | date() | time() | timedelta() | DisclosedPerson() | SessionView():
            return str(value)
        case Window() | PreviousWindow() | AnnouncedSession() | ContactView() | Undefined():
            return str(value)
        case None:
            return ""
        case _:
            raise NotAllowedError("a list can't be written as it is: write its items in a loop, or join them")


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox with limited arithmetic. Jinja offers subclassing as the only way to set these limits."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Numbers and times can be calculated with; texts and lists can only be joined with ``+``."""
        match left, right:
            case (int() | float(), int() | float()) if operator != "**" and max(abs(left), abs(right)) < MAX_NUMBER:
                pass
            case (date() | timedelta(), date() | timedelta()) if operator in {"+", "-"}:
                pass
            case (str(), str()) | (list() | tuple(), list() | tuple()) if operator == "+":
                if len(left) + len(right) > MAX_TEXT_LENGTH:
                    raise NotAllowedError("the text gets too long")
                left, right = (left, right) if isinstance(left, str) else (list(left), list(right))
            case _:
                raise NotAllowedError(f"'{operator}' can't be used on these values")
        return super().call_binop(context, operator, left, right)


@lru_cache(maxsize=1)
def environment() -> ImmutableSandboxedEnvironment:
    """The environment that all templates share. It has no state."""
    sandbox = _Sandbox(
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
        cache_size=0,
        optimized=False,  # a template is rendered a few times at most: calculating constants beforehand takes longer
    )
    sandbox.globals = {}
    own = {"join": _join, "replace": _replace, "string": as_text, "each": _counted}
    sandbox.filters = {name: JINJA_FILTERS[name] for name in FILTERS - own.keys()} | own
    sandbox.tests = {name: JINJA_TESTS[name] for name in TESTS}
    return sandbox


def state_context(state: RenderState) -> dict[str, object]:
    """The entry of a template's context through which the sandbox reaches the run's state."""
    return {_STATE_NAME: state}


@pass_context
def _finalize(context: Context, value: object) -> str:
    state: RenderState = context[_STATE_NAME]
    return state.placeholder_for(value)


@pass_context
def _counted(context: Context, items: Iterable[object]) -> Iterator[object]:
    state: RenderState = context[_STATE_NAME]
    for item in items:
        state.count_turn()
        yield item


@pass_context
def _join(context: Context, items: Iterable[Any], separator: str = "", attribute: str | int | None = None) -> str:
    """Jinja's ``join`` with a limit on the length of the result."""
    if attribute is not None:
        items = (context.environment.getitem(item, attribute) for item in items)
    pieces, length = [], 0
    for item in items:
        pieces.append(as_text(item))
        length += len(pieces[-1]) + len(separator)
        if length > MAX_TEXT_LENGTH:
            raise NotAllowedError("the text gets too long")
    return separator.join(pieces)


def _replace(text: object, old: str, new: str) -> str:
    """Jinja's ``replace`` with a limit on the length of the result."""
    before = as_text(text)
    if len(before) + before.count(old) * len(new) > MAX_TEXT_LENGTH:
        raise NotAllowedError("the text gets too long")
    return before.replace(old, new)


class LimitTransformer(NodeTransformer):
    """Rewrites a parsed template so that its loops are counted and its joined texts are limited."""

    def visit_For(self, node: nodes.For) -> nodes.For:  # noqa: N802 - Jinja calls it by this name
        """Take the loop's items through the counter."""
        self.generic_visit(node)
        node.iter = nodes.Filter(node.iter, "each", [], [], None, None, lineno=node.lineno)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Filter:  # noqa: N802 - Jinja calls it by this name
        """Replace ``~`` by the limited ``join``."""
        self.generic_visit(node)
        pieces = nodes.List(node.nodes, lineno=node.lineno)
        return nodes.Filter(pieces, "join", [], [], None, None, lineno=node.lineno)


_TAG = re.compile(r"\{%(?:(?!%\}).)*%\}|\{#(?:(?!#\}).)*#\}")


def keep_line_ends(source: str) -> str:
    """The template with a ``+`` in every tag at the end of a line of text, so that the line keeps its end.

    ``trim_blocks`` removes lines that hold only tags, since empty lines would break lists and tables in the Markdown.
    But ``trim_blocks`` would also remove the line end after a tag that follows text on its line.
    """
    return "\n".join(_with_line_end(line) for line in source.split("\n"))


def _with_line_end(line: str) -> str:
    ends_in_tag = line.endswith(("%}", "#}")) and line[-3:-2] not in {"-", "+"}
    return f"{line[:-2]}+{line[-2:]}" if ends_in_tag and _TAG.sub("", line).strip() else line
