"""A preview in GitHub's Markdown: for the check, the comment and the page of the workflow run.

What is made from invented people is shown whole. So is what is made from the club's own data where the repository is
private: whoever can read it there is one of the club. In any other repository strangers can, and the people are minors:
of the club's own data only counts and kinds are shown there, no name, no title, no place and no time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from sessionsmgmt.application.result import Data, PreviewResult
from sessionsmgmt.config.model import Config
from sessionsmgmt.domain.model.notice import Kind, State, Verdict
from sessionsmgmt.errors import InputError, SessionsError
from sessionsmgmt.ports.pull_requests import Annotation
from sessionsmgmt.ports.readers import Readers
from sessionsmgmt.presenters.email_markdown import email_markdown
from sessionsmgmt.presenters.markdown import code, plain, row
from sessionsmgmt.presenters.summary import masked, problems_summary, table, warnings_list
from sessionsmgmt.presenters.text import visible
from sessionsmgmt.presenters.workflow_commands import inside

_QUIET = {State.HELD: "**held**", State.FAILED: "**kept back**", State.SKIPPED: "nothing to say"}

_SHOWN_QUIET = 20
"""Sessions without an email that are listed; a calendar may have hundreds further ahead."""


def title(result: PreviewResult) -> str:
    """How many emails there are, and of what kind."""
    kinds = Counter(one.verdict.kind for one in result.deliveries if one.verdict.state is State.DUE)
    kept = sum(one.verdict.state in {State.FAILED, State.HELD} for one in result.deliveries)
    parts = [f"{kinds[kind]} {kind}" for kind in Kind if kinds[kind]]
    emails = f"{_counted(kinds.total(), 'email')}: {', '.join(parts)}" if parts else "No email is due"
    return f"{emails}; {kept} kept back" if kept else emails


def problems_title(error: SessionsError) -> str:
    """How much is wrong with the files, or that nothing is known about them."""
    if isinstance(error, InputError):
        return f"{_counted(len(error.problems) or 1, 'problem')} to mend"
    return "The preview could not be made"


def heading(config: Config) -> str:
    """Whose preview it is."""
    return f"Email preview: {plain(config.team)}"


def source(result: PreviewResult, config: Config, readers: Readers) -> str:
    """What the preview was made from, and for which moment, as a plain sentence."""
    moment = f"{result.now.astimezone(config.zone):%A, %-d %B %Y, %H:%M}"
    if result.data is Data.SAMPLE and config.sample:
        files = " and ".join(visible(one.name) for one in (config.sample.calendar, config.sample.contacts))
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
    verdicts = [one.verdict for one in result.deliveries]
    due = [one for one in verdicts if one.state is State.DUE]
    yield from _list(due, result, config)
    yield from _silent(config, verdicts)
    yield from _quiet([one for one in verdicts if one.state is not State.DUE], config)
    yield from warnings_list(result.warnings)
    for number, verdict in enumerate(due):
        yield from _email(verdict, result, unfolded=number == 0)


def problem_pages(error: SessionsError) -> Iterator[str]:
    """Why there is no preview; the check has each problem at its line, too."""
    _, *rest = problems_summary(error)
    yield from rest


def problem_annotations(error: SessionsError, workspace: Path) -> tuple[Annotation, ...]:
    """The problems that stand at a place in a file of the repository, whose root is ``workspace``."""
    found = error.problems if isinstance(error, InputError) else ()
    return tuple(
        Annotation(path, one.line, one.column, visible(one.path or Path(one.file).name), visible(one.text))
        for one in found
        if (path := inside(one.file, workspace))
    )


def _counts(result: PreviewResult) -> Iterator[str]:
    """What can be said to everybody."""
    states = Counter(one.verdict.state for one in result.deliveries)
    kinds = Counter(one.verdict.kind for one in result.deliveries if one.verdict.state is State.DUE)
    yield "\nThis repository is not private, so of the club's own data only counts are shown here."
    yield ""
    yield from table("Email", "How many")
    yield from (row([f"**{kind}**", str(kinds[kind])]) for kind in Kind if kinds[kind])
    yield from (row([name, str(states[state])]) for state, name in _QUIET.items() if states[state])
    if result.warnings:
        yield row(["worth knowing", str(len(result.warnings))])


def _list(due: Sequence[Verdict], result: PreviewResult, config: Config) -> Iterator[str]:
    if not due:
        yield "\nNo email is due at that moment."
        return
    recipients = {one.rule.id: "<br>".join(code(masked(to)) for to in (*one.to, *one.cc)) for one in config.notices}
    yield ""
    yield from table("Email", "Session", "Notice", "Subject", "To")
    for one in due:
        subject = plain(str(result.emails[one.key]["Subject"]))
        to = recipients.get(one.key.notice, "")
        yield row([f"**{one.kind}**", _when(one, config), code(one.key.notice), subject, to])


def _silent(config: Config, verdicts: Iterable[Verdict]) -> Iterator[str]:
    """The notices that no session was found for."""
    heard = {one.key.notice for one in verdicts}
    silent = [one.rule for one in config.notices if one.rule.id not in heard]
    for rule in silent:
        yield f"\nNo session for {code(rule.id)}: no title near that moment has {code(rule.match)} in it."


def _quiet(verdicts: Sequence[Verdict], config: Config) -> Iterator[str]:
    """What is not sent, and why: what wants somebody's attention first."""
    if not verdicts:
        return
    order = list(_QUIET)
    ranked = sorted(verdicts, key=lambda one: (order.index(one.state), one.start, one.key))
    yield f"\n<details><summary>Not sent: {len(verdicts)}</summary>\n"
    yield from table("Why not", "Session", "Notice", "Reason")
    for one in ranked[:_SHOWN_QUIET]:
        yield row([_QUIET[one.state], _when(one, config), code(one.key.notice), plain(one.reason)])
    if len(ranked) > _SHOWN_QUIET:
        yield f"\nand {len(ranked) - _SHOWN_QUIET} more."
    yield ""
    yield "</details>"


def _email(verdict: Verdict, result: PreviewResult, *, unfolded: bool) -> Iterator[str]:
    """One email, folded away but for the first. It is one piece, so that no element of it is left open."""
    email = result.emails[verdict.key]
    yield ""
    yield "\n".join(
        [
            f"<details{' open' * unfolded}><summary><b>{verdict.kind}</b> · {plain(str(email['Subject']))}</summary>",
            "<blockquote>",
            email_markdown(email),
            "</blockquote>",
            "</details>",
        ]
    )


def _when(verdict: Verdict, config: Config) -> str:
    """The day of a session and its time, if it has one, on the club's clock, on one line."""
    start = verdict.start.astimezone(config.zone)
    return f"{start:%a %-d %b %Y}{f', {start:%H:%M}' if start.hour or start.minute else ''}".replace(" ", "&nbsp;")


def _counted(count: int, word: str) -> str:
    return f"{count} {word if count == 1 else f'{word}s'}"
