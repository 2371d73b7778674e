"""The scopes that the owner of a club's Google account must agree to, by what sessions.yml has at Google."""

from __future__ import annotations

from collections.abc import Mapping

from sessionsmgmt.adapters.google.sections import GoogleCalendar, GoogleContacts, GoogleMail
from sessionsmgmt.config.model import CalendarStore, Config, Confirm

EVENTS = "https://www.googleapis.com/auth/calendar.events.readonly"
EVENTS_WRITE = "https://www.googleapis.com/auth/calendar.events"
CALENDAR_LIST = "https://www.googleapis.com/auth/calendar.calendarlist.readonly"
CONTACTS = "https://www.googleapis.com/auth/contacts.readonly"
SEND = "https://www.googleapis.com/auth/gmail.send"
METADATA = "https://www.googleapis.com/auth/gmail.metadata"
"""The scopes that may be asked for. With ``EVENTS_WRITE``, for the ledger in the calendar, ``EVENTS`` is not needed."""


NEEDED_FOR: Mapping[str, str] = {
    EVENTS: "reading the sessions from the calendar",
    EVENTS_WRITE: "reading the sessions from the calendar, and remembering on its events what was said about them",
    CALENDAR_LIST: "finding the calendar by its name (not needed if sessions.yml gives its id)",
    CONTACTS: "reading names and labels from the contacts",
    SEND: "sending the notices",
    METADATA: "seeing in the Sent folder, by its headers, whether a notice left (only with mail.confirm: sent-folder)",
}

_SCOPE = "https://www.googleapis.com/auth/"
COVERED_BY: Mapping[str, tuple[str, ...]] = {
    EVENTS: (f"{_SCOPE}calendar.readonly", EVENTS_WRITE, f"{_SCOPE}calendar"),
    EVENTS_WRITE: (f"{_SCOPE}calendar",),
    CALENDAR_LIST: (f"{_SCOPE}calendar.calendarlist", f"{_SCOPE}calendar.readonly", f"{_SCOPE}calendar"),
    CONTACTS: (f"{_SCOPE}contacts",),
    SEND: (f"{_SCOPE}gmail.compose", f"{_SCOPE}gmail.modify", "https://mail.google.com/"),
    METADATA: (f"{_SCOPE}gmail.readonly", f"{_SCOPE}gmail.modify", "https://mail.google.com/"),
}
"""The wider scopes that cover each of ours, the narrowest first (the APIs' discovery documents)."""


def needed_scopes(config: Config) -> frozenset[str]:
    """Everything that the account has to agree to; empty where nothing in sessions.yml is at Google."""
    if not isinstance(config.mail.transport, GoogleMail):
        return reading_scopes(config)
    return reading_scopes(config) | ({SEND, METADATA} if config.mail.confirm is Confirm.SENT_FOLDER else {SEND})


def reading_scopes(config: Config) -> frozenset[str]:
    """What calendar, contacts and calendar ledger share. A calendar that is known by its name takes one scope more."""
    scopes = set()
    calendars = [entry.section for entry in config.calendars if isinstance(entry.section, GoogleCalendar)]
    if calendars:
        # the club agreed to what the calendar ledger wrote with, so the ledger is read with that while it moves away
        stores = (config.ledger.store, config.ledger.migrate_from)
        scopes.add(EVENTS_WRITE if any(isinstance(store, CalendarStore) for store in stores) else EVENTS)
        scopes |= {CALENDAR_LIST} if any(calendar.name for calendar in calendars) else set()
    if isinstance(config.contacts, GoogleContacts):
        scopes.add(CONTACTS)
    return frozenset(scopes)


def covering(scope: str, granted: frozenset[str]) -> str:
    """The scope itself if it was granted, or else the narrowest one of those that cover it; empty if none does."""
    return next((wider for wider in (scope, *COVERED_BY.get(scope, ())) if wider in granted), "")


def short(scope: str) -> str:
    """A scope without the address that all scopes begin with."""
    return scope.rstrip("/").rsplit("/", 1)[-1]
