"""What is in one invented Google account: calendars, an address book, a mailbox, a consent.

Everything is kept in the shapes of the APIs, so that a test can put in whatever the descriptions allow. The helpers
fill in what Google fills in. All instants are aware; the world's own clock stands still until a test moves it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from itertools import count
from typing import Any

Json = dict[str, Any]

ACCOUNT = "coach@example.org"
TEAM_CALENDAR = "team@group.calendar.google.com"
NOW = datetime(2026, 11, 6, 23, 0, tzinfo=UTC)

CALENDAR_EVENTS = "https://www.googleapis.com/auth/calendar.events"
CALENDAR_EVENTS_READONLY = "https://www.googleapis.com/auth/calendar.events.readonly"
CALENDAR_LIST_READONLY = "https://www.googleapis.com/auth/calendar.calendarlist.readonly"
CONTACTS_READONLY = "https://www.googleapis.com/auth/contacts.readonly"
GMAIL_SEND = "https://www.googleapis.com/auth/gmail.send"
GMAIL_METADATA = "https://www.googleapis.com/auth/gmail.metadata"
GMAIL_SETTINGS_BASIC = "https://www.googleapis.com/auth/gmail.settings.basic"
CALENDAR = "https://www.googleapis.com/auth/calendar"
PREDECESSOR = frozenset(
    {
        CALENDAR,
        CONTACTS_READONLY,
        GMAIL_SEND,
        "https://www.googleapis.com/auth/gmail.compose",
        "https://www.googleapis.com/auth/gmail.labels",
        "https://www.googleapis.com/auth/gmail.readonly",
    }
)
"""Six scopes as the earlier script was granted them: the whole calendar, and more of the mail than is needed."""
ALL_SCOPES = frozenset(
    {CALENDAR_EVENTS, CALENDAR_EVENTS_READONLY, CALENDAR_LIST_READONLY, CONTACTS_READONLY, GMAIL_SEND, GMAIL_METADATA}
)

SYSTEM_GROUPS = {
    "myContacts": ("My Contacts", "Mes contacts"),
    "starred": ("Starred", "Favoris"),
    "friends": ("Friends", "Amis"),
    "family": ("Family", "Famille"),
    "coworkers": ("Coworkers", "Collègues"),
    "blocked": ("Blocked", "Contacts bloqués"),
    "all": ("All Contacts", "Tous les contacts"),
    "chatBuddies": ("Chat Contacts", "Contacts Chat"),
}
"""The groups every account has, and what they are called in English and French."""


def rfc3339(at: datetime) -> str:
    """An instant as Google writes its own: ``2026-11-06T23:00:00.000Z``."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def when(at: datetime | date, zone: str = "") -> Json:
    """An event's start or end."""
    if isinstance(at, datetime):
        return {"dateTime": at.isoformat(), **({"timeZone": zone} if zone else {})}
    return {"date": at.isoformat()}


def attendee(address: str, answer: str = "needsAction", **more: Any) -> Json:
    """Somebody, or with ``resource=True`` something, invited. ``answer`` is a responseStatus."""
    return {"email": address, "responseStatus": answer, **more}


def event(
    id: str,  # noqa: A002  the word the API has for it
    start: datetime | date,
    end: datetime | date | None = None,
    *,
    summary: str = "Team Session",
    attendees: Iterable[str | Json] = (),
    zone: str = "America/New_York",
    **more: Any,
) -> Json:
    """An event as it is stored: three hours, or one day, long unless ``end`` is given."""
    lasts = timedelta(hours=3) if isinstance(start, datetime) else timedelta(days=1)
    invited = [attendee(one) if isinstance(one, str) else one for one in attendees]
    return {
        "id": id,
        "status": "confirmed",
        "summary": summary,
        "start": when(start, zone),
        "end": when(end or start + lasts, zone),
        "eventType": "default",
        "organizer": {"email": ACCOUNT, "self": True},
        "creator": {"email": ACCOUNT, "self": True},
        **({"attendees": invited} if invited else {}),
        **more,
    }


class MissingError(KeyError):
    """A test names something that the world does not have."""


@dataclass(slots=True)
class Calendar:
    """One calendar. ``role`` is the account's accessRole; ``hidden`` keeps it off the list unless asked for.

    ``events`` holds single events, masters of series, and instances of series that differ from them, by id.
    """

    id: str = TEAM_CALENDAR
    summary: str = "2026-2027 Team Calendar"
    zone: str = "America/New_York"
    role: str = "owner"
    hidden: bool = False
    primary: bool = False
    summary_override: str = ""
    now: datetime = NOW
    revision: int = 0
    events: dict[str, Json] = field(default_factory=dict)
    revisions: dict[str, int] = field(default_factory=dict)

    def put(self, *events: Json) -> None:
        """Store events, new or in the place of those with the same ids, as an edit in the calendar does."""
        for one in events:
            self.revision += 1
            before = self.events.get(one["id"], {})
            written = rfc3339(self.now)
            uid = f"{one.get('recurringEventId', one['id'])}@google.com"
            kept = {"created": before.get("created", written), "iCalUID": uid, **one}
            moved = any(one.get(name) != before.get(name) for name in ("start", "end"))
            kept |= {
                "kind": "calendar#event",
                "etag": f'"{self.revision:016d}"',
                "updated": written,
                "sequence": before.get("sequence", -1) + moved,
            }
            self.events[one["id"]] = kept
            self.revisions[one["id"]] = self.revision

    def edit(self, id: str, **changes: Any) -> None:  # noqa: A002  the API has this word
        """Change fields of an event; None removes one."""
        changed = {**self._known(id), **changes}
        self.put({name: value for name, value in changed.items() if value is not None})

    def cancel(self, id: str) -> None:  # noqa: A002  the API has this word
        """Delete an event: it stays, with the status ``cancelled``."""
        self.edit(id, status="cancelled")

    def purge(self, id: str) -> None:  # noqa: A002  the API has this word
        """Take an event away for good: then it is 404."""
        self._known(id)
        del self.events[id], self.revisions[id]

    def _known(self, id: str) -> Json:  # noqa: A002  the API has this word
        if id not in self.events:
            raise MissingError(id)
        return self.events[id]


