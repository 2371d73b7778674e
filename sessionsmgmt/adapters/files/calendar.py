"""A calendar in an .ics file (RFC 5545), as Google, Outlook and Apple export them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from sessionsmgmt.adapters.files.bounded_file import open_bounded, read_bounded
from sessionsmgmt.adapters.files.content_lines import UnreadableError
from sessionsmgmt.adapters.files.ics_blocks import Block, find_blocks
from sessionsmgmt.adapters.files.ics_encoding import checked_utf8
from sessionsmgmt.adapters.files.ics_event import (
    EventDetails,
    EventTimes,
    raw_summary,
    read_details,
    read_organizer,
    read_times,
    read_uids,
    replaced_instance,
)
from sessionsmgmt.adapters.files.ics_rules import WorkBudget
from sessionsmgmt.adapters.files.ics_series import (
    Instance,
    OriginalStart,
    Query,
    id_prefix,
    instances,
    orphan_instances,
    replaced_id,
    single_instance,
    start_key,
)
from sessionsmgmt.adapters.files.ics_values import When, ZoneOf, parse_time
from sessionsmgmt.adapters.files.ics_zones import Zones, zone_definitions
from sessionsmgmt.adapters.files.shortened_warnings import shortened
from sessionsmgmt.domain.addresses import fold
from sessionsmgmt.domain.model.event import CalendarReading, Event
from sessionsmgmt.domain.model.notice import Session
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.domain.sessions.presence import begin, finish

MAX_BYTES = 64 * 2**20
"""The most bytes of a calendar: about 100,000 events with their attendees."""


@dataclass(frozen=True, slots=True)
class IcsFile:
    """The calendar in the file at ``path``. ``shown_as`` is how messages write the path.

    ``zone`` is the zone of times without a zone, and the zone in which days begin. ``organizers`` are the folded
    addresses of the people whose events count besides the calendar's own events; None means everybody.
    """

    path: Path
    shown_as: str
    zone: ZoneInfo
    organizers: frozenset[str] | None = None

    def read(self, since: datetime, until: datetime, ids: Collection[str]) -> CalendarReading:
        """See ``ports.Calendar``. Raises InputError if the file is not a complete calendar.

        An event that can't be read is left out with a warning, and its id is among the unreadable ids.
        """
        with open_bounded(self.path, self.shown_as, MAX_BYTES) as file:
            data = checked_utf8(read_bounded(file, self.shown_as, MAX_BYTES), self.shown_as)
        blocks = find_blocks(data, self.shown_as)
        budget = WorkBudget()
        zones = Zones(zone_definitions(blocks.zones), budget)
        query = Query(since, until, self.zone, _wanted_starts(ids))
        reading = _Reading(self.shown_as, query, frozenset(ids), zones, budget)
        for damage in blocks.unidentified:
            reading.blind = True
            reading.warning("calendar-damaged", f"the calendar has {damage.reason}; {_BLIND}", damage.line)
        for uid, group in reading.groups(self._trusted(blocks.events, reading)).items():
            reading.add_group(uid, group)
        return CalendarReading(
            tuple(reading.events.values()),
            frozenset(reading.unreadable),
            reading.blind,
            shortened(reading.warnings),
            empty=not blocks.events,
        )

    def _trusted(self, blocks: Sequence[Block], reading: _Reading) -> Iterator[Block]:
        """The VEVENTs, without a stranger's VEVENTs that have the UID of an event that counts.

        The sender of an invitation chooses its UID. With the UID of the club's own event, the invitation could move the
        session, cancel it or make it unreadable. A stranger's event with another UID is read, for the warning about it.
        """
        if self.organizers is None:
            yield from blocks
            return
        foreign = {block.line for block in blocks if not self._counts(block)}
        own = {uid for block in blocks if block.line not in foreign for uid in read_uids(block)}
        for block in blocks:
            if block.line not in foreign or (read_uids(block) and read_uids(block).isdisjoint(own)):
                yield block
            else:
                reading.warning("organizer-unknown", _FOREIGN, block.line)

    def _counts(self, block: Block) -> bool:
        organizer = read_organizer(block)
        return organizer is None or self.organizers is None or fold(organizer) in self.organizers


@dataclass(slots=True)
class _UidGroup:
    """The VEVENTs of one UID: the readable ones, and the instances that the unreadable ones replace.

    ``is_unreadable`` is true if an unreadable VEVENT stands for the whole series.
    """

    entries: list[EventTimes] = field(default_factory=list)
    unreadable_instances: list[When] = field(default_factory=list)
    is_unreadable: bool = False


@dataclass(slots=True)
class _Reading:
    """The state of reading one file: the query, and the results so far."""

    shown_as: str
    query: Query
    ids: frozenset[str]
    zones: Zones
    budget: WorkBudget
    events: dict[str, Event] = field(default_factory=dict)
    unreadable: set[str] = field(default_factory=set)
    blind: bool = False
    warnings: list[ReportWarning] = field(default_factory=list)
    _details: dict[int, EventDetails | None] = field(default_factory=dict)

    def warning(self, code: str, text: str, line: int) -> None:
        """Add a warning about a line of the file."""
        self.warnings.append(ReportWarning(code, text, f"{self.shown_as}:{line}"))

    def groups(self, blocks: Iterable[Block]) -> dict[str, _UidGroup]:
        """The times of every VEVENT by UID. An event without a UID goes by its start and title."""
        groups: defaultdict[str, _UidGroup] = defaultdict(_UidGroup)
        for block in blocks:
            zone_of = self._zone_of(block)
            try:
                times = read_times(block, zone_of, self.query.zone)
                groups[times.uid or f"\n{start_key(times.start)}\n{raw_summary(block)}"].entries.append(times)
            except UnreadableError as error:
                self._warn_unreadable(error)
                known = read_uids(block)
                self.blind = self.blind or not known
                instance = replaced_instance(block, zone_of, self.query.zone)
                for uid in known:
                    if instance is None:
                        groups[uid].is_unreadable = True
                    else:
                        groups[uid].unreadable_instances.append(instance)
        return groups

    def add_group(self, uid: str, group: _UidGroup) -> None:
        """Add the wanted events of one UID."""
        base, masters = id_prefix(uid), _masters(group.entries)
        if group.is_unreadable:
            self.unreadable.add(base)
            # several events with one UID have ids with their starts, and the start of an unreadable event is unknown
            self.blind = self.blind or bool(masters)
            return
        shared = len(masters) > 1
        by_id = {id_prefix(uid, start_key(master.start)) if shared else base: master for master in masters}
        series_id = next((id_ for id_, master in by_id.items() if master.recurs), next(iter(by_id), base))
        master, zone = by_id.get(series_id), self.query.zone
        unreadable = {replaced_id(series_id, start, master, zone) for start in group.unreadable_instances}
        self.unreadable |= unreadable
        try:
            every = self._instances(by_id, series_id, group.entries)
            wanted = [instance for instance in every if self._is_wanted(instance)]
        except UnreadableError as error:
            self._warn_unreadable(error)
            self.unreadable.update(by_id, [base])
        except OverflowError:
            self._warn_unreadable(UnreadableError("its dates lie outside of the calendar", group.entries[0].block.line))
            self.unreadable.update(by_id, [base])
        else:
            self._add([instance for instance in wanted if instance.id not in unreadable], uid)
            if wanted and shared:
                self.warning("event-uid-shared", _SHARED, max(master.block.line for master in masters))

    def _instances(
        self, by_id: Mapping[str, EventTimes], series_id: str, entries: Iterable[EventTimes]
    ) -> Iterator[Instance]:
        """The events of one UID. The changed instances belong to the series with the id ``series_id``."""
        overrides = [times for times in entries if times.recurrence_id is not None]
        if not by_id:
            yield from orphan_instances(series_id, overrides, self.query.zone)
        for id_, master in by_id.items():
            changed = overrides if id_ == series_id else []
            if master.recurs or changed:
                yield from instances(id_, master, changed, self.query, self._zone_of(master.block), self.budget)
            else:
                yield single_instance(id_, master)

    def _is_wanted(self, instance: Instance) -> bool:
        """Whether the query asks for the instance by its id, or the instance overlaps the query's period."""
        if instance.id in self.ids:
            return True
        session = Session(instance.id, "", instance.start, instance.end)
        starts = begin(session, self.query.zone)
        if starts > self.query.until:
            return False
        return starts >= self.query.since or finish(session, self.query.zone) > self.query.since

    def _add(self, instances_of_uid: Sequence[Instance], uid: str) -> None:
        for instance in instances_of_uid:
            details = self._details_of(instance.times.block)
            if details is None:
                self.unreadable.add(instance.id)
                continue
            self.events[instance.id] = Event(
                instance.id,
                details.title,
                instance.start,
                instance.end,
                details.attendees,
                details.location,
                details.description,
                instance.times.status,
                where=f"{self.shown_as}:{instance.times.block.line}",
                organizer=details.organizer or "",
                own=details.organizer is None,
            )
        if instances_of_uid and uid.startswith("\n"):
            self.warning("event-without-uid", _NO_UID, instances_of_uid[0].times.block.line)

    def _details_of(self, block: Block) -> EventDetails | None:
        """The details of the VEVENT, or None if they can't be read. They are read once for all of its instances."""
        if block.line not in self._details:
            self._details[block.line] = None
            try:
                details = self._details[block.line] = read_details(block, self.shown_as)
            except UnreadableError as error:
                self._warn_unreadable(error)
                return None
            if details.without_address:
                count = len(details.without_address)
                text = f"{count} attendee(s) of the event have no email address, so are left out"
                self.warning("attendee-without-address", text, details.without_address[0])
        return self._details[block.line]

    def _zone_of(self, block: Block) -> ZoneOf:
        return partial(self.zones.find, block.calendar)

    def _warn_unreadable(self, error: UnreadableError) -> None:
        text = f"the event can't be read: {error.reason}. Nothing is said about it; correct it in the calendar"
        self.warning("event-unreadable", text, error.line)


