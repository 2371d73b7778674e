"""A preview in GitHub's Markdown: for the check, the comment and the page of the workflow run.

A preview of invented people is shown whole. A preview of the club's own data is shown whole in a private repository,
where only the club can read it. In any other repository strangers can read it, and the people are minors: there only
counts and kinds are shown, no name, no title, no place and no time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from email.message import EmailMessage
from pathlib import Path

from sessionsmgmt.application.notices.shared_emails import verdicts_by_email
from sessionsmgmt.application.result import Data, PreviewResult
from sessionsmgmt.config.model import Config
from sessionsmgmt.domain.model.notice import Kind, State, Verdict
from sessionsmgmt.domain.sessions.emails import SEVERAL
from sessionsmgmt.errors import InputError, SessionsError
from sessionsmgmt.ports.pull_requests import Annotation
from sessionsmgmt.ports.readers import Readers
from sessionsmgmt.presenters.email_markdown import email_markdown
from sessionsmgmt.presenters.markdown import code, plain, row
from sessionsmgmt.presenters.summary import masked, problems_summary, table, warnings_list
from sessionsmgmt.presenters.text import visible
from sessionsmgmt.presenters.workflow_commands import inside

_QUIET = {State.HELD: "**held**", State.FAILED: "**kept back**", State.SKIPPED: "no email needed"}

_SHOWN_QUIET = 20
"""Sessions without an email that are listed. A calendar may have hundreds of them."""


def title(result: PreviewResult) -> str:
    """The number of emails of each kind."""
    kinds = _kinds(result)
    with_trouble = sum(delivery.verdict.state in {State.FAILED, State.HELD} for delivery in result.deliveries)
    parts = [f"{number} {kind}" for kind, number in kinds.items()]
    emails = f"{_counted(sum(kinds.values()), 'email')}: {', '.join(parts)}" if parts else "No email is due"
    return f"{emails}; {with_trouble} kept back" if with_trouble else emails


def problems_title(error: SessionsError) -> str:
    """The number of problems in the files; or that the preview could not be made for another reason."""
    if isinstance(error, InputError):
        return f"{_counted(len(error.problems) or 1, 'problem')} to mend"
    return "The preview could not be made"


def heading(config: Config) -> str:
    """Which club the preview is of."""
    return f"Email preview: {plain(config.team)}"


def source(result: PreviewResult, config: Config, readers: Readers) -> str:
    """What the preview is made from, and for which moment, as a plain sentence."""
    moment = f"{result.now.astimezone(config.zone):%A, %-d %B %Y, %H:%M}"
    if result.data is Data.SAMPLE and config.sample:
        files = " and ".join(visible(file.name) for file in (config.sample.calendar, config.sample.contacts))
        return f"Made from the sample in {files}, as if it were {moment}."
    if result.data is Data.INVENTED:
        return f"Made from invented people, with a session for every kind of email, as if it were {moment}."
    if readers is Readers.ANYBODY:
        return "Made from the club's own calendar and contacts."
    return f"Made from the club's own calendar and contacts, on {moment}."


def pages(result: PreviewResult, config: Config, *, secret: bool) -> Iterator[str]:
    """The preview, in pieces that stand on lines of their own. Of what is ``secret``, only counts and kinds."""
    if secret:
        yield from _counts(result)
        return
    verdicts = [delivery.verdict for delivery in result.deliveries]
    due = _emails(result)
    yield from _list(due, result, config)
    yield from _silent(config, verdicts)
    yield from _quiet([verdict for verdict in verdicts if verdict.state is not State.DUE], config)
    yield from warnings_list(result.warnings)
    for number, sessions in enumerate(due):
        yield from _email(result.emails[sessions[0].key], unfolded=number == 0)


def problem_pages(error: SessionsError) -> Iterator[str]:
    """Why there is no preview. The check has each problem at its line, too."""
    _, *lines = problems_summary(error)
    yield from lines


def problem_annotations(error: SessionsError, workspace: Path) -> tuple[Annotation, ...]:
    """The problems that have a place in a file of the repository. ``workspace`` is its root."""
    problems = error.problems if isinstance(error, InputError) else ()
    return tuple(
        Annotation(
            path, problem.line, problem.column, visible(problem.path or Path(problem.file).name), visible(problem.text)
        )
        for problem in problems
        if (path := inside(problem.file, workspace))
    )


def _emails(result: PreviewResult) -> tuple[tuple[Verdict, ...], ...]:
    """The verdicts on the sessions of each email."""
    return verdicts_by_email((delivery.verdict for delivery in result.deliveries), result.emails)


def _kinds(result: PreviewResult) -> dict[str, int]:
    """The number of emails of each kind, in the order of the kinds."""
    kinds = Counter(_kind(result.emails[first.key]) for first, *_ in _emails(result))
    return {kind: kinds[kind] for kind in (*Kind, SEVERAL) if kinds[kind]}


def _kind(email: EmailMessage) -> str:
    return str(email["X-Sessionsmgmt-Kind"])


def _counts(result: PreviewResult) -> Iterator[str]:
    """What everybody may read."""
    states = Counter(delivery.verdict.state for delivery in result.deliveries)
    yield "\nThis repository is not private, so of the club's own data only counts are shown here."
    yield ""
    yield from table("Email", "How many")
    yield from (row([f"**{kind}**", str(number)]) for kind, number in _kinds(result).items())
    yield from (row([name, str(states[state])]) for state, name in _QUIET.items() if states[state])
    if result.warnings:
        yield row(["worth knowing", str(len(result.warnings))])


def _list(due: Sequence[Sequence[Verdict]], result: PreviewResult, config: Config) -> Iterator[str]:
    if not due:
        yield "\nNo email is due at that moment."
        return
    recipients = {
        notice.rule.id: "<br>".join(code(masked(address)) for address in (*notice.to, *notice.cc))
        for notice in config.notices
    }
    yield ""
    yield from table("Email", "Session", "Notice", "Subject", "To")
    for sessions in due:
        key = sessions[0].key
        email, when = result.emails[key], "<br>".join(_when(session, config) for session in sessions)
        subject, to = plain(str(email["Subject"])), recipients.get(key.notice, "")
        yield row([f"**{_kind(email)}**", when, code(key.notice), subject, to])


def _silent(config: Config, verdicts: Iterable[Verdict]) -> Iterator[str]:
    """The notices without any session."""
    with_session = {verdict.key.notice for verdict in verdicts}
    silent = [notice.rule for notice in config.notices if notice.rule.id not in with_session]
    for rule in silent:
        yield f"\nNo session for {code(rule.id)}: no title near that moment has {code(rule.match)} in it."


def _quiet(verdicts: Sequence[Verdict], config: Config) -> Iterator[str]:
    """What is not sent, and why. What needs a person comes first."""
    if not verdicts:
        return
    order = list(_QUIET)
    ranked = sorted(verdicts, key=lambda verdict: (order.index(verdict.state), verdict.order))
    yield f"\n<details><summary>Not sent: {len(verdicts)}</summary>\n"
    yield from table("Why not", "Session", "Notice", "Reason")
    for verdict in ranked[:_SHOWN_QUIET]:
        yield row([_QUIET[verdict.state], _when(verdict, config), code(verdict.key.notice), plain(verdict.reason)])
    if len(ranked) > _SHOWN_QUIET:
        yield f"\nand {len(ranked) - _SHOWN_QUIET} more."
    yield ""
    yield "</details>"


def _email(email: EmailMessage, *, unfolded: bool) -> Iterator[str]:
    """One email, folded unless ``unfolded``. It is one piece, so that no element of it is left open."""
    yield ""
    yield "\n".join(
        [
            f"<details{' open' * unfolded}><summary><b>{_kind(email)}</b> · {plain(str(email['Subject']))}</summary>",
            "<blockquote>",
            email_markdown(email),
            "</blockquote>",
            "</details>",
        ]
    )


def _when(verdict: Verdict, config: Config) -> str:
    """The day of a session and its time, if it has one, in the club's zone, on one line."""
    start = verdict.start.astimezone(config.zone)
    return f"{start:%a %-d %b %Y}{f', {start:%H:%M}' if start.hour or start.minute else ''}".replace(" ", "&nbsp;")


def _counted(count: int, word: str) -> str:
    return f"{count} {word if count == 1 else f'{word}s'}"
