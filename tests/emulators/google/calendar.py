"""The Calendar API: events as an account with some role on a calendar sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.emulators.google.calls import Call, Handler
from tests.emulators.google.description import Json
from tests.emulators.google.refusals import Refusal, Refused
from tests.emulators.google.series import FAR, expanded, instance, instances, instant, stored
from tests.emulators.google.world import Calendar, MissingError, rfc3339

ROLES = ("freeBusyReader", "reader", "writerWithoutPrivateAccess", "writer", "owner")
SEES_PRIVATE = frozenset({"writer", "owner"})
WRITES = frozenset({"writerWithoutPrivateAccess", "writer", "owner"})
BUSY = frozenset(
    {"kind", "etag", "id", "status", "start", "end", "visibility", "iCalUID", "eventType", "updated"}
    | {"recurringEventId", "originalStartTime", "transparency"}
)
"""What remains of an event whose details the account may not see."""
GONE = frozenset({"kind", "etag", "id", "status", "recurringEventId", "originalStartTime"})
"""What is promised of a cancelled instance of a series."""
WITHOUT_SYNC_TOKEN = frozenset(
    {"iCalUID", "orderBy", "privateExtendedProperty", "q", "sharedExtendedProperty", "timeMin", "timeMax", "updatedMin"}
)
KEY_LIMIT, VALUE_LIMIT = 44, 1024
"""Of extended properties, in characters: longer keys are dropped and longer values cut, without a word."""


def _calendar(call: Call) -> Calendar:
    """The calendar asked for; not found, if the token's scopes are for calendars the account owns and it is not one."""
    try:
        calendar = call.world.calendar(call.path["calendarId"])
    except MissingError:
        raise Refused(Refusal(404, "notFound")) from None
    anywhere = any(".owned" not in scope for scope in call.scopes & call.method.scopes)
    if calendar.role != "owner" and not anywhere:
        raise Refused(Refusal(403, "insufficientPermissions"))
    return calendar


def _entry(calendar: Calendar) -> Json:
    entry = {
        "kind": "calendar#calendarListEntry",
        "etag": f'"{calendar.revision}"',
        "id": calendar.id,
        "summary": calendar.summary,
        "timeZone": calendar.zone,
        "accessRole": calendar.role,
    }
    optional = {"primary": calendar.primary, "hidden": calendar.hidden, "summaryOverride": calendar.summary_override}
    return entry | {name: value for name, value in optional.items() if value}


def list_calendars(call: Call) -> Json:
    """``calendarList.list``: the calendars on the account's list, hidden ones only if asked for."""
    if call.one("syncToken"):
        raise Refused(Refusal(410, "fullSyncRequired"))
    least = ROLES.index(call.one("minAccessRole", ROLES[0]))
    shown = [
        calendar
        for calendar in call.world.calendars
        if ROLES.index(calendar.role) >= least and (not calendar.hidden or call.flag("showHidden"))
    ]
    page, token = call.page(shown, "maxResults", 100, 250)
    more = token or {"nextSyncToken": "sync-1"}
    return {"kind": "calendar#calendarList", "etag": '"1"', "items": [_entry(one) for one in page], **more}


def get_calendar_entry(call: Call) -> Json:
    """``calendarList.get``: one of the list."""
    return _entry(_calendar(call))


def get_calendar(call: Call) -> Json:
    """``calendars.get``: what a calendar is, without the account's role on it."""
    calendar = _calendar(call)
    return {
        "kind": "calendar#calendar",
        "etag": f'"{calendar.revision}"',
        "id": calendar.id,
        "summary": calendar.summary,
        "timeZone": calendar.zone,
    }


