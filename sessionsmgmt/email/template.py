"""Templates, a club's own and the built-in ones: what is wrong with one, and what it says of a notice.

A template is the text of an email, the first line being its subject and the rest Markdown. A fault has a line, a
column (both from 1) and a sentence; it never repeats a value, since the values are people's names.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields
from difflib import get_close_matches
from functools import lru_cache
from types import TracebackType

from jinja2 import Template, meta, nodes
from jinja2.exceptions import SecurityError, TemplateError, TemplateSyntaxError, UndefinedError

from sessionsmgmt.domain.model.notice import Notice
from sessionsmgmt.domain.model.people import Role
from sessionsmgmt.email.disclosure import Named
from sessionsmgmt.email.language import language
from sessionsmgmt.email.markdown import read, slips, to_html
from sessionsmgmt.email.model import Wording
from sessionsmgmt.email.placeholders import restore, unmarked, without_references
from sessionsmgmt.email.safe_text import tame
from sessionsmgmt.email.samples import samples, wording
from sessionsmgmt.email.sandbox import (
    FILTERS,
    METHODS,
    TESTS,
    Bounded,
    ExcessError,
    Sheet,
    environment,
    keep_lines,
    names_of_sheet,
)
from sessionsmgmt.email.template_context import NAMES, Before, Group, Occasion, Other, names
from sessionsmgmt.email.text_part import to_text
from sessionsmgmt.email.time_window import Window
from sessionsmgmt.errors import InputError, Problem

LONGEST_TEMPLATE = 32_768
"""Characters a template may have."""

Fault = tuple[int, int, str]
"""What is wrong in a template: line, column, sentence."""

_SUBJECT = re.compile(r"Subject:[ \t]*", re.IGNORECASE)

_ALLOWED = (
    nodes.Template | nodes.Output | nodes.TemplateData | nodes.If | nodes.For | nodes.Assign | nodes.Name
    | nodes.Const | nodes.List | nodes.Tuple | nodes.CondExpr | nodes.Filter | nodes.Test | nodes.Call | nodes.Keyword
    | nodes.Getitem | nodes.Getattr | nodes.Slice | nodes.Concat | nodes.Compare | nodes.Operand | nodes.And
    | nodes.Or | nodes.Not | nodes.Add | nodes.Sub | nodes.Mul | nodes.Div | nodes.FloorDiv | nodes.Mod | nodes.Neg
    | nodes.Pos
)  # fmt: skip

_TAGS: Mapping[type[nodes.Node], str] = {
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
"""What a template may not have, as it is written in one."""

_THINGS: Mapping[str, type] = {"session": Occasion, "presence": Window, "before": Before}
_CALLED = {
    Named: "a person",
    Group: "a group",
    Occasion: "session",
    Window: "presence",
    Before: "before",
    Other: "one of others",
}
_MISSING = re.compile(r"'[\w.]*?(?P<thing>\w+) object' has no attribute '(?P<name>\w+)'")


@dataclass(frozen=True, slots=True)
class Draft:
    """A template that was run: a subject as plain text, and Markdown with marks in the place of ``values``."""

    subject: str
    body: str
    values: tuple[str, ...]


def check(text: str, roles: Sequence[Role]) -> list[Fault]:
    """Everything that is wrong with a template, in the order of its lines; empty where it is right.

    The template is read, and if that finds nothing it is tried on invented notices of every kind.
    """
    faults = _read(text, NAMES | {role.name for role in roles})
    if faults:
        return faults
    return sorted({fault for notice in samples(roles) for fault in _tried(text, notice, wording(roles))})


def _tried(text: str, notice: Notice, sample: Wording) -> list[Fault]:
    """What goes wrong when the template is used for a notice."""
    try:
        draft = render(text, names(notice, sample, language(sample.locale)))
        to_html(read(draft.body), 1)
        to_text(draft.body, draft.values)
    except InputError as error:
        return [(one.line, one.column, one.text) for one in error.problems]
    except RecursionError:
        return [(1, 1, _TOO_DEEP)]
    return [(*_position(text, piece), sentence) for piece, sentence in slips(draft.body)]


def render(text: str, known: Mapping[str, object]) -> Draft:
    """What the template says with these names. Raises InputError, with the template's line, where it can't."""
    subject, body = _compiled(text, frozenset(known))
    sheet = Sheet()
    context = {**known, **names_of_sheet(sheet)}
    headline = _run(subject, context, text)
    written = without_references(_run(body, context, text)).strip("\n")
    return Draft(tame(restore(headline, sheet.values, str)).strip(), written, tuple(sheet.values))


def _halves(text: str) -> tuple[str, str]:
    """The subject's line and the rest, the latter with an empty first line so that its line numbers are the file's."""
    first, _, rest = unmarked(text).removeprefix("\ufeff").replace("\r\n", "\n").partition("\n")
    return _SUBJECT.sub("", first, count=1), f"\n{rest}"


@lru_cache(maxsize=64)
def _compiled(text: str, known: frozenset[str]) -> tuple[Template, Template]:
    faults = _read(text, known)
    if faults:
        raise _error(faults)
    subject, body = (environment().parse(keep_lines(half)) for half in _halves(text))
    try:
        return environment().from_string(Bounded().visit(subject)), environment().from_string(Bounded().visit(body))
    except TemplateSyntaxError as error:  # what shows only when the template is translated to Python
        raise _error([(error.lineno, _column(text, error.lineno, "{%"), f"not understood: {error.message}")]) from None
    except (SyntaxError, RecursionError, MemoryError):  # what Python's own compiler raises
        raise _error([(1, 1, _TOO_DEEP)]) from None


def _run(template: Template, context: Mapping[str, object], text: str) -> str:
    try:
        return template.render(context)
    except Exception as error:  # noqa: BLE001 - whatever the filters, methods and operators it uses do
        line = _line(error.__traceback__)
        sentence, word = _explained(error, text)
        raise _error([(line, _column(text, line, word), sentence)]) from None


_TOO_DEEP = "parts are nested too deeply; write it more simply"


def _error(faults: Sequence[Fault]) -> InputError:
    line, _, sentence = faults[0]
    problems = [Problem("template", at, column, "", said) for at, column, said in faults]
    return InputError(f"The template can't be used, line {line}: {sentence}.", problems=problems)


def _line(trace: TracebackType | None) -> int:
    """The template's line that an error came from: Jinja puts frames of the template into the traceback."""
    line = 1
    while trace:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _explained(error: Exception, text: str) -> tuple[str, str]:
    """A sentence about a failure, and the word of the template it is about, if that is known.

    What Jinja and Python say of it may hold a value, so their words are used only where they are the template's own.
    """
    missing = _MISSING.search(str(error)) if isinstance(error, UndefinedError) else None
    if missing and missing["name"] in text:
        thing = next((one for one in _CALLED if one.__name__ == missing["thing"]), None)
        if thing:
            return _unknown_attribute(_CALLED[thing], thing, missing["name"]), missing["name"]
    match error:
        case ExcessError():
            return str(error), ""
        case SecurityError():
            return "this reaches for something that templates may not touch", ""
        case UndefinedError():
            return "something is not there, at least in some notices; put {% if … %} around it", ""
        case RecursionError():
            return _TOO_DEEP, ""
        case _:
            return "this can't be worked out with the values it is given", ""


