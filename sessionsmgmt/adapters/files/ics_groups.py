"""Decides which of the VEVENTs of one UID count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sessionsmgmt.adapters.files.ics_blocks import Block
from sessionsmgmt.adapters.files.ics_event import EventTimes, read_uids
from sessionsmgmt.adapters.files.ics_ids import start_key
from sessionsmgmt.adapters.files.ics_values import When


@dataclass(slots=True)
class UidGroup:
    """The VEVENTs of one UID: the readable ones, and the instances that the unreadable ones replace.

    ``is_unreadable`` is true if an unreadable VEVENT stands for the whole series.
    """

    entries: list[EventTimes] = field(default_factory=list)
    unreadable_instances: list[When] = field(default_factory=list)
    is_unreadable: bool = False


def without_replies(blocks: Sequence[Block], methods: Mapping[int, str]) -> tuple[list[Block], list[Block]]:
    """The VEVENTs that count, and the attendees' replies to an event of the file. ``methods`` are those of calendars.

    A reply repeats the event with only the attendee who sends it (RFC 5546, 3.2.3), so it would hide the others.
    """
    replies = {block.line for block in blocks if methods.get(block.calendar) in _REPLIES}
    known = {uid for block in blocks if replies and block.line not in replies for uid in read_uids(block)}
    left_out = [block for block in blocks if block.line in replies and not read_uids(block).isdisjoint(known)]
    lines = {block.line for block in left_out}
    return [block for block in blocks if block.line not in lines], left_out


_REPLIES = frozenset(("REPLY", "COUNTER", "DECLINECOUNTER", "REFRESH"))


def masters_of(entries: Iterable[EventTimes]) -> list[EventTimes]:
    """The VEVENTs that replace no instance, sorted by start. Of several with the same start, the newest counts.

    The cancellation of an invitation (METHOD:CANCEL) counts against all that is older, whatever its start.
    """
    masters = [times for times in entries if times.recurrence_id is None]
    if len(masters) < 2:  # noqa: PLR2004 - most events have one VEVENT, and comparing revisions takes time
        return masters
    cancellations = [times.revision for times in masters if times.cancelled_by_method]
    if cancellations:
        masters = [times for times in masters if times.revision >= max(cancellations)]
    newest = {start_key(times.start): times for times in sorted(masters, key=lambda times: times.revision)}
    return [newest[key] for key in sorted(newest)]
