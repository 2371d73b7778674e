"""``export``: everything that is kept about the club, or about one person, as a document that explains itself."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo

from sessionsmgmt.application.arguments import ExportArguments
from sessionsmgmt.application.context import Context
from sessionsmgmt.application.new_file import new_file
from sessionsmgmt.application.privacy.people import known_by_address, naming
from sessionsmgmt.application.result import ExportResult
from sessionsmgmt.domain.delivery.claims import Entry, LedgerSnapshot
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.notice import Announcement, Key
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.errors import InputError, SessionsError
from sessionsmgmt.ports.readers import Readers
from sessionsmgmt.ports.stored_data import LedgerPlace, Place, SecretPlace

VERSION = 1
CONTACTS = "contacts"

Json = dict[str, object]
Problem = tuple[str, SessionsError | ReportWarning]
"""Where something is to be known, and why it could not be looked at, or what a person should know of it."""


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom and when the document is made: instants are told in the club's ``zone``."""

    team: str
    zone: tzinfo
    now: datetime

    def clock(self, instant: datetime) -> str:
        """An instant as RFC 3339 in the club's zone."""
        return instant.astimezone(self.zone).isoformat(timespec="seconds")


def export(context: Context, arguments: ExportArguments) -> ExportResult:
    """Print everything that is kept about the club or, with an address, about one person; or write it into a new file.

    Raises InputError where the document can't be printed or written, or would be printed into a log for everybody.
    """
    if arguments.out is None and context.request.surroundings.readers() is Readers.ANYBODY:
        raise InputError(
            "'export' does not print into the log of a repository that is not private.",
            "Run it on a machine of your own, or write it into a file with --out.",
        )
    if arguments.out is None:
        result = _exported(context, arguments)
        console = context.request.console
        console.print(as_text(result, console.encoding).rstrip("\n"))
        return result
    with new_file("--out", arguments.out, context.config.root) as save:
        result = _exported(context, arguments)
        save(as_text(result, "utf-8"))
    return replace(result, message=f"Everything that is kept is in {arguments.out}.")


def as_text(result: ExportResult, encoding: str) -> str:
    """The document as JSON to be read: in the letters of the encoding or, where it lacks one, as JSON escapes them."""
    readable = json.dumps(result.document, indent=2, ensure_ascii=False) + "\n"
    try:
        readable.encode(encoding)
    except UnicodeEncodeError:
        return json.dumps(result.document, indent=2) + "\n"
    return readable


def _exported(context: Context, arguments: ExportArguments) -> ExportResult:
    reader = Reader(context.config.team, context.config.zone, context.request.now)
    services = context.services
    if arguments.person:
        marks, trouble = known_by_address(context, arguments.person.strip())
        return export_person(services.ledgers(), marks, trouble, reader)
    return export_club(services.ledgers(), services.secret_place(), services.published_places(), reader)


def export_club(
    places: Sequence[LedgerPlace], secret: SecretPlace | None, published: Sequence[Place], reader: Reader
) -> ExportResult:
    """Everything about the club. What could not be read is among the ``problems``, beside the rest."""
    problems: list[Problem] = []
    ledgers = [_ledger(place, reader, problems) for place in places]
    document = {
        "version": VERSION,
        "about": _paragraphs(ABOUT_CLUB, reader),
        "exported": reader.clock(reader.now),
        "ledgers": ledgers,
        "credential": _credential(secret, reader, problems),
        "made_to_be_read": [item for place in published for item in _published(place, problems)],
    }
    return _with_problems(document, problems)


def export_person(
    places: Sequence[LedgerPlace], marks: Iterable[str], trouble: SessionsError | None, reader: Reader
) -> ExportResult:
    """What is kept about whoever is known by one of the marks, and nothing about anybody else.

    ``trouble`` is why the contacts could not be read: then whoever shares an address can't be told from the others.
    """
    known = frozenset(marks)
    problems: list[Problem] = [(CONTACTS, trouble)] if trouble else []
    document = {
        "version": VERSION,
        "about": _paragraphs(ABOUT_PERSON, reader),
        "exported": reader.clock(reader.now),
        "ledgers": [_person_in(place, known, reader, problems) for place in places],
    }
    return _with_problems(document, problems)


def _paragraphs(text: str, reader: Reader) -> list[str]:
    """The explanation by paragraphs, each on one line: JSON has no others."""
    return [" ".join(part.split()).replace("TEAM", reader.team) for part in text.strip().split("\n\n")]


def _with_problems(document: Json, problems: Sequence[Problem]) -> ExportResult:
    listed = [{"where": topic, "text": _problem(topic, problem)} for topic, problem in problems]
    errors = tuple(problem for _, problem in problems if isinstance(problem, SessionsError))
    return ExportResult({**document, "problems": listed}, errors)


def _problem(topic: str, problem: SessionsError | ReportWarning) -> str:
    if isinstance(problem, ReportWarning):
        return f"{problem.text[:1].upper()}{problem.text[1:]}."
    return f"{problem}{_ALONE if topic == CONTACTS else ''}"


def _read(place: LedgerPlace, reader: Reader, problems: list[Problem]) -> LedgerSnapshot | None:
    try:
        snapshot = place.open().read(reader.now)
    except SessionsError as error:
        problems.append((place.topic, error))
        return None
    problems += [(place.topic, warning) for warning in snapshot.warnings]
    return snapshot


def _ledger(place: LedgerPlace, reader: Reader, problems: list[Problem]) -> Json:
    snapshot = _read(place, reader, problems)
    notices = snapshot and [
        {**_entry(key, entry, reader), "people_remembered": len(_people(entry))}
        for key, entry in sorted(snapshot.entries.items(), key=lambda item: item[0])
    ]
    return {"where": place.topic, "notices": notices}


def _person_in(place: LedgerPlace, marks: frozenset[str], reader: Reader, problems: list[Problem]) -> Json:
    snapshot = _read(place, reader, problems)
    notices = snapshot and [_entry(key, snapshot.entry(key), reader) for key in sorted(naming(snapshot, marks))]
    return {"where": place.topic, "notices": notices}


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


def _credential(place: SecretPlace | None, reader: Reader, problems: list[Problem]) -> Json:
    if place is None:
        return {"secret": None, "scope": None, "written": None, "about": _NO_CREDENTIAL}
    written = None
    try:
        with place.open() as store:
            written = store.written()
    except SessionsError as error:
        problems.append(("credential", error))
    return {
        "secret": place.secret,
        "scope": place.scope,
        "written": written and reader.clock(written),
        "about": _CREDENTIAL,
    }


def _published(place: Place, problems: list[Problem]) -> list[Json]:
    try:
        with place.open() as data:
            return [{"what": item.text, "link": item.link} for item in data.look()]
    except SessionsError as error:
        problems.append((place.topic, error))
        return []


_CREDENTIAL = "The credential can't be read back by anybody, this program included. It is never written anywhere else."
_NO_CREDENTIAL = "sessions.yml has no 'credentials', so only whoever stored the credential knows where it is."

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
