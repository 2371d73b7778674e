"""A calendar in an .ics file (RFC 5545), as Google, Outlook and Apple export them."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime, tzinfo
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from sessionsmgmt.adapters.event_ids import id_prefix
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
from sessionsmgmt.adapters.files.ics_groups import UidGroup, masters_of, without_replies
from sessionsmgmt.adapters.files.ics_ids import replaced_id, start_key, wanted_starts
from sessionsmgmt.adapters.files.ics_rules import WorkBudget
from sessionsmgmt.adapters.files.ics_series import Instance, Query, instances, orphan_instances, single_instance
from sessionsmgmt.adapters.files.ics_values import ZoneOf
from sessionsmgmt.adapters.files.ics_warnings import (
    BLIND,
    DELEGATED,
    FOREIGN,
    NO_UID,
    REPLY,
    SHARED,
    STALE,
    STALE_REPLACED,
    UNKNOWN_CALENDAR_ZONE,
    unclear,
)
from sessionsmgmt.adapters.files.ics_zones import Zones, zone_definitions
from sessionsmgmt.adapters.files.shortened_warnings import shortened
from sessionsmgmt.domain.addresses import fold
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.event import CalendarReading, Event, Status
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
        """See ``ports.Calendar``. Raises InputError as ``IcsReader.read`` does, and if the file can't be read."""
        with open_bounded(self.path, self.shown_as, MAX_BYTES) as file:
            data = read_bounded(file, self.shown_as, MAX_BYTES)
        return IcsReader(self.shown_as, self.zone, self.organizers).read(data, since, until, ids)


@dataclass(frozen=True, slots=True)
class IcsReader:
    """Reads the bytes of a calendar, wherever they come from. The fields are those of ``IcsFile``."""

    shown_as: str
    zone: ZoneInfo
    organizers: frozenset[str] | None = None

    def read(self, data: bytes, since: datetime, until: datetime, ids: Collection[str]) -> CalendarReading:
        """See ``ports.Calendar``. Raises InputError if the data is no calendar, and CutOffError if its end is missing.

        An event that can't be read is left out with a warning, and its id is among the unreadable ids.
        """
        blocks = find_blocks(checked_utf8(data, self.shown_as), self.shown_as)
        budget = WorkBudget()
        zones = Zones(zone_definitions(blocks.zones), budget)
        query = Query(since, until, self.zone, wanted_starts(ids))
        reading = _Reading(self.shown_as, query, frozenset(ids), zones, budget, blocks.methods, blocks.default_zones)
        for damage in blocks.unidentified:
            reading.blind = True
            reading.warning("calendar-damaged", f"the calendar has {damage.reason}; {BLIND}", damage.line)
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
                reading.warning("organizer-unknown", FOREIGN, block.line)

    def _counts(self, block: Block) -> bool:
        organizer = read_organizer(block)
        return organizer is None or self.organizers is None or fold(organizer) in self.organizers


@dataclasses.dataclass(slots=True)
class _Reading:
    """The state of reading one file: the query, and the results so far."""

    shown_as: str
    query: Query
    ids: frozenset[str]
    zones: Zones
    budget: WorkBudget
    methods: Mapping[int, str]
    default_zones: Mapping[int, str]
    events: dict[str, Event] = field(default_factory=dict)
    unreadable: set[str] = field(default_factory=set)
    blind: bool = False
    warnings: list[ReportWarning] = field(default_factory=list)
    _details: dict[int, EventDetails | None] = field(default_factory=dict)
    _floating: dict[int, tzinfo] = field(default_factory=dict)

    def warning(self, code: str, text: str, line: int) -> None:
        """Add a warning about a line of the file."""
        self.warnings.append(ReportWarning(code, text, f"{self.shown_as}:{line}"))

    def groups(self, blocks: Iterable[Block]) -> dict[str, UidGroup]:
        """The times of every VEVENT by UID. An event without a UID goes by its start and title."""
        groups: defaultdict[str, UidGroup] = defaultdict(UidGroup)
        events, replies = without_replies(list(blocks), self.methods)
        for block in replies:
            self.warning("event-reply", REPLY, block.line)
        for block in events:
            zone_of, floating = self._zone_of(block), self._floating_zone(block)
            try:
                times = read_times(block, zone_of, floating)
                if self.methods.get(block.calendar) == "CANCEL":
                    times = replace(times, status=Status.CANCELLED, cancelled_by_method=True, unknown_status=False)
                groups[times.uid or f"\n{start_key(times.start)}\n{raw_summary(block)}"].entries.append(times)
            except UnreadableError as error:
                self._warn_unreadable(error)
                known = read_uids(block)
                self.blind = self.blind or not known
                instance = replaced_instance(block, zone_of, floating)
                for uid in known:
                    if instance is None:
                        groups[uid].is_unreadable = True
                    else:
                        groups[uid].unreadable_instances.append(instance)
        return groups

    def add_group(self, uid: str, group: UidGroup) -> None:
        """Add the wanted events of one UID."""
        base, masters = id_prefix(uid), masters_of(group.entries)
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
            near = [instance for instance in every if self._is_wanted(instance)]
            current = [instance for instance in near if not instance.replaced]
        except UnreadableError as error:
            self._warn_unreadable(error)
            self.unreadable.update(by_id, [base])
        except OverflowError:
            self._warn_unreadable(UnreadableError("its dates lie outside of the calendar", group.entries[0].block.line))
            self.unreadable.update(by_id, [base])
        else:
            self._add([instance for instance in current if instance.id not in unreadable], uid)
            for instance in near:
                if instance.stale:
                    text = STALE_REPLACED if instance.replaced else STALE
                    self.warning("event-change-stale", text, instance.times.block.line)
            if current and shared:
                self.warning("event-uid-shared", SHARED, max(master.block.line for master in masters))

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
            details = self._details_of(instance.times)
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
                shared_id="" if uid.startswith("\n") else instance.id,
            )
        if instances_of_uid and uid.startswith("\n"):
            self.warning("event-without-uid", NO_UID, instances_of_uid[0].times.block.line)

    def _details_of(self, times: EventTimes) -> EventDetails | None:
        """The details of the VEVENT, or None if they can't be read. They are read once for all of its instances."""
        block = times.block
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
            if details.delegated:
                self.warning("attendee-delegated", DELEGATED.format(len(details.delegated)), details.delegated[0])
            for code, text in unclear(times, self.query.zone):
                self.warning(code, text, block.line)
        return self._details[block.line]

    def _floating_zone(self, block: Block) -> tzinfo:
        """The zone of times without a zone: the one that the calendar names in X-WR-TIMEZONE, else the club's."""
        if block.calendar not in self._floating:
            name = self.default_zones.get(block.calendar, "")
            try:
                self._floating[block.calendar] = self.zones.find(block.calendar, name) if name else self.query.zone
            except ValueError:
                self._floating[block.calendar] = self.query.zone
                self.warning("calendar-zone", UNKNOWN_CALENDAR_ZONE, block.line)
        return self._floating[block.calendar]

    def _zone_of(self, block: Block) -> ZoneOf:
        return partial(self.zones.find, block.calendar)

    def _warn_unreadable(self, error: UnreadableError) -> None:
        text = f"the event can't be read: {error.reason}. Nothing is said about it; correct it in the calendar"
        self.warning("event-unreadable", text, error.line)