def _read(text: str, known: frozenset[str]) -> list[Fault]:
    """What can be seen without running the template."""
    if len(text) > LONGEST_TEMPLATE:
        return [(1, 1, f"is too long; a template has at most {LONGEST_TEMPLATE} characters")]
    first, _, _ = text.removeprefix("\ufeff").partition("\n")
    if not _SUBJECT.match(first):
        return [(1, 1, 'the first line must be the subject: "Subject: …"')]
    subject, body = _halves(text)
    if not subject.strip():
        return [(1, 1, 'the subject is empty; write it after "Subject:"')]
    faults: list[Fault] = []
    for half in (subject, body):
        try:
            tree = environment().parse(keep_lines(half))
            faults.extend(
                (line, _column(text, line, re.escape(word)), sentence)
                for line, word, sentence in _tree_faults(tree, known)
            )
        except TemplateSyntaxError as error:
            faults.append((error.lineno, _column(text, error.lineno, "{[%{]"), f"not understood: {error.message}"))
        except RecursionError:
            faults.append((1, 1, _TOO_DEEP))
        except Exception:  # noqa: BLE001 - of Python, by which Jinja reads numbers and texts
            faults.append((_unreadable_line(half), 1, "this can't be read; is a number or a text in it too odd?"))
    return sorted(set(faults))


