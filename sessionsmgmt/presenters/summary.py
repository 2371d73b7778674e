"""The summary of a command as Markdown, for the page of a workflow run. The page may be public, so it names nobody.

Recipients' addresses are masked. Text that comes from outside is escaped by ``presenters.markdown``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sessionsmgmt.application.result import Recovery
from sessionsmgmt.config.model import Config
from sessionsmgmt.domain.model.notice import State, Verdict
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.errors import InputError, Problem, SessionsError
from sessionsmgmt.ports.health import Finding, Health
from sessionsmgmt.presenters.audience import placed, readable
from sessionsmgmt.presenters.markdown import code, code_block, plain, row
from sessionsmgmt.presenters.presentation import Presentation
from sessionsmgmt.presenters.text import looked_at_lines, recovering, resolving, session_time, session_title

LARGEST = 1_048_576
"""Bytes of a step's summary: GitHub does not show a longer one (actions/runner, FileCommandManager.cs)."""

UNSHOWN = "•••"

_STATES = {
    State.HELD: "⏸️ held",
    State.FAILED: "❌ failed",
    State.SENT: "✅ sent",
    State.DUE: "✉️ to be sent",
    State.SKIPPED: "no email needed",
}

_HEALTH = {Health.GOOD: "✅", Health.NOTE: "⚠️", Health.BAD: "❌"}

CUT = "*The rest is left out: a summary may not be longer.*"


def summary(shown: Presentation, config: Config) -> Iterator[str]:
    """The summary: held notices first, then what was sent, what is ahead, and the warnings.

    Yields pieces that stand on lines of their own, for ``fitted``.
    """
    shown = readable(shown)
    yield f"### {plain(config.team)}: {plain(shown.command)}"
    if shown.pages:
        yield from _message(shown.message)
        yield from shown.pages
        return
    verdicts = [delivery.verdict for delivery in shown.deliveries]
    yield from _held([verdict for verdict in verdicts if verdict.state is State.HELD], config)
    yield from _message(shown.message)
    yield from _recovery(shown.recovery, config)
    yield from _notices("Notices", [verdict for verdict in verdicts if verdict.state is not State.SKIPPED], config)
    yield from _notices("No email needed", [verdict for verdict in verdicts if verdict.state is State.SKIPPED], config)
    if not verdicts and not shown.message and not shown.findings:
        yield "\nThere is no session to say anything about."
    yield from _looked_at(shown, config)
    yield from _findings(shown.findings)
    yield from warnings_list(placed(shown, config.zone))


def problems_summary(error: SessionsError) -> Iterator[str]:
    """The summary of an error: the error, and every problem of the files with its place."""
    yield "### What is wrong"
    yield f"\n{plain(str(error))}\n"
    problems = error.problems if isinstance(error, InputError) else ()
    if problems:
        yield from table("Where", "What", "Problem")
        yield from (
            row([code(_place(problem)), code(problem.path) if problem.path else "", plain(problem.text)])
            for problem in problems
        )


def fitted(pieces: Iterable[str], most: int = LARGEST, cut: str = CUT) -> str:
    """The pieces on lines of their own, in at most so many bytes. Where some are left out, ``cut`` stands at the end.

    A piece is never split, so that no block of code is left open. A fold that is open at the cut is closed.
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
    """The address with most of its name hidden, so that only its owner knows it: ``o•••@example.org``."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}{UNSHOWN}{at}{domain}"


def _held(held: Sequence[Verdict], config: Config) -> Iterator[str]:
    if not held:
        return
    yield f"\n**{len(held)} held: nobody knows whether {'this email' if len(held) == 1 else 'these emails'} left.**"
    yield "Look into the *Sent* folder of the account that sends. If the email is there, close the notice with the"
    yield "command below it; if it is not, with `--resend` in the place of `--sent`."
    for verdict in held:
        when = session_time(verdict, config.zone)
        yield f"\n{when}, {plain(session_title(verdict))}, {code(verdict.key.notice)}\n"
        yield "\n".join(code_block(f"{resolving(verdict.key, config)} --sent"))


def _message(message: str) -> Iterator[str]:
    for line in message.splitlines():
        yield f"\n{plain(line)}"


def _recovery(recovery: Recovery | None, config: Config) -> Iterator[str]:
    """How a credential is stored that could not be stored. Nobody but GitHub can open what is shown."""
    for line in recovering(recovery, config) if recovery else ():
        yield "\n" + ("\n".join(code_block(line.strip())) if line.startswith(" ") else plain(line))


def _notices(title: str, verdicts: Sequence[Verdict], config: Config) -> Iterator[str]:
    if not verdicts:
        return
    yield f"\n**{title}**\n"
    recipients = {
        notice.rule.id: ", ".join(code(masked(address)) for address in (*notice.to, *notice.cc))
        for notice in config.notices
    }
    yield from table("State", "Kind", "When", "Session", "Notice", "To", "Why")
    for verdict in sorted(verdicts, key=lambda verdict: (verdict.state is not State.HELD, verdict.order)):
        yield row(
            [
                _STATES[verdict.state],
                verdict.kind or "",
                session_time(verdict, config.zone),
                plain(session_title(verdict)),
                code(verdict.key.notice),
                recipients.get(verdict.key.notice, ""),
                plain(verdict.reason),
            ]
        )


def _looked_at(shown: Presentation, config: Config) -> Iterator[str]:
    for number, line in enumerate(looked_at_lines(shown.looked_at, config.zone, shown.readers)):
        yield f"- {plain(line.strip())}" if number else f"\n{plain(line)}\n"


def _findings(findings: Sequence[Finding]) -> Iterator[str]:
    if findings:
        yield ""
        yield from table("", "What", "How it stands", "What to do")
        yield from (
            row([_HEALTH[finding.health], plain(finding.topic), plain(finding.text), plain(finding.advice)])
            for finding in findings
        )


def warnings_list(warnings: Sequence[ReportWarning]) -> Iterator[str]:
    """The warnings, folded."""
    if warnings:
        yield f"\n<details><summary>Worth knowing: {len(warnings)}</summary>\n"
        for warning in warnings:
            yield f"- {plain(warning.sentence)}" + (f" ({code(warning.where)})" if warning.where else "")
        yield ""
        yield "</details>"


def table(*columns: str) -> Iterator[str]:
    """The head of a table. Its rows follow."""
    yield row(columns)
    yield row(["---"] * len(columns))


def _place(problem: Problem) -> str:
    return f"{problem.file}:{problem.line}:{problem.column}" if problem.line else problem.file
