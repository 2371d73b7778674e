"""One reading of all the calendars of a club: whose events count, and which events of two calendars are the same."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from sessionsmgmt.domain.addresses import fold
from sessionsmgmt.domain.model.event import Attendee, CalendarReading, Event
from sessionsmgmt.domain.model.warning import ReportWarning


def with_trust(reading: CalendarReading, organizers: frozenset[str] | None) -> CalendarReading:
    """The reading, with every event marked that does not count by its organizer.

    The calendar's own events count, and those of ``organizers``, which are folded addresses; None means everybody.
    """
    if organizers is None:
        return reading
    events = (replace(event, trusted=event.own or fold(event.organizer) in organizers) for event in reading.events)
    return replace(reading, events=tuple(events))


def united(readings: Sequence[CalendarReading], known: Collection[str]) -> CalendarReading:
    """The readings of several calendars as one, with each event once. Trust must be marked before (``with_trust``).

    Events with the same id or the same ``shared_id`` are one. Times, place and text are those of the first calendar in
    which it takes place, and the people are those of all. ``known`` are the ids that the ledger remembers: an event
    keeps such an id, whatever calendar comes first.
    """
    if len(readings) == 1:
        return readings[0]
    groups = _same_events(event for reading in readings for event in reading.events)
    events, warnings = [], [warning for reading in readings for warning in reading.warnings]
    for copies in groups:
        counting = [copy for copy in copies if copy.trusted] or copies
        taking_place = [copy for copy in counting if not copy.cancelled] or counting
        events.append(_one_event(taking_place, [copy.id for copy in copies if copy.id in known]))
        if len(taking_place) < len(counting):
            warnings.append(ReportWarning("calendars-differ", _DIFFER, events[-1].id))
        if counting[0].trusted and len(counting) < len(copies):
            warnings.append(ReportWarning("organizer-unknown", _STRANGERS_COPY, events[-1].id))
    return CalendarReading(
        tuple(events),
        frozenset[str]().union(*(reading.unreadable for reading in readings)),
        any(reading.blind for reading in readings),
        tuple(dict.fromkeys(warnings)),
        all(reading.empty for reading in readings),
    )


def _same_events(events: Iterable[Event]) -> list[list[Event]]:
    """The events, grouped by what they are. The groups and the copies in them are in the order of the calendars."""
    groups: list[list[Event]] = []
    by_id: dict[str, list[Event]] = {}
    for event in events:
        ids = [id_ for id_ in (event.id, event.shared_id) if id_]
        group = next((by_id[id_] for id_ in ids if id_ in by_id), None)
        if group is None:
            group = []
            groups.append(group)
        group.append(event)
        for id_ in ids:
            by_id.setdefault(id_, group)
    return groups


def _one_event(copies: Sequence[Event], known_ids: Sequence[str]) -> Event:
    """The event of which these are copies. Somebody who is invited in two calendars counts by the greater answer."""
    first = copies[0]
    attendees: dict[str, Attendee] = {}
    for attendee in (attendee for copy in copies for attendee in copy.attendees):
        before = attendees.setdefault(fold(attendee.address), attendee)
        if before.response < attendee.response:
            attendees[fold(attendee.address)] = attendee
    return replace(
        first,
        id=first.id if first.id in known_ids or not known_ids else known_ids[0],
        attendees=tuple(attendees.values()),
        # copies of one event have the same guests, so one calendar that shows all of them is enough
        complete=any(copy.complete for copy in copies),
    )


_DIFFER = (
    "an event is cancelled in one calendar and takes place in another, so it is read as taking place. If it does not, "
    "cancel it there, too"
)
_STRANGERS_COPY = (
    "an invitation in one calendar is that to an event in another one, and its organizer is not in "
    "calendar.organizers, so the invitation is ignored"
)
