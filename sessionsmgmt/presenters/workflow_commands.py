"""The workflow commands of GitHub Actions: annotations, masks and groups for the log, and the file of outputs.

The runner obeys lines of the log of the form ``::command key=value,key=value::data``. In the data, ``%`` and line ends
are percent-escaped; in the values, ``:`` and ``,`` too (actions/runner, ActionCommand.cs).
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from sessionsmgmt.domain.model.notice import State
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.errors import InputError, Problem, SessionsError
from sessionsmgmt.ports.health import Health
from sessionsmgmt.presenters.audience import readable
from sessionsmgmt.presenters.presentation import Presentation
from sessionsmgmt.presenters.text import visible

SHOWN = 10
"""Annotations of one kind that GitHub shows of a step. The others are only in the log."""


def workflow_command(command: str, data: str, properties: Mapping[str, str | int] | None = None) -> str:
    """A workflow command: a line that the runner obeys. Properties without a value are left out."""
    shown = ((name, str(value)) for name, value in (properties or {}).items() if value)
    listed = ",".join(f"{name}={_escaped(value).replace(':', '%3A').replace(',', '%2C')}" for name, value in shown)
    return f"::{command}{' ' if listed else ''}{listed}::{_escaped(data)}"


def output(name: str, value: str, draw: Callable[[int], str] = secrets.token_hex) -> str:
    """The entry of an output in the file of outputs. No line of the value can end it early.

    ``draw`` returns a random text of a number of bytes, which nobody can guess.
    """
    delimiter = next(text for text in iter(lambda: draw(16), "") if text not in value)
    return f"{name}<<{delimiter}\n{value}\n{delimiter}\n"


def problem_annotations(error: SessionsError, workspace: Path) -> Iterator[str]:
    """An error annotation at the place of each problem, and one for the error itself.

    If there are more problems than GitHub shows, the last ones are only in the summary.
    """
    problems = error.problems if isinstance(error, InputError) else ()
    shown = problems[: SHOWN - 1]
    for problem in shown:
        yield _annotation("error", problem, workspace)
    left = f" The summary of this run has all {len(problems)}." if len(shown) < len(problems) else ""
    yield workflow_command("error", visible(f"{error}{left}"))


def result_annotations(shown: Presentation, workspace: Path) -> Iterator[str]:
    """A warning annotation for each warning, and an error annotation where a person has to do something."""
    warnings = readable(shown).warnings
    annotated = warnings if len(warnings) <= SHOWN else warnings[: SHOWN - 1]
    for warning in annotated:
        yield workflow_command(
            "warning", visible(warning.text), {"title": visible(warning.code), **_place(warning, workspace)}
        )
    if len(annotated) < len(warnings):
        yield workflow_command(
            "warning", f"The summary of this run has {len(warnings) - len(annotated)} more warnings."
        )
    if shown.status:
        yield workflow_command("error", visible(_sentence(shown)))


def _sentence(shown: Presentation) -> str:
    """What a person has to do, as a sentence."""
    states = [delivery.verdict.state for delivery in shown.deliveries]
    held, failed = states.count(State.HELD), states.count(State.FAILED)
    bad = sum(finding.health is Health.BAD for finding in shown.findings)
    parts = [
        f"{_counted(held, 'notice is', 'notices are')} held: nobody knows whether the email left." if held else "",
        f"{_counted(failed, 'notice', 'notices')} could not be sent." if failed else "",
        f"{_counted(bad, 'thing is', 'things are')} not as needed." if bad else "",
    ]
    text = " ".join(filter(None, parts)) or f"'{shown.command}' ended with {shown.status}."
    return f"{text} The summary of this run says why and what to do."


def _counted(count: int, singular: str, plural: str) -> str:
    return f"{count} {singular if count == 1 else plural}"


def _annotation(kind: str, problem: Problem, workspace: Path) -> str:
    """An annotation at the place of a problem. A file that is not in the repository is named in the text."""
    file = inside(problem.file, workspace)
    place: dict[str, str | int] = {"file": file, "line": problem.line, "col": problem.column} if file else {}
    text = problem.text if file else f"{problem.file}: {problem.text}"
    return workflow_command(kind, visible(text), {**place, "title": visible(problem.path or Path(problem.file).name)})


def _place(warning: ReportWarning, workspace: Path) -> dict[str, str | int]:
    """The place of a warning, if that is a line of a file: ``calendar.ics:31``."""
    match = re.fullmatch(r"(.+):([1-9]\d{0,8})", warning.where)
    file = inside(match[1], workspace) if match and Path(match[1]).is_file() else ""
    return {"file": file, "line": int(match[2])} if match and file else {}


def inside(file: str, workspace: Path) -> str:
    """The path of a file from the root of the repository, as annotations need it; empty if it is outside."""
    path = os.path.relpath(os.path.realpath(file), os.path.realpath(workspace))
    return "" if path == os.pardir or path.startswith(os.pardir + os.sep) else path


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
