"""The sandbox that templates run in: a part of Jinja that can do no harm and always ends.

Jinja's own sandbox keeps a template away from the program's internals, but it limits neither time nor memory. So the
constructs that repeat or multiply without limit are left out (macros, ranges, powers, padding, formatting). The rest
is counted: a loop is rewritten to take its items through a counter, ``~`` is rewritten to the limited ``join``, and
filters, tests and operators count the characters and items that they read and make.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from functools import lru_cache
from typing import Any

from jinja2 import Environment, StrictUndefined, Undefined, pass_context, pass_environment
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS as JINJA_FILTERS
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.tests import TESTS as JINJA_TESTS
from jinja2.utils import _PassArg

from sessionsmgmt.email.disclosure import DisclosedPerson
from sessionsmgmt.email.placeholders import MAX_PLACEHOLDERS, placeholder
from sessionsmgmt.email.safe_text import one_line
from sessionsmgmt.email.template_views import AnnouncedSession, ContactView, PreviousWindow, SessionView
from sessionsmgmt.email.time_window import Window

MAX_TEXT_LENGTH = 50_000
"""The most characters of an email, or of a text that a template joins: far more than anyone reads."""

MAX_LOOP_TURNS = 50_000
"""The most turns of all loops of one email together."""

MAX_WORK = 5_000_000
"""How many characters and items all filters, tests and operators of one email read and make together."""

COST_OF_CALL = 20
"""What each call of a filter, test or method adds to the work, however little it reads."""

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
    work: int = 0

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

    def count_work(self, amount: int) -> None:
        """Count characters and items that are read or made. Raises NotAllowedError after too many."""
        self.work += amount
        if self.work > MAX_WORK:
            raise NotAllowedError("the template works through too much text or too many items")

    def measured(self, value: Any) -> Any:
        """The value, after its length is counted. The items of a list that is not made yet are counted one by one."""
        match value:
            case LoopContext():
                pass  # it is an iterator too, but its items are counted by the loop itself
            case str() | list() | tuple():
                self.count_work(len(value))
            case Iterator():
                return self._measured_items(value)
        return value

    def _measured_items(self, items: Iterator[object]) -> Iterator[object]:
        for item in items:
            self.count_work(1)
            yield item


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
                context[_STATE_NAME].count_work(len(left) + len(right))
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
    own: dict[str, Callable[..., Any]] = {
        "join": _join,
        "replace": _replace,
        "string": as_text,
        "sum": _sum,
        "each": _counted,
    }
    filters: dict[str, Callable[..., Any]] = {name: JINJA_FILTERS[name] for name in FILTERS - own.keys()} | own
    sandbox.filters = {name: _metered(function) for name, function in filters.items()} | {"measured": _measured}
    tests: Mapping[str, Any] = JINJA_TESTS
    sandbox.tests = {name: _metered(tests[name]) for name in TESTS}
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
def _measured(context: Context, value: object) -> object:
    state: RenderState = context[_STATE_NAME]
    return state.measured(value)


def _metered(function: Callable[..., Any]) -> Callable[..., Any]:
    """Jinja's filter or test, with what it reads and what it makes counted."""
    asks_for = getattr(function, "jinja_pass_arg", None)

    @pass_context
    def metered(context: Context, value: object, *args: object, **options: object) -> object:
        state: RenderState = context[_STATE_NAME]
        state.count_work(COST_OF_CALL)
        values = [state.measured(each) for each in (value, *args)]
        about: dict[object, Sequence[object]] = {
            _PassArg.context: [context],
            _PassArg.eval_context: [context.eval_ctx],
            _PassArg.environment: [context.environment],
        }
        return state.measured(function(*about.get(asks_for, ()), *values, **options))

    return metered


@pass_environment
def _sum(environment: Environment, items: Iterable[Any], attribute: str | int | None = None, start: Any = 0) -> Any:
    """Jinja's ``sum`` of numbers and of lengths of time. Lists are left out, since a sum of them copies each again."""
    if not isinstance(start, int | float | timedelta):
        raise NotAllowedError("'sum' adds numbers only")
    if attribute is not None:
        items = (environment.getitem(item, attribute) for item in items)
    return sum(items, start)


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