def _unreadable_line(half: str) -> int:
    """The first line up to which Jinja can't read the text for a reason that is not one of its own."""
    lines = half.split("\n")
    return bisect_left(range(1, len(lines)), True, key=lambda count: not _readable("\n".join(lines[:count]))) + 1


def _readable(text: str) -> bool:
    try:
        environment().parse(text)
    except TemplateError:
        return True
    except Exception:  # noqa: BLE001 - as above
        return False
    return True


def _tree_faults(tree: nodes.Template, known: frozenset[str]) -> Iterator[tuple[int, str, str]]:
    """Faults of a parsed template: line, the word to find the column by, sentence."""
    called = {node.node for node in tree.find_all(nodes.Call)}  # a fault already, if it is a name
    unknown = _undeclared(tree) - known
    things = _THINGS.keys() - {name.name for name in tree.find_all(nodes.Name) if name.ctx == "store"}
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
            case nodes.Getattr(node=nodes.Name(name=name), attr=attr) if name in things:
                if attr not in _attributes(_THINGS[name]):
                    yield node.lineno, attr, _unknown_attribute(name, _THINGS[name], attr)
            case nodes.For(recursive=True):
                yield node.lineno, "recursive", "a loop can't be recursive"
            case nodes.Scope():  # around a tag that is found next; it has no line
                continue
            case nodes.List() | nodes.Tuple() if node.find(nodes.List) or node.find(nodes.Tuple):
                yield node.lineno, "", "a list can't have lists in it"
            case _ if not isinstance(node, _ALLOWED):
                word = _TAGS.get(type(node), type(node).__name__)
                yield node.lineno, word, f'"{word}" can\'t be used in a template{_TAG_HINTS.get(word, "")}'


_TAG_HINTS = {
    "set": " with an end tag; write {% set name = value %}",
    "**": "; calculate with + - * /",
    **dict.fromkeys(("include", "import", "from", "extends"), "; it is one file, write it all there"),
}


def _undeclared(tree: nodes.Template) -> set[str]:
    """The names that a template uses and does not set; none if it can't be told, for a reason that is a fault too."""
    try:
        return meta.find_undeclared_variables(tree)
    except Exception:  # noqa: BLE001 - an unknown filter or test, or a tag that can't be used
        return set()


def _walk(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for child in node.iter_child_nodes():
        yield from _walk(child)


def _unknown_attribute(called: str, thing: type, name: str) -> str:
    known = _attributes(thing)
    return f'{called} has no "{name}"{_nearest(name, known)}'


def _attributes(thing: type) -> frozenset[str]:
    return frozenset(one.name for one in fields(thing))


def _nearest(name: str, known: AbstractSet[str]) -> str:
    close = get_close_matches(name, sorted(known), n=1)
    return f'; did you mean "{close[0]}"?' if close else f"; there is {', '.join(sorted(known))}"


def _filter_hint(name: str) -> str:
    if name in {"e", "escape", "forceescape", "safe"}:
        return "; leave it out: what {{ … }} prints is always plain text"
    return _nearest(name, FILTERS)


def _column(text: str, line: int, pattern: str) -> int:
    """The column at which the pattern is found in the line; 1 where it is not."""
    lines = text.split("\n")
    found = re.search(pattern, lines[line - 1]) if pattern and line <= len(lines) else None
    return found.start() + 1 if found else 1


def _position(text: str, piece: str) -> tuple[int, int]:
    """Where the piece stands in the text; its beginning where it can't be found."""
    before = text.partition(piece)[0] if piece and piece in text else ""
    return before.count("\n") + 1, len(before) - before.rfind("\n")
