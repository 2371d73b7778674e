"""Google Calendar as the place where the sessions are kept (Calendar API v3)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from googleapiclient.errors import HttpError

from sessionsmgmt.adapters.event_ids import id_prefix, instance_id
from sessionsmgmt.adapters.google.account import Account
from sessionsmgmt.adapters.google.errors import understood
from sessionsmgmt.adapters.google.paging import pages, rows
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.html_text import text_of_html
from sessionsmgmt.domain.model.event import Attendee, CalendarReading, Event, Response, Status
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.domain.sessions.presence import begin, finish
from sessionsmgmt.errors import ConsentError, InputError

LARGEST_PAGE = 2500
LARGEST_LIST_PAGE = 250
LOOK_BACK = timedelta(days=1)
"""Sessions that have just ended travel along: an announced one need not be asked for to the end of its day."""
AT_ONCE = 4
YEARS = range(1970, 2200)
ITEM = (
    "id,iCalUID,status,summary,description,location,start,end,originalStartTime,recurrence,visibility,attendeesOmitted,guestsCanSeeOtherGuests,"
    "organizer(email,self),attendees(email,responseStatus,resource,additionalGuests,asyncOperation)"
)
HIDDEN_FROM = frozenset({"reader", "writerWithoutPrivateAccess"})
"""Roles that see of a private event only that there is one (Calendar API, "Sharing and attendees")."""

Item = Mapping[str, Any]
Day = TypeVar("Day", date, datetime)


@dataclass(frozen=True, slots=True)
class GoogleCalendarFeed:
    """The events of one calendar, found by its id or else by its name. ``zone`` is the club's.

    ``scopes`` are those of the reading stage, which it shares with the contacts.
    """

    account: Account
    scopes: frozenset[str]
    zone: ZoneInfo
    id: str = ""
    name: str = ""

    def read(self, since: datetime, until: datetime, ids: Collection[str]) -> CalendarReading:
        """See ``ports.Calendar``. One request a page, and one for each of ``ids`` that is not among the events."""
        api = self.account.reading("calendar", self.scopes)
        with understood("reading the calendar"):
            calendar = self.id or id_of(self.name, self.account, api)
            pages = list(_pages(api, calendar, since - LOOK_BACK, until))
            items = {item["id"]: item for page in pages for item in page.get("items", ())}
            with ThreadPoolExecutor(AT_ONCE) as threads:
                requested = threads.map(
                    lambda event_id: _asked_for(api, calendar, event_id), sorted(set(filter(None, ids)) - set(items))
                )
                items |= {item["id"]: item for item in requested if item}
            role = pages[0].get("accessRole", "")
            events = [event_of(item, role) for item in items.values()]
            sessions = tuple(event for event in events if event.id in ids or self._between(event, since, until))
            odd = tuple(warning for event in sessions for warning in _oddities(items[event.id]))
        return CalendarReading(sessions, warnings=odd + self.account.warnings())

    def _between(self, event: Event, since: datetime, until: datetime) -> bool:
        starts, ends = begin(event, self.zone), finish(event, self.zone)
        return (ends > since or starts >= since) and starts <= until


def id_of(name: str, account: Account, api: Any) -> str:
    """The id of the one calendar in the account's list that has this name, asked for once a run.

    Raises InputError where there is none or several of that name, and HttpError as ``api`` does.
    """
    if name not in account.calendars:
        account.calendars[name] = _found_by(name, api)
    return account.calendars[name]


def _found_by(name: str, api: Any) -> str:
    def page(token: str | None) -> Item:
        reply: Item = (
            api.calendarList()
            .list(
                maxResults=LARGEST_LIST_PAGE, pageToken=token, fields="nextPageToken,items(id,summary,summaryOverride)"
            )
            .execute()
        )
        return reply

    calendars = list(rows(page, "items"))
    ids: list[str] = [item["id"] for item in calendars if name in (item.get("summaryOverride"), item.get("summary"))]
    if not ids:
        raise InputError("calendar.name: the account's list has no calendar of this name.", _BY_ID)
    if len(ids) > 1:
        raise InputError(f"calendar.name: {len(ids)} calendars of the account have this name.", _BY_ID)
    return ids[0]


def _pages(api: Any, calendar: str, since: datetime, until: datetime) -> Iterator[Mapping[str, Any]]:
    """The pages of the list of every event that ends after ``since`` and begins no later than ``until``."""

    def page(token: str | None) -> Item:
        reply: Item = (
            api.events()
            .list(
                calendarId=calendar,
                singleEvents=True,
                eventTypes=["default"],
                timeMin=since.isoformat(),
                timeMax=(until + timedelta(seconds=1)).isoformat(),  # both bounds are exclusive
                maxResults=LARGEST_PAGE,
                pageToken=token,
                fields=f"nextPageToken,accessRole,items({ITEM})",
            )
            .execute()
        )
        if reply.get("accessRole") == "freeBusyReader":
            raise ConsentError(
                "The account may see when the calendar is busy, and nothing else of it.",
                "Share the calendar with the account again, with 'See all event details'.",
            )
        return reply

    return pages(page)


def _asked_for(api: Any, calendar: str, event: str) -> Item | None:
    """The event as it is now, or None if there is none of this id any more.

    An event that was made to repeat keeps its id, which then is that of the series and of none of its dates. The list
    has the dates with ids of their own, so the series is none of the events.
    """
    try:
        item: Item = api.events().get(calendarId=calendar, eventId=event, fields=ITEM).execute()
    except HttpError as error:
        if error.resp.status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
            return None
        raise
    return None if item.get("recurrence") else item


def event_of(item: Item, role: str) -> Event:
    """An event of the API as the job sees it. Google's id of an instance is made of its series and original start."""
    attendees = [attendee for attendee in item.get("attendees", ()) if not attendee.get("resource")]
    organizer = item.get("organizer", {})
    return Event(
        id=item["id"],
        title=item.get("summary", ""),
        start=_when(item.get("start", {})),
        end=_when(item.get("end", {})),
        attendees=tuple(
            Attendee(attendee["email"], _RESPONSES.get(attendee.get("responseStatus", ""), Response.NONE))
            for attendee in attendees
            if attendee.get("email")
        ),
        location=item.get("location", ""),
        description=text_of_html(item.get("description", "")),
        status=_status(item),
        complete=not _is_partial(item, role),
        organizer=organizer.get("email", ""),
        own="organizer" not in item or bool(organizer.get("self")),  # a deleted event may have lost it
        shared_id=_shared_id(item),
    )


