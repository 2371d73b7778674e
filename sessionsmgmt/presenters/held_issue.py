"""The note about held notices, in Markdown, for an issue of the club's repository.

It names nobody. What comes from sessions.yml or the calendar stands in code, where Markdown, mentions and references
to other issues mean nothing (GitHub Flavored Markdown, 4.5).
"""

from __future__ import annotations

from collections.abc import Sequence

from sessionsmgmt.config.model import Config
from sessionsmgmt.domain.model.notice import Verdict
from sessionsmgmt.ports.notifications import Note
from sessionsmgmt.presenters.markdown import code_block
from sessionsmgmt.presenters.text import resolving

NOTHING_HELD = "Nothing is held any more."


def held_note(held: Sequence[Verdict], config: Config) -> Note | None:
    """What to do about the notices that are held; None where there are none."""
    if not held:
        return None
    count = len(held)
    title = "Did this email leave?" if count == 1 else f"Did these {count} emails leave?"
    return Note(f"{title} Only a look into the Sent folder can tell", "\n".join([_HOW, "", *_each(held, config), _END]))


def counted_note(count: int) -> Note | None:
    """The same where strangers can read it: how many there are, and where somebody of the club finds which."""
    if not count:
        return None
    title = "Did this email leave?" if count == 1 else f"Did these {count} emails leave?"
    return Note(f"{title} Only a look into the Sent folder can tell", f"{_HOW_ELSEWHERE}\n\n{_END}")


def _each(held: Sequence[Verdict], config: Config) -> list[str]:
    lines = []
    for verdict in held:
        starts = verdict.start.astimezone(config.zone)
        lines += [
            f"**The session of {starts:%Y-%m-%d}, {starts:%H:%M}** ({verdict.kind})",
            "",
            *code_block(f"{resolving(verdict.key, config)} --sent"),
            "",
        ]
    return lines


_HOW = """\
The connection broke, or the run was stopped, just when an email was handed over. So nobody knows whether it left, and
it is not sent again by itself: the owner of the premises is to hear everything once.

1. Open the *Sent* folder of the account that sends the notices.
2. Look for the email about each session below.
3. Run the command below it: as it is if the email is there, with `--resend` instead of `--sent` if it is not.

Without a command line: *Actions*, *Sessions, notify*, *Run workflow*, and answer there whether the email is in the Sent
folder. If several are held, give the id of the session as well, which stands behind `--session`."""

_HOW_ELSEWHERE = """\
The connection broke, or the run was stopped, just when an email was handed over. So nobody knows whether it left, and
it is not sent again by itself: the owner of the premises is to hear everything once.

This repository is not private, so the sessions are not named here.

1. Run `sessionsmgmt status` on a machine of your own. It lists each session that is held, with its id.
2. Open the *Sent* folder of the account that sends the notices, and look for the email about it.
3. Run the command that `status` shows: as it is if the email is there, with `--resend` instead of `--sent` if not.

If only one is held, this does too: *Actions*, *Sessions, notify*, *Run workflow*, and answer there whether the email is
in the Sent folder."""

_END = "Every run brings this up to date, and closes it when nothing is held any more."