@dataclass(slots=True)
class AddressBook:
    """The account's contacts and labels. ``language`` is the one in which Google names its own groups."""

    language: str = "en"
    people: list[Json] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def label(self, name: str) -> str:
        """The resource name of a label, which is made if there is none of that name."""
        if name not in self.labels:
            self.labels[name] = f"contactGroups/{next(self._numbers):x}abe1"
        return self.labels[name]

    def add(self, name: str, *addresses: str, labels: Sequence[str] = (), guardians: Sequence[str] = ()) -> Json:
        """Store a contact. An empty name is a contact without one."""
        number = next(self._numbers)
        source = {"type": "CONTACT", "id": f"{number:x}"}
        groups = [self.label(label) for label in labels] + ["contactGroups/myContacts"]
        person: Json = {
            "resourceName": f"people/c{number}",
            "etag": f"%{number}",
            "metadata": {"objectType": "PERSON", "sources": [{**source, "updateTime": rfc3339(NOW)}]},
            "memberships": [
                {
                    "metadata": {"source": source},
                    "contactGroupMembership": {
                        "contactGroupId": group.removeprefix("contactGroups/"),
                        "contactGroupResourceName": group,
                    },
                }
                for group in groups
            ],
        }
        if name:
            person["names"] = [{"metadata": {"primary": True, "source": source}, "displayName": name}]
        if addresses:
            person["emailAddresses"] = [
                {"metadata": {"source": source, **({"primary": True} if first else {})}, "value": address}
                for first, address in zip([True, *[False] * len(addresses)], addresses, strict=False)
            ]
        if guardians:
            person["userDefined"] = [
                {"metadata": {"source": source}, "key": "Guardian", "value": address} for address in guardians
            ]
        self.people.append(person)
        return person


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that left: as it is in the Sent folder, where Gmail put its own Message-ID and perhaps sender.

    ``original`` is what came in. ``at`` is when it was accepted, by the world's clock.
    """

    id: str
    thread: str
    message: EmailMessage
    original: bytes
    at: datetime

    @property
    def recipients(self) -> tuple[str, ...]:
        """Every address it went to."""
        fields = ("To", "Cc", "Bcc")
        return tuple(
            address.addr_spec
            for name in fields
            for header in self.message.get_all(name, ())
            for address in header.addresses
        )


@dataclass(slots=True)
class Mailbox:
    """The account's mail.

    ``aliases`` are the addresses it may send as besides its own, and whether each is verified. ``keeps_own_headers``
    says whether headers that start with ``X-`` survive: nobody has published what Gmail does. ``sent_lag`` is how long
    a message takes to be listed in the Sent folder. ``limit`` is in bytes, of the decoded message.
    """

    address: str = ACCOUNT
    aliases: dict[str, bool] = field(default_factory=dict)
    keeps_own_headers: bool = True
    sent_lag: timedelta = timedelta(0)
    limit: int = 36_700_160
    sent: list[Sent] = field(default_factory=list)


@dataclass(slots=True)
class Consent:
    """The OAuth client, and what the person in front of the consent screen does.

    ``unticked`` scopes are not granted though asked for; with ``denies`` nothing is. ``renews`` puts a new refresh
    token into every answer to a refresh, which Google does not do today and may. ``refresh_lifetime`` is what
    ``refresh_token_expires_in`` says, as with time-limited access or a consent screen in testing.
    """

    client_id: str = "emulated.apps.googleusercontent.com"
    client_secret: str = "GOCSPX-emulated"  # noqa: S105  invented
    granted: frozenset[str] = ALL_SCOPES
    unticked: frozenset[str] = frozenset()
    denies: bool = False
    renews: bool = False
    lifetime: timedelta = timedelta(seconds=3599)
    refresh_lifetime: timedelta | None = None


@dataclass(slots=True)
class World:
    """One account and the instant it is in. By default it has one calendar, without events, and nobody in it."""

    now: datetime = NOW
    calendars: list[Calendar] = field(default_factory=lambda: [Calendar()])
    contacts: AddressBook = field(default_factory=AddressBook)
    mailbox: Mailbox = field(default_factory=Mailbox)
    consent: Consent = field(default_factory=Consent)

    def calendar(self, id: str = TEAM_CALENDAR) -> Calendar:  # noqa: A002  the API has this word
        """The calendar of that id."""
        for calendar in self.calendars:
            if calendar.id == id or (id == "primary" and calendar.primary):
                return calendar
        raise MissingError(id)

    def advance(self, by: timedelta) -> None:
        """Let time pass: tokens grow old, what is edited from now on is edited then."""
        self.now += by
        for calendar in self.calendars:
            calendar.now = self.now
