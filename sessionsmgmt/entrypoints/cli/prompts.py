"""Questions on the terminal: on standard error, so that what a command says itself stays apart from them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path

import click

from sessionsmgmt.application.setup.init import Question, questions
from sessionsmgmt.entrypoints.exit_status import Exit


def answers_beforehand(command: Callable[..., Exit]) -> Callable[..., Exit]:
    """An option for each question, for those who answer before they are asked."""
    for question in reversed(questions("UTC")):
        command = click.option(f"--{question.key}", default="", help=question.why)(command)
    return command


def ask(asked: Sequence[Question], given: Mapping[str, str]) -> dict[str, str]:
    """Ask for every answer that was not given; one that won't do is asked for again."""
    known: dict[str, str] = {}
    for question in asked:

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


def replaceable(there: Sequence[Path], known: Collection[Path]) -> Iterator[Path]:
    """Those of the files that may be replaced: the ``known`` ones, and whichever else a person says so of."""
    for path in there:
        if path in known or click.confirm(f"{path} is there already. Replace it?", err=True):
            yield path