def _masters(entries: Iterable[EventTimes]) -> list[EventTimes]:
    """The VEVENTs that replace no instance, sorted by start. Of several with the same start, the newest counts."""
    masters = [times for times in entries if times.recurrence_id is None]
    if len(masters) < 2:  # noqa: PLR2004 - most events have one VEVENT, and comparing revisions takes time
        return masters
    newest = {start_key(times.start): times for times in sorted(masters, key=lambda times: times.revision)}
    return [newest[key] for key in sorted(newest)]


def _wanted_starts(ids: Iterable[str]) -> dict[str, frozenset[OriginalStart]]:
    """The original starts in the wanted ids, by the series' part of the id."""
    wanted: defaultdict[str, set[OriginalStart]] = defaultdict(set)
    for id_ in ids:
        series, _, start = id_.partition("_")
        try:
            wanted[series].add(parse_time(start, UTC))
        except (ValueError, OverflowError):
            continue  # the id of a single event, or of another kind of calendar
    return {series: frozenset(starts) for series, starts in wanted.items()}


_FOREIGN = (
    "an entry has the UID of another event, or none, and its organizer is not in calendar.organizers, "
    "so it is left out. Decline the invitation, or add the organizer there if they belong to the club"
)
_BLIND = "a missing event is not taken for cancelled until this is corrected. Export the calendar again"
_NO_UID = "the event has no UID, so it is known by its start and title: if either changes, it counts as another event"
_SHARED = (
    "several events have the same UID, so each is known by its start too: if its start changes, it counts as "
    "another event. Create all but one of them again in the calendar"
)
