"""``export``: everything that is kept about the club, or about one person, as a document that explains itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sessionsmgmt.application.privacy.forget import Memory, Place, naming
from sessionsmgmt.application.result import ExportResult
from sessionsmgmt.domain.delivery.claims import Entry, LedgerSnapshot
from sessionsmgmt.domain.model.notice import Announcement, Key
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.errors import SessionsError
from sessionsmgmt.ports.credentials import SecretStore

VERSION = 1
CONTACTS = "contacts"

Json = dict[str, object]
Problem = tuple[str, SessionsError | ReportWarning]
"""Where something is to be known, and why it could not be looked at, or what a person should know of it."""


@dataclass(frozen=True, slots=True)
class Vault:
    """Where the credential is kept: the secret's name and scope, as sessions.yml has them, and how to look at it."""

    secret: str
    scope: str
    open: Callable[[], AbstractContextManager[SecretStore]]


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom and when the document is made: instants are told in the club's ``zone``."""

    team: str
    zone: tzinfo
    now: datetime

    def clock(self, instant: datetime) -> str:
        """An instant as RFC 3339 in the club's zone."""
        return instant.astimezone(self.zone).isoformat(timespec="seconds")


def export(memories: Sequence[Memory], vault: Vault | None, places: Sequence[Place], reader: Reader) -> ExportResult:
    """Everything about the club. What could not be looked at is among the ``problems``; the rest is there anyway."""
    problems: list[Problem] = []
    ledgers = [_ledger(memory, reader, problems) for memory in memories]
    document = {
        "version": VERSION,
        "about": _told(ABOUT_CLUB, reader),
        "exported": reader.clock(reader.now),
        "ledgers": ledgers,
        "credential": _credential(vault, reader, problems),
        "made_to_be_read": [one for place in places for one in _made(place, problems)],
    }
    return _ended(document, problems)


def export_person(
    memories: Sequence[Memory], marks: Iterable[str], trouble: SessionsError | None, reader: Reader
) -> ExportResult:
    """What is kept about whoever is known by one of the marks, and nothing about anybody else.

    ``trouble`` is why the contacts could not be read, if they could not: whoever shares an address can't be told from
    the others then.
    """
    known = frozenset(marks)
    problems: list[Problem] = [(CONTACTS, trouble)] if trouble else []
    document = {
        "version": VERSION,
        "about": _told(ABOUT_PERSON, reader),
        "exported": reader.clock(reader.now),
        "ledgers": [_person_in(memory, known, reader, problems) for memory in memories],
    }
    return _ended(document, problems)


def _told(text: str, reader: Reader) -> list[str]:
    """The explanation by paragraphs, each on one line: JSON has no others."""
    return [" ".join(one.split()).replace("TEAM", reader.team) for one in text.strip().split("\n\n")]


def _ended(document: Json, problems: Sequence[Problem]) -> ExportResult:
    told = [{"where": topic, "text": _problem(topic, one)} for topic, one in problems]
    errors = tuple(problem for _, problem in problems if isinstance(problem, SessionsError))
    return ExportResult({**document, "problems": told}, errors)


def _problem(topic: str, problem: SessionsError | ReportWarning) -> str:
    if isinstance(problem, ReportWarning):
        return f"{problem.text[:1].upper()}{problem.text[1:]}."
    return f"{problem}{_ALONE if topic == CONTACTS else ''}"


def _read(memory: Memory, reader: Reader, problems: list[Problem]) -> LedgerSnapshot | None:
    try:
        snapshot = memory.open().read(reader.now)
    except SessionsError as error:
        problems.append((memory.topic, error))
        return None
    problems += [(memory.topic, one) for one in snapshot.warnings]
    return snapshot


def _ledger(memory: Memory, reader: Reader, problems: list[Problem]) -> Json:
    snapshot = _read(memory, reader, problems)
    notices = snapshot and [
        {**_entry(key, entry, reader), "people_remembered": len(_people(entry))}
        for key, entry in sorted(snapshot.entries.items(), key=lambda one: one[0])
    ]
    return {"where": memory.topic, "notices": notices}


