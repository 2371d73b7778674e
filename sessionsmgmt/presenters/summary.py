"""A command's result as Markdown, for the page of a workflow run. The page may be public, so it names nobody.

Of the addresses notices go to, as much is shown as tells a coach which one it is. Everything else that is not written
here is escaped by ``views.markdown``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sessionsmgmt.application.result import Recovery
from sessionsmgmt.config.model import Config
from sessionsmgmt.domain.model.notice import State, Verdict
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.errors import InputError, Problem, SessionsError
from sessionsmgmt.ports.health import Finding, Health
from sessionsmgmt.presenters.audience import readable
from sessionsmgmt.presenters.markdown import code, code_block, plain, row
from sessionsmgmt.presenters.presentation import Presentation
from sessionsmgmt.presenters.text import recovering, resolving

LARGEST = 1_048_576
"""Bytes that GitHub takes of one step; a longer summary is not shown at all (actions/runner, FileCommandManager.cs)."""

UNSHOWN = "•••"

_STATES = {
    State.HELD: "⏸️ held",
    State.FAILED: "❌ failed",
    State.SENT: "✅ sent",
    State.DUE: "✉️ to be sent",
    State.SKIPPED: "nothing to say",
}

_HEALTH = {Health.GOOD: "✅", Health.NOTE: "⚠️", Health.BAD: "❌"}

CUT = "*The rest is left out: a summary may not be longer.*"


def summary(shown: Presentation, config: Config) -> Iterator[str]:
    """What was done: what is held on top, what was sent, what is ahead, and what is worth knowing.

    Yields pieces that stand on lines of their own, for ``fitted``.
    """
    shown = readable(shown)
    yield f"### {plain(config.team)}: {plain(shown.command)}"
    if shown.pages:
        yield from _message(shown.message)
        yield from shown.pages
        return
    verdicts = [delivery.verdict for delivery in shown.deliveries]
    yield from _held([one for one in verdicts if one.state is State.HELD], config)
    yield from _message(shown.message)
    yield from _recovery(shown.recovery, config)
    yield from _notices("Notices", [one for one in verdicts if one.state is not State.SKIPPED], config)
    yield from _notices("Nothing new to say", [one for one in verdicts if one.state is State.SKIPPED], config)
    if not verdicts and not shown.message and not shown.findings:
        yield "\nThere is no session to say anything about."
    yield from _findings(shown.findings)
    yield from warnings_list(shown.warnings)


def problems_summary(error: SessionsError) -> Iterator[str]:
    """What is wrong: every problem of the files with its place, and what it comes to."""
    yield "### What is wrong"
    yield f"\n{plain(str(error))}\n"
    problems = error.problems if isinstance(error, InputError) else ()
    if problems:
        yield from table("Where", "What", "Problem")
        yield from (row([code(_place(one)), code(one.path) if one.path else "", plain(one.text)]) for one in problems)


def fitted(pieces: Iterable[str], most: int = LARGEST, cut: str = CUT) -> str:
    """The pieces on lines of their own, as far as they have at most so many bytes; if not all do, ``cut`` says so.

    A piece is kept whole, so that no block of code is left open; a fold that is open at the cut is closed.
    """
    lines: list[str] = []
    left = most - len(f"</details>\n\n{cut}\n".encode())
    for piece in pieces:
        left -= len(f"{piece}\n".encode())
        if left < 0:
            folds = sum(line.startswith("\n<details>") for line in lines) - lines.count("</details>")
            lines += [*["</details>"] * folds, f"\n{cut}"]
            break
        lines.append(piece)
    return "".join(f"{line}\n" for line in lines)


def masked(address: str) -> str:
    """As much of an address as tells its owner which one it is: ``o•••@example.org``."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}{UNSHOWN}{at}{domain}"


def _held(held: Sequence[Verdict], config: Config) -> Iterator[str]:
    if not held:
        return
    yield f"\n**{len(held)} held: nobody knows whether {'this email' if len(held) == 1 else 'these emails'} left.**"
    yield "Look into the *Sent* folder of the account that sends. If the email is there, close the notice with the"
    yield "command below it; if it is not, with `--resend` in the place of `--sent`."
    for verdict in held:
        yield f"\n{_when(verdict, config)}, {code(verdict.key.notice)}\n"
        yield "\n".join(code_block(f"{resolving(verdict.key, config)} --sent"))


def _message(message: str) -> Iterator[str]:
    for line in message.splitlines():
        yield f"\n{plain(line)}"


def _recovery(recovery: Recovery | None, config: Config) -> Iterator[str]:
    """How a credential that could not be stored is stored after all; nobody but GitHub can open what is shown."""
    for line in recovering(recovery, config) if recovery else ():
        yield "\n" + ("\n".join(code_block(line.strip())) if line.startswith(" ") else plain(line))


def _notices(title: str, verdicts: Sequence[Verdict], config: Config) -> Iterator[str]:
    if not verdicts:
        return
    yield f"\n**{title}**\n"
    recipients = {one.rule.id: ", ".join(code(masked(to)) for to in (*one.to, *one.cc)) for one in config.notices}
    yield from table("State", "Kind", "Session", "Notice", "To", "Why")
    for one in sorted(verdicts, key=lambda one: (one.state is not State.HELD, one.start, one.key)):
        yield row(
            [
                _STATES[one.state],
                one.kind or "",
                _when(one, config),
                code(one.key.notice),
                recipients.get(one.key.notice, ""),
                plain(one.reason),
            ]
        )


def _findings(findings: Sequence[Finding]) -> Iterator[str]:
    if findings:
        yield ""
        yield from table("", "What", "How it stands", "What to do")
        yield from (
            row([_HEALTH[one.health], plain(one.topic), plain(one.text), plain(one.advice)]) for one in findings
        )


def warnings_list(warnings: Sequence[ReportWarning]) -> Iterator[str]:
    """What is worth knowing, folded away."""
    if warnings:
        yield f"\n<details><summary>Worth knowing: {len(warnings)}</summary>\n"
        for warning in warnings:
            yield f"- {plain(warning.sentence)}" + (f" ({code(warning.where)})" if warning.where else "")
        yield ""
        yield "</details>"


def table(*columns: str) -> Iterator[str]:
    """The head of a table; its rows come behind it."""
    yield row(columns)
    yield row(["---"] * len(columns))


def _when(verdict: Verdict, config: Config) -> str:
    return f"{verdict.start.astimezone(config.zone):%a %Y-%m-%d, %H:%M}"


def _place(problem: Problem) -> str:
    return f"{problem.file}:{problem.line}:{problem.column}" if problem.line else problem.file
