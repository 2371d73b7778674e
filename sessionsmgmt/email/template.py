"""Templates, a club's own and the built-in ones: checking a template, and rendering one for a notice.

A template is the text of an email: its first line is the subject, and the rest is Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import TracebackType

from jinja2 import Template
from jinja2.exceptions import SecurityError, TemplateSyntaxError, UndefinedError

from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.notice import Notice
from sessionsmgmt.domain.model.people import Role
from sessionsmgmt.email.disclosure import DisclosedPerson
from sessionsmgmt.email.language import language
from sessionsmgmt.email.markdown import dropped_parts, parse, to_html
from sessionsmgmt.email.model import Wording
from sessionsmgmt.email.placeholders import fill_text, map_around_placeholders, without_placeholder_references
from sessionsmgmt.email.rewriting import LimitTransformer, keep_line_ends
from sessionsmgmt.email.safe_text import single_spaced, without_invisible
from sessionsmgmt.email.sample_notices import sample_notices, sample_wording
from sessionsmgmt.email.sandbox import (
    MAX_TEXT_LENGTH,
    NotAllowedError,
    RenderState,
    environment,
    state_context,
)
from sessionsmgmt.email.template_context import CONTEXT_NAMES, template_context
from sessionsmgmt.email.template_syntax import (
    TOO_DEEP,
    TemplateProblem,
    column_of,
    position_of,
    split_template,
    syntax_problems,
    unknown_attribute,
)
from sessionsmgmt.email.template_views import (
    AnnouncedSession,
    ContactView,
    OtherSession,
    PreviousWindow,
    RoleGroup,
    SessionView,
)
from sessionsmgmt.email.text_part import to_text
from sessionsmgmt.email.time_window import Window
from sessionsmgmt.errors import InputError, Problem

_TYPE_TITLES = {
    DisclosedPerson: "a person",
    RoleGroup: "a group",
    SessionView: "session",
    Window: "presence",
    PreviousWindow: "before",
    OtherSession: "one of others",
    AnnouncedSession: "one of sessions",
    ContactView: "contact",
}
_MISSING = re.compile(r"'(?:\w+\.)*(?P<type>\w+) object' has no attribute '(?P<name>\w+)'")


@dataclass(frozen=True, slots=True)
class Draft:
    """The result of a template: a subject in plain text, and Markdown with placeholders for its ``values``."""

    subject: str
    body: str
    values: tuple[str, ...]


def check(text: str, roles: Sequence[Role]) -> list[TemplateProblem]:
    """All problems of a template in the order of their lines; empty if there are none.

    If reading the template finds no problem, the template is also rendered for invented notices of every kind.
    """
    problems = syntax_problems(text, CONTEXT_NAMES | {role.name for role in roles})
    if problems:
        return problems
    wording = sample_wording(roles)
    return sorted({problem for notice in sample_notices(roles) for problem in _render_problems(text, notice, wording)})


def _render_problems(text: str, notice: Notice, wording: Wording) -> list[TemplateProblem]:
    """The problems that show when the template is used for a notice."""
    try:
        draft = render(text, template_context((notice,), wording, language(wording.locale)))
        to_html(parse(draft.body), 1)
        to_text(draft.body, draft.values)
    except InputError as error:
        return [TemplateProblem(problem.line, problem.column, problem.text) for problem in error.problems]
    except RecursionError:
        return [TemplateProblem(1, 1, TOO_DEEP)]
    return [TemplateProblem(*position_of(text, piece), sentence) for piece, sentence in dropped_parts(draft.body)]


def render(text: str, context: Mapping[str, object], *, built_in: bool = False) -> Draft:
    """The template's subject and body for this context. Raises InputError, with the template's line, if it fails.

    A ``built_in`` template is not checked at each run: the tests check all of them.
    """
    subject_template, body_template = _compiled(text, frozenset(context), built_in)
    state = RenderState()
    context = {**context, **state_context(state)}
    subject = _run(subject_template, context, text)
    body = without_placeholder_references(_run(body_template, context, text)).strip("\n")
    words = fill_text(map_around_placeholders(subject, without_invisible), state.values)
    return Draft(single_spaced(words).strip(), body, tuple(state.values))


@lru_cache(maxsize=64)
def _compiled(text: str, known: frozenset[str], built_in: bool) -> tuple[Template, Template]:
    problems = [] if built_in else syntax_problems(text, known)
    if problems:
        raise _error(problems)
    subject, body = split_template(text)
    try:
        return _compile(subject), _compile(body)
    except TemplateSyntaxError as error:  # some problems show only when Jinja translates the template to Python
        column = column_of(text, error.lineno, "{%")
        raise _error([TemplateProblem(error.lineno, column, f"not understood: {error.message}")]) from None
    except (SyntaxError, RecursionError, MemoryError):  # from Python's own compiler
        raise _error([TemplateProblem(1, 1, TOO_DEEP)]) from None


def _compile(source: str) -> Template:
    return environment().from_string(LimitTransformer().visit(environment().parse(keep_line_ends(source))))


def _run(template: Template, context: Mapping[str, object], text: str) -> str:
    pieces, length = [], 0
    try:
        for piece in template.generate(context):
            pieces.append(piece)
            length += len(piece)
            if length > MAX_TEXT_LENGTH:
                raise NotAllowedError("the email gets too long")  # noqa: TRY301 - as what the template raises itself
        return "".join(pieces)
    except Exception as error:  # noqa: BLE001 - filters, methods and operators raise errors of any class
        line = _line(error.__traceback__)
        sentence, word = _explanation(error, text)
        raise _error([TemplateProblem(line, column_of(text, line, word), sentence)]) from None


def _error(problems: Sequence[TemplateProblem]) -> InputError:
    located = [Problem("template", problem.line, problem.column, "", problem.sentence) for problem in problems]
    first = problems[0]
    return InputError(f"The template can't be used, line {first.line}: {first.sentence}.", problems=located)


def _line(trace: TracebackType | None) -> int:
    """The line of the template that an error came from. Jinja adds the template's frames to the traceback."""
    line = 1
    while trace:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _explanation(error: Exception, text: str) -> tuple[str, str]:
    """A sentence about an error, and the word of the template that it is about (empty if unknown).

    The messages of Jinja and Python may contain a value, so only words that the template itself contains are repeated.
    """
    missing = _MISSING.search(str(error)) if isinstance(error, UndefinedError) else None
    if missing and missing["name"] in text:
        type_ = next((known for known in _TYPE_TITLES if known.__name__ == missing["type"]), None)
        if type_:
            return unknown_attribute(_TYPE_TITLES[type_], type_, missing["name"]), missing["name"]
    match error:
        case NotAllowedError():
            return str(error), ""
        case SecurityError():
            return "templates may not use this", ""
        case UndefinedError():
            return "something is not there, at least in some notices; put {% if … %} around it", ""
        case RecursionError():
            return TOO_DEEP, ""
        case _:
            return "this can't be worked out with the values it is given", ""