def list_events(call: Call) -> Json:
    """``events.list``: the events that end after ``timeMin`` and begin before ``timeMax``."""
    calendar = _calendar(call)
    _check_list(call)
    wanted = _filter(call, calendar)
    if call.flag("singleEvents"):
        candidates: Iterable[Json] = expanded(calendar, _bound(call, "timeMax"))
    else:
        candidates = calendar.events.values()
    found = [candidate for candidate in candidates if wanted(candidate)]
    if call.one("orderBy") == "startTime":
        found.sort(key=lambda one: instant(one["start"], calendar.zone))
    elif call.one("orderBy") == "updated":
        found.sort(key=lambda one: calendar.revisions.get(one["id"], 0))
    page, token = call.page(found, "maxResults", 250, 2500)
    return {
        "kind": "calendar#events",
        "etag": f'"{calendar.revision}"',
        "summary": calendar.summary,
        "updated": rfc3339(calendar.now),
        "timeZone": calendar.zone,
        "accessRole": calendar.role,
        "defaultReminders": [],
        "items": [_seen(call, calendar, one) for one in page],
        **(token or {"nextSyncToken": f"sync-{calendar.revision}"}),
    }


def _check_list(call: Call) -> None:
    """The rules of ``events.list`` that its description has in prose only."""
    if call.one("orderBy") == "startTime" and not call.flag("singleEvents"):
        raise call.breaks("The requested ordering is not available for the particular query.", "orderBy")
    low, high = _bound(call, "timeMin"), _bound(call, "timeMax")
    if low and high and low >= high:
        raise call.breaks("The specified time range is empty.", "timeRangeEmpty")
    _check_zone(call)
    if not call.one("syncToken"):
        return
    if excluded := sorted(WITHOUT_SYNC_TOKEN & {name for name, _ in call.query}):
        raise call.breaks(f"{excluded[0]} cannot be given together with syncToken", excluded[0])
    if call.one("showDeleted") == "false":
        raise call.breaks("showDeleted cannot be false together with syncToken", "showDeleted")
    if not call.one("syncToken").removeprefix("sync-").isdecimal():
        raise Refused(Refusal(410, "fullSyncRequired"))


def _check_zone(call: Call) -> None:
    try:
        ZoneInfo(call.one("timeZone", "UTC"))
    except (ValueError, KeyError):
        raise call.breaks("Invalid time zone", "timeZone") from None


def _bound(call: Call, name: str) -> datetime | None:
    """An instant given as a bound. Milliseconds may be given and are ignored."""
    text = call.one(name)
    return datetime.fromisoformat(text).astimezone(UTC).replace(microsecond=0) if text else None


def _filter(call: Call, calendar: Calendar) -> Callable[[Json], bool]:
    low, high, updated = (_bound(call, name) for name in ("timeMin", "timeMax", "updatedMin"))
    types, uid, text = call.every("eventTypes"), call.one("iCalUID"), call.one("q").casefold()
    properties = [("private", one) for one in call.every("privateExtendedProperty")]
    properties += [("shared", one) for one in call.every("sharedExtendedProperty")]
    since = int(call.one("syncToken").removeprefix("sync-") or 0)
    deleted = call.flag("showDeleted") or bool(call.one("syncToken")) or updated is not None
    single = call.flag("singleEvents")

    def wanted(one: Json) -> bool:
        if one["status"] == "cancelled" and not deleted and (single or "recurringEventId" not in one):
            return False
        if since and max(calendar.revisions.get(one.get(name, ""), 0) for name in ("id", "recurringEventId")) <= since:
            return False
        if updated and datetime.fromisoformat(one["updated"]) < updated:
            return False
        if types and one.get("eventType", "default") not in types:
            return False
        if uid and one["iCalUID"] != uid:
            return False
        if text and not any(
            text in str(one.get(name, "")).casefold() for name in ("summary", "description", "location")
        ):
            return False
        if not all(_has(one, kind, wish) for kind, wish in properties):
            return False
        start = one.get("start") or one.get("originalStartTime")
        if start is None:  # nothing but the id is promised of what was deleted
            return True
        if "recurrence" in one and (low or high):
            last = high or max(low or call.world.now, instant(start, calendar.zone)) + FAR
            return any(_is_between(made, low, high, calendar) for made in instances(calendar, one, last))
        return _is_between(one, low, high, calendar)

    return wanted


def _is_between(one: Json, low: datetime | None, high: datetime | None, calendar: Calendar) -> bool:
    start = one.get("start") or one["originalStartTime"]
    if low and instant(one.get("end") or start, calendar.zone) <= low:
        return False
    return not (high and instant(start, calendar.zone) >= high)


def _has(one: Json, kind: str, wish: str) -> bool:
    name, _, value = wish.partition("=")
    return bool(one.get("extendedProperties", {}).get(kind, {}).get(name) == value)