def _person_in(memory: Memory, marks: frozenset[str], reader: Reader, problems: list[Problem]) -> Json:
    snapshot = _read(memory, reader, problems)
    notices = snapshot and [_entry(key, snapshot.entry(key), reader) for key in sorted(naming(snapshot, marks))]
    return {"where": memory.topic, "notices": notices}


def _entry(key: Key, entry: Entry, reader: Reader) -> Json:
    """What is remembered for one key, without anybody."""
    return {
        "notice": key.notice,
        "session": key.session,
        "session_now": entry.event_id or key.session,
        "state": _state(entry, reader.now),
        "said": entry.announcement and _announcement(entry.announcement, reader),
        "sent": reader.clock(entry.at) if entry.announcement and entry.at else None,
        "mail": entry.message_id or None,
        "being_said": entry.claim
        and {**_announcement(entry.claim.announcement, reader), "since": reader.clock(entry.claim.at)},
    }


def _state(entry: Entry, now: datetime) -> str:
    if entry.claim:
        return "held" if entry.claim.is_held(now) else "claimed"
    return "sent" if entry.announcement else "free"


def _announcement(announcement: Announcement, reader: Reader) -> Json:
    return {
        "kind": announcement.kind.value,
        "from": reader.clock(announcement.presence.start),
        "to": reader.clock(announcement.presence.end),
        "sequence": announcement.sequence,
        "place_remembered": bool(announcement.place),
    }


def _people(entry: Entry) -> frozenset[str]:
    sayings = (entry.announcement, entry.claim and entry.claim.announcement)
    return frozenset[str]().union(*(announcement.people for announcement in sayings if announcement))


def _credential(vault: Vault | None, reader: Reader, problems: list[Problem]) -> Json:
    if vault is None:
        return {"secret": None, "scope": None, "written": None, "about": UNKNOWN_VAULT}
    written = None
    try:
        with vault.open() as store:
            written = store.written()
    except SessionsError as error:
        problems.append(("credential", error))
    return {
        "secret": vault.secret,
        "scope": vault.scope,
        "written": written and reader.clock(written),
        "about": VAULT,
    }


def _made(place: Place, problems: list[Problem]) -> list[Json]:
    try:
        with place.open() as trace:
            return [{"what": one.text, "link": one.link} for one in trace.look()]
    except SessionsError as error:
        problems.append((place.topic, error))
        return []


VAULT = "The credential can't be read back by anybody, this program included. It is never written anywhere else."
UNKNOWN_VAULT = "sessions.yml has no 'credentials', so only whoever stored the credential knows where it is."

_ALONE = " So only the address alone was looked for: those who share it can't be told apart."

_MEANING = """
Each entry of 'ledgers' is about one notice and one session: what the owner of the premises was told last ('said', with
the time from and to which somebody would be in the building), when that mail was sent, and what the mail service calls
it. 'being_said' is there while a mail is on its way or, where the state is 'held', nobody knows whether it left.

'notice' and 'session' are the ids in sessions.yml and in the calendar; 'session_now' is the calendar's id of it by now.
'place_remembered' says whether the place is remembered, as a number that is made as those of people are. Times are in
the club's time zone.
"""

ABOUT_CLUB = f"""
This is everything that sessionsmgmt keeps about TEAM. There is no name, no address and no text of an email in it.
{_MEANING}
People are remembered as digests: numbers that are made of an address with a secret, so that the same person is
recognised later, and nobody can be found by the number. 'people_remembered' counts them; a person may have several. The
digests and the secret are not shown here, since with both of them an address can be tried out.

'made_to_be_read' are issues and comments in the club's repository.

Not kept by sessionsmgmt, but there: the emails themselves, in the mailboxes of those who sent and received them; the
calendar and the contacts, which are read; and, as long as GitHub keeps them, the logs of the runs.
"""

ABOUT_PERSON = f"""
This is everything that sessionsmgmt keeps about one person of TEAM: whoever has the address that was asked for. Where
several people have that address, it is about all of them.
{_MEANING}
What is kept about the person is that the notices listed here named them: a digest, which is a number that is made of
the address with a secret, so that the same person is recognised later. No name and no address is kept.

Not kept by sessionsmgmt, but there: the emails themselves, in the mailboxes of those who sent and received them; and
the calendar and the contacts, which are read.
"""