def _shared_id(item: Item) -> str:
    """The id of the event in all calendars; empty for what is left of a deleted event."""
    if "iCalUID" not in item:
        return ""
    uid = id_prefix(item["iCalUID"])
    return instance_id(uid, _when(item["originalStartTime"])) if "originalStartTime" in item else uid


_RESPONSES = {"declined": Response.DECLINED, "accepted": Response.ACCEPTED}


def _status(item: Item) -> Status:
    """The event's status; one that the API does not have today says nothing for certain."""
    status = item.get("status", Status.CONFIRMED)
    return Status(status) if status in frozenset(Status) else Status.TENTATIVE


def _is_partial(item: Item, role: str) -> bool:
    """Whether people may attend whom this account is not shown."""
    return bool(
        item.get("attendeesOmitted")
        or any(attendee.get("asyncOperation") for attendee in item.get("attendees", ()))
        or (item.get("visibility") in {"private", "confidential"} and role in HIDDEN_FROM)
        or (item.get("guestsCanSeeOtherGuests") is False and not item.get("organizer", {}).get("self"))
    )


def _when(moment: Mapping[str, str]) -> datetime | date:
    """A date stays a date; a time becomes UTC. What is left of a deleted event may have neither: it is long past."""
    if "dateTime" in moment:
        at = datetime.fromisoformat(moment["dateTime"])
        return _within_reach(at).astimezone(UTC)
    return _within_reach(date.fromisoformat(moment.get("date", "1970-01-01")))


def _within_reach(day: Day) -> Day:
    """The day, or one that is far away as well, where none could come before or after it."""
    return day if day.year in YEARS else day.replace(min(max(day.year, YEARS.start), YEARS.stop - 1), 1, 1)


def _oddities(item: Item) -> Iterator[ReportWarning]:
    """Warnings about people who come and whom nobody can name, and about a status that the API does not have today."""
    if item.get("status") == Status.CANCELLED:
        return
    coming = [
        attendee
        for attendee in item.get("attendees", ())
        if attendee.get("responseStatus") != "declined" and not attendee.get("resource")
    ]
    if count := sum(int(attendee.get("additionalGuests", 0)) for attendee in coming):
        text = f"{count} guest(s) come along with attendees and cannot be named; invite them by their own addresses"
        yield ReportWarning("guests-unnamed", text, item["id"])
    if count := sum(not attendee.get("email") for attendee in coming):
        text = f"{count} attendee(s) of the event have no email address, so are left out"
        yield ReportWarning("attendee-without-address", text, item["id"])
    if item.get("status", Status.CONFIRMED) not in frozenset(Status):
        text = "the event has a status that is not known, so it is read as tentative"
        yield ReportWarning("event-status-unknown", text, item["id"])


_BY_ID = "Write the calendar's id instead (its settings show it under 'Integrate calendar')."
