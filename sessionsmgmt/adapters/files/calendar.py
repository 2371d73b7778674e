"""A calendar in an .ics file (RFC 5545), as Google, Outlook and Apple export them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from sessionsmgmt.adapters.files.content_lines import UnreadableError
from sessionsmgmt.adapters.files.ics_event import Details, Draft, details, draft, organizer, replaces, title, uids
from sessionsmgmt.adapters.files.ics_outline import Block, outline
from sessionsmgmt.adapters.files.ics_rules import Allowance
from sessionsmgmt.adapters.files.ics_series import (
    Instance,
    Look,
    Original,
    identity,
    instances,
    orphans,
    replaced_id,
    single,
    start_key,
)
from sessionsmgmt.adapters.files.ics_values import When, ZoneOf, moment
from sessionsmgmt.adapters.files.ics_zones import Zones, definitions
from sessionsmgmt.adapters.files.shortened_warnings import shortened
from sessionsmgmt.adapters.files.source import bounded, opened
from sessionsmgmt.domain.addresses import fold
from sessionsmgmt.domain.model.event import CalendarReading, Event
from sessionsmgmt.domain.model.notice import Session
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.domain.sessions.presence import begin, finish
from sessionsmgmt.errors import InputError

LIMIT = 64 * 2**20
"""The largest calendar that is read, in bytes: about 100,000 events with their attendees."""


@dataclass(frozen=True, slots=True)
class IcsFile:
    """The calendar in the file at ``path``. ``shown_as`` is how messages write the path.

    ``zone`` is where times that name no zone are, and where days begin. ``organizers`` are the folded addresses of
    those whose events count besides the calendar's own; None is everybody.
    """

    path: Path
    shown_as: str
    zone: ZoneInfo
    organizers: frozenset[str] | None = None

    def read(self, since: datetime, until: datetime, ids: Collection[str]) -> CalendarReading:
        """See ``ports.Calendar``. Raises InputError if the file is no whole calendar.

        An event that can't be read is left out with a caution, and named among the unreadable ones.
        """
        with opened(self.path, self.shown_as, LIMIT) as file:
            data = _utf8(bounded(file, self.shown_as, LIMIT), self.shown_as)
        found = outline(data, self.shown_as)
        allowance = Allowance()
        zones = Zones(definitions(found.zones), allowance)
        reading = _Reading(self.shown_as, Look(since, until, self.zone, _wanted(ids)), frozenset(ids), zones, allowance)
        for stray in found.strays:
            reading.blind = True
            reading.warning("calendar-damaged", f"the calendar has {stray.reason}; {_BLIND}", stray.line)
        for uid, group in reading.groups(self._trusted(found.events, reading)).items():
            reading.take(uid, group)
        return CalendarReading(
            tuple(reading.events.values()),
            frozenset(reading.unreadable),
            reading.blind,
            shortened(reading.warnings),
            empty=not found.events,
        )

    def _trusted(self, blocks: Sequence[Block], reading: _Reading) -> Iterator[Block]:
        """The VEVENTs without those that a stranger wrote under the UID of an event that counts.

        Whoever sends an invitation chooses its UID. Put together with the club's own entries, it could move a session,
        call it off or make it unreadable. A stranger's event with a UID of its own is read, for the warning about it.
        """
        if self.organizers is None:
            yield from blocks
            return
        strange = {block.line for block in blocks if not self._counts(block)}
        own = {uid for block in blocks if block.line not in strange for uid in uids(block)}
        for block in blocks:
            if block.line not in strange or (uids(block) and uids(block).isdisjoint(own)):
                yield block
            else:
                reading.warning("organizer-unknown", _STRANGE, block.line)

    def _counts(self, block: Block) -> bool:
        by = organizer(block)
        return by is None or self.organizers is None or fold(by) in self.organizers


@dataclass(slots=True)
class _Group:
    """The VEVENTs of one UID: those read, and of those that can't be, which instances they replace."""

    drafts: list[Draft] = field(default_factory=list)
    lost: list[When] = field(default_factory=list)
    lost_whole: bool = False


