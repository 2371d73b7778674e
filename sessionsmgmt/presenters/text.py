"""Text from outside, made safe to be shown, and the commands that presenters recommend."""

from __future__ import annotations

import json
import os
import re
import shlex
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date, datetime, tzinfo

from sessionsmgmt.application.result import Recovery
from sessionsmgmt.config.model import Config
from sessionsmgmt.domain.model.looked_at import LookedAt
from sessionsmgmt.domain.model.notice import Key, Verdict
from sessionsmgmt.ports.readers import Readers

LONGEST_TITLE = 100
"""The most characters of a title in a line for people."""

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

_ORDER = re.compile(r"^(\s*)::")


def visible(text: str) -> str:
    """The text as one harmless line. A character that could move the cursor or reorder the line becomes ``�``.

    These are control characters, line separators, bidirectional marks (Unicode TR 36, 3.2) and lone surrogates.
    GitHub's runner obeys ``##[command]`` anywhere in a line of a log, and ``::command::`` at its beginning, even behind
    blanks; so both are broken up.
    """
    shown = "".join("�" if _acts(character) else character for character in text).replace("##[", "## [")
    return _ORDER.sub(r"\1: :", shown)


def resolving(key: Key, config: Config) -> str:
    """The command that closes a held notice. ``--sent`` or ``--resend`` must be added to it."""
    path = os.path.relpath(config.path)
    words = ["sessionsmgmt", "resolve", "--notice", key.notice, "--session", key.session]
    return visible(shlex.join(words if path == "sessions.yml" else [*words, "--config", path]))


def session_time(verdict: Verdict, zone: tzinfo) -> str:
    """When the session is, as its calendar says; of a session that the calendar lost, when it was announced."""
    return moment(verdict.start if verdict.begins is None else verdict.begins, zone)


def moment(when: datetime | date, zone: tzinfo) -> str:
    """A day, or an instant in the zone, with the day of the week."""
    return f"{when.astimezone(zone):%a %Y-%m-%d %H:%M}" if isinstance(when, datetime) else f"{when:%a %Y-%m-%d}"


def session_title(verdict: Verdict) -> str:
    """The title of the session, or the session's id if it has no title that anybody could see."""
    return shown_title(verdict.title) or verdict.key.session


def shown_title(title: str) -> str:
    """The title on one harmless line, cut where it is longer than any title that people give."""
    text = " ".join(visible(title[:LONGEST_TITLE]).split())
    return f"{text}…" if len(title) > LONGEST_TITLE else text


def looked_at_lines(looked_at: Sequence[LookedAt], zone: tzinfo, readers: Readers) -> Iterator[str]:
    """What was read, so that a coach sees whether it was the right calendar. Strangers get no more than counts."""
    if looked_at:
        yield f"Looked at {_counted(looked_at[0].events, 'event')} that {_is_are(looked_at[0].events)} not over:"
    for looked in looked_at:
        text = f"  {looked.notice}: {looked.matching} {'matches' if looked.matching == 1 else 'match'}"
        if readers is Readers.ANYBODY:
            yield f"{text}."
        elif looked.next is None:
            yield f"{text}; no session is ahead."
        else:
            session = f"{shown_title(looked.next.title)}, {moment(looked.next.begins, zone)}"
            yield f"{text}; the next is {session}, and is told from {moment(looked.next.told_from, zone)} on."


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _is_are(count: int) -> str:
    return "is" if count == 1 else "are"


def recovering(recovery: Recovery, config: Config) -> Iterator[str]:
    """What to do with a credential that could not be stored. Nobody but GitHub can open the text that is shown."""
    path = os.path.relpath(config.path)
    words = ["sessionsmgmt", "rotate", "--recover", "FILE", *([] if path == "sessions.yml" else ["--config", path])]
    yield f"The provider has issued a new credential, which could not be stored in {recovery.title}."
    yield recovery.meanwhile
    yield "It is sealed: nobody but GitHub can open it. Save this line as FILE (the report will do, too):"
    yield f"  {json.dumps(dict(recovery.document()))}"
    yield f"and store it when GitHub takes it again: {visible(shlex.join(words))}"
    yield "or without this program:"
    yield f"  {recovery.by_hand}"


def _acts(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} or character in _BIDI