def get_event(call: Call) -> Json:
    """``events.get``: a deleted event is there, with the status ``cancelled``."""
    calendar = _calendar(call)
    _check_zone(call)
    return _seen(call, calendar, _event(call, calendar))


def _event(call: Call, calendar: Calendar) -> Json:
    identity = call.path["eventId"]
    found = stored(calendar, identity) or instance(calendar, identity)
    if found is None:
        raise Refused(Refusal(404, "notFound"))
    return found


def patch_event(call: Call) -> Json:
    """``events.patch``: what is given replaces what was, null removes it, and ``If-Match`` guards against others."""
    calendar = _calendar(call)
    one = _event(call, calendar)
    if calendar.role not in WRITES:
        raise Refused(Refusal(403, "requiredAccessLevel", "You need to have writer access to this calendar."))
    if call.headers.get("If-Match", "*") not in {"*", one["etag"]}:
        raise Refused(Refusal(412, "conditionNotMet"))
    own = one.get("organizer", {}).get("self") or one.get("guestsCanModify")
    if not own and (call.body.keys() - {"extendedProperties"} or "shared" in call.body.get("extendedProperties", {})):
        raise Refused(
            Refusal(403, "forbiddenForNonOrganizer", "Shared properties can only be changed by the organizer.")
        )
    calendar.put(_with_properties(_merged(one, call.body)))
    return _seen(call, calendar, calendar.events[one["id"]])


def _merged(before: Any, change: Any) -> Any:
    """A patch applied (as RFC 7396 has it): objects are merged, anything else is replaced."""
    if not isinstance(before, dict) or not isinstance(change, dict):
        return change
    merged = {**before}
    for name, value in change.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = _merged(before.get(name, {}), value)
    return merged


def _with_properties(one: Json) -> Json:
    kinds = one.get("extendedProperties", {})
    kept = {
        kind: {name: value[:VALUE_LIMIT] for name, value in properties.items() if len(name) <= KEY_LIMIT}
        for kind, properties in kinds.items()
    }
    return one | {"extendedProperties": kept} if kinds else one


def _seen(call: Call, calendar: Calendar, one: Json) -> Json:
    """The event as this account sees it on this calendar."""
    if one["status"] == "cancelled" and "recurringEventId" in one:
        return {name: value for name, value in one.items() if name in GONE}
    private = one.get("visibility") in {"private", "confidential"}
    if calendar.role == "freeBusyReader" or (private and calendar.role not in SEES_PRIVATE):
        one = {name: value for name, value in one.items() if name in BUSY} | {"visibility": "private"}
    zone = ZoneInfo(call.one("timeZone") or calendar.zone)
    times = {name: _in_zone(one[name], calendar, zone) for name in ("start", "end", "originalStartTime") if name in one}
    return _with_attendees(call, one) | times


def _in_zone(moment: Json, calendar: Calendar, zone: ZoneInfo) -> Json:
    if "dateTime" not in moment:
        return moment
    text = instant(moment, calendar.zone).astimezone(zone).isoformat(timespec="seconds").replace("+00:00", "Z")
    return moment | {"dateTime": text}


def _with_attendees(call: Call, one: Json) -> Json:
    """The guest list cut as Google cuts it.

    Where guests may not see each other, somebody who does not organise the event sees themselves. Google says nothing
    of ``attendeesOmitted`` in that case, so the emulator takes the worse one and leaves it out.
    """
    guests = one.get("attendees", [])
    own = [guest for guest in guests if guest.get("self")]
    if one.get("guestsCanSeeOtherGuests") is False and not one.get("organizer", {}).get("self"):
        return one | {"attendees": own}
    most = int(call.one("maxAttendees", "0"))
    if most and len(guests) > most:
        return one | {"attendees": own, "attendeesOmitted": True}
    return one


HANDLERS: Mapping[str, Handler] = {
    "calendar.calendarList.list": list_calendars,
    "calendar.calendarList.get": get_calendar_entry,
    "calendar.calendars.get": get_calendar,
    "calendar.events.list": list_events,
    "calendar.events.get": get_event,
    "calendar.events.patch": patch_event,
}
