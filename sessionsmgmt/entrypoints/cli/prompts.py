"""What the command line asks a person before a command: on standard error, apart from the command's own output."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from sessionsmgmt.application.arguments import InitArguments
from sessionsmgmt.application.command import confirmation

if TYPE_CHECKING:
    from sessionsmgmt.application.context import Request
    from sessionsmgmt.application.setup.questions import Question


def completed(request: Request, arguments: Any) -> Any:
    """The arguments with what the person answers, for the commands that ask before they act.

    Raises click.UsageError where nobody is there to be asked, click.Abort where the person says no.
    """
    if isinstance(arguments, InitArguments):
        return _init(request, arguments)
    if sentence := confirmation(arguments):
        _confirm(sentence)
    return arguments


def _init(request: Request, arguments: InitArguments) -> InitArguments:
    """Ask every question that is not answered yet, and which of the files that are there may be replaced."""
    from sessionsmgmt.application.setup.init import answered, given_answers, in_the_way, mantabots, suggested_zone
    from sessionsmgmt.application.setup.questions import questions

    if request.path.name != "sessions.yml":
        raise click.UsageError("init writes a file named sessions.yml; --config may only name its folder")
    if arguments.yes:
        return arguments
    zone = suggested_zone(request)
    known = given_answers(arguments, mantabots(arguments))
    with _somebody_answers():
        replies: dict[str, Any] = {**ask(questions(zone), known)}
        arguments = replace(arguments, **replies)
        answers, _ = answered(arguments, zone)
        decided = {*arguments.overwrite, *arguments.keep}
        there = [path for path in in_the_way(answers, request.path.parent) if path not in decided]
        replaced = [path for path in there if click.confirm(f"{path} is there already. Replace it?", err=True)]
        to_keep = [path for path in there if path not in replaced]
        return replace(arguments, overwrite=(*arguments.overwrite, *replaced), keep=(*arguments.keep, *to_keep))


def _confirm(sentence: str) -> None:
    """Ask before what can't be undone. A person who is not at a terminal has to agree beforehand."""
    if not sys.stdin.isatty():
        raise click.UsageError("nobody is here to be asked: say --yes if it is to be deleted, --dry-run to look first")
    click.confirm(sentence, abort=True, err=True)


@contextmanager
def _somebody_answers() -> Iterator[None]:
    """Say what to do where standard input ends instead of answering."""
    try:
        yield
    except click.Abort as abort:
        if not isinstance(abort.__context__, EOFError):
            raise
        text = "nobody is here to be asked: answer with the options, or say --yes to use the suggested answers"
        raise click.UsageError(text) from None


def ask(questions: Sequence[Question], given: Mapping[str, str]) -> dict[str, str]:
    """Ask for every answer that was not given. An answer that won't do is asked for again."""
    known: dict[str, str] = {}
    for question in questions:

        def checked(text: str, question: Question = question) -> str:
            fault = question.check(text, known)
            if fault:
                raise click.BadParameter(fault)
            return text

        answer = given.get(question.key, "")
        if not answer:
            click.echo(question.why, err=True)
            choices = f" ({', '.join(question.choices)})" if question.choices else ""
            answer = click.prompt(f"{question.prompt}{choices}", question.default(known), value_proc=checked, err=True)
        known[question.key] = answer
    return known