@dataclass(slots=True)
class _Reading:
    """A reading in the making: what is looked for, and what was found so far."""

    shown_as: str
    look: Look
    ids: frozenset[str]
    zones: Zones
    allowance: Allowance
    events: dict[str, Event] = field(default_factory=dict)
    unreadable: set[str] = field(default_factory=set)
    blind: bool = False
    warnings: list[ReportWarning] = field(default_factory=list)
    _details: dict[int, Details | None] = field(default_factory=dict)

    def warning(self, code: str, text: str, line: int) -> None:
        """Remember what a person should know."""
        self.warnings.append(ReportWarning(code, text, f"{self.shown_as}:{line}"))

    def groups(self, blocks: Iterable[Block]) -> dict[str, _Group]:
        """The times of every VEVENT, by UID, or by what there is instead."""
        groups: defaultdict[str, _Group] = defaultdict(_Group)
        for block in blocks:
            zone_of = self._zone_of(block)
            try:
                one = draft(block, zone_of, self.look.zone)
                groups[one.uid or f"\n{start_key(one.start)}\n{title(block)}"].drafts.append(one)
            except UnreadableError as error:
                self._lose(error)
                known = uids(block)
                self.blind = self.blind or not known
                instance = replaces(block, zone_of, self.look.zone)
                for uid in known:
                    if instance is None:
                        groups[uid].lost_whole = True
                    else:
                        groups[uid].lost.append(instance)
        return groups

    def take(self, uid: str, group: _Group) -> None:
        """Add the events of one UID that are looked for."""
        base, masters = identity(uid), _masters(group.drafts)
        if group.lost_whole:
            self.unreadable.add(base)
            # the others may go by ids of their own, which can't be told while one of them is missing
            self.blind = self.blind or bool(masters)
            return
        shared = len(masters) > 1
        named = {identity(uid, start_key(one.start)) if shared else base: one for one in masters}
        home = next((id_ for id_, one in named.items() if one.recurs), next(iter(named), base))
        lost = {replaced_id(home, value, named.get(home), self.look.zone) for value in group.lost}
        self.unreadable |= lost
        try:
            found = [one for one in self._instances(named, home, group.drafts) if self._is_wanted(one)]
        except UnreadableError as error:
            self._lose(error)
            self.unreadable.update(named, [base])
        except OverflowError:
            self._lose(UnreadableError("its dates lie outside of the calendar", group.drafts[0].block.line))
            self.unreadable.update(named, [base])
        else:
            self._add([one for one in found if one.id not in lost], uid)
            if found and shared:
                self.warning("event-uid-shared", _SHARED, max(one.block.line for one in masters))

    def _instances(self, named: Mapping[str, Draft], home: str, drafts: Iterable[Draft]) -> Iterator[Instance]:
        """The events of the drafts of one UID. The changed instances belong to the series with the id ``home``."""
        overrides = [one for one in drafts if one.original is not None]
        if not named:
            yield from orphans(home, overrides, self.look.zone)
        for id_, master in named.items():
            changed = overrides if id_ == home else []
            if master.recurs or changed:
                yield from instances(id_, master, changed, self.look, self._zone_of(master.block), self.allowance)
            else:
                yield single(id_, master)

    def _is_wanted(self, one: Instance) -> bool:
        """Whether it is asked for by id, or is under way at some time of the look, or begins in it."""
        if one.id in self.ids:
            return True
        occasion = Session(one.id, "", one.start, one.end)
        starts = begin(occasion, self.look.zone)
        if starts > self.look.until:
            return False
        return starts >= self.look.since or finish(occasion, self.look.zone) > self.look.since

    def _add(self, found: Sequence[Instance], uid: str) -> None:
        for one in found:
            said = self._say(one.draft.block)
            if said is None:
                self.unreadable.add(one.id)
                continue
            place = f"{self.shown_as}:{one.draft.block.line}"
            self.events[one.id] = Event(
                one.id,
                said.title,
                one.start,
                one.end,
                said.attendees,
                said.location,
                said.description,
                one.draft.status,
                where=place,
                organizer=said.organizer or "",
                own=said.organizer is None,
            )
        if found and uid.startswith("\n"):
            self.warning("event-without-uid", _NO_UID, found[0].draft.block.line)

    def _say(self, block: Block) -> Details | None:
        """What the VEVENT says, or None if that can't be read; looked at once, however many instances it has."""
        if block.line not in self._details:
            self._details[block.line] = None
            try:
                said = self._details[block.line] = details(block, self.shown_as)
            except UnreadableError as error:
                self._lose(error)
                return None
            if said.nameless:
                count = f"{len(said.nameless)} attendee(s) of the event have no email address, so are left out"
                self.warning("attendee-without-address", count, said.nameless[0])
        return self._details[block.line]

    def _zone_of(self, block: Block) -> ZoneOf:
        return partial(self.zones.find, block.calendar)

    def _lose(self, error: UnreadableError) -> None:
        text = f"the event can't be read: {error.reason}. Nothing is said about it; correct it in the calendar"
        self.warning("event-unreadable", text, error.line)


def _masters(drafts: Iterable[Draft]) -> list[Draft]:
    """The VEVENTs that replace no instance, in the order of their starts; of several with one start, the newest."""
    found = [one for one in drafts if one.original is None]
    if len(found) < 2:  # noqa: PLR2004 - nearly every event is alone, and telling revisions apart takes time
        return found
    newest = {start_key(one.start): one for one in sorted(found, key=lambda one: one.revision)}
    return [newest[key] for key in sorted(newest)]


def _wanted(ids: Iterable[str]) -> dict[str, frozenset[Original]]:
    """The original starts asked for, by what their ids begin with."""
    wanted: defaultdict[str, set[Original]] = defaultdict(set)
    for one in ids:
        series, _, start = one.partition("_")
        try:
            wanted[series].add(moment(start, UTC))
        except (ValueError, OverflowError):
            continue  # the id of an event that is no series, or of another kind of calendar
    return {series: frozenset(starts) for series, starts in wanted.items()}


def _utf8(data: bytes, shown_as: str) -> bytes:
    """The data without a byte order mark, if it is UTF-8 (RFC 5545, 3.1.4); a guess would garble people's names."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        data.decode()
    except UnicodeDecodeError:
        try:
            _FOLD.sub(b"", data).decode()  # a fold may stand in the middle of a character
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise InputError(
                f"{shown_as} is not a calendar in UTF-8 (see around line {line}).",
                "Export it again, or save it in the encoding UTF-8.",
            ) from None
    return data


_FOLD = re.compile(rb"\r*\n[ \t]")


_STRANGE = (
    "an entry has the UID of another event, or none, and somebody organises it whom calendar.organizers does not name, "
    "so it is left out. Decline the invitation, or add them there if they are yours"
)
_BLIND = "an event that is missing is not taken for cancelled until this is mended. Export the calendar again"
_NO_UID = (
    "the event has no UID, so it is known by its start and title: after a change of either it is taken for another one"
)
_SHARED = (
    "several events have the same UID, so each is known by its start too: moved to another time, it is taken for "
    "another one. Copy one of them anew in the calendar"
)
