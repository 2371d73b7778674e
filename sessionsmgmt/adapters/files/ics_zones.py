"""Finds the time zone of a TZID in a calendar file.

An IANA name of an area and a place (``Europe/Berlin``) means the IANA zone, since its definition in the file often has
only the current rule. Any other name, and an abbreviation such as EST, means the zone that the file defines (RFC 5545,
3.6.5). Without a definition, it means the IANA zone or the Windows zone of that name, or the IANA zone whose name is at
its end (``/example.net/Europe/Berlin``, RFC 5545, 3.8.3.1).
"""

from __future__ import annotations

import dataclasses
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from sessionsmgmt.adapters.files.content_lines import ContentLine, UnreadableError, parse_line, unescape, unfold
from sessionsmgmt.adapters.files.ics_blocks import Block
from sessionsmgmt.adapters.files.ics_rules import WorkBudget, occurrences, parse_rule
from sessionsmgmt.adapters.files.ics_values import read_time, read_time_list
from sessionsmgmt.domain.frozen import dataclass

FIRST, LAST = datetime(1969, 1, 1), datetime(2100, 1, 1)  # noqa: DTZ001 - wall-clock times of any zone
"""The years in which a defined zone changes its clocks. Before and after them, its offset stays the same."""

MAX_CHANGES = 1_000
"""The most clock changes in one definition."""


MAX_NAME_LENGTH = 255
"""The most characters of a zone's name. The longest that programs write have about 80."""


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Change:
    """A clock change: its instant as a naive datetime in UTC, and the offset from UTC before and after it."""

    at: datetime
    before: timedelta
    after: timedelta


class DefinedZone(tzinfo):
    """A time zone made from its clock changes. ``fold`` has the meaning of PEP 495."""

    def __init__(self, changes: Sequence[Change]) -> None:
        ordered = sorted(changes)
        self._offsets = [ordered[0].before, *(change.after for change in ordered)]
        self._instants = [change.at for change in ordered]
        self._walls = [
            [change.at + max(change.before, change.after) for change in ordered],
            [change.at + min(change.before, change.after) for change in ordered],
        ]

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        """The offset from UTC at a wall-clock time of this zone."""
        if moment is None:
            return None
        return self._offsets[bisect_right(self._walls[moment.fold], moment.replace(tzinfo=None))]

    def dst(self, _moment: datetime | None) -> timedelta | None:
        """None, since a definition does not say how much of the offset is daylight saving."""
        return None

    def tzname(self, _moment: datetime | None) -> str | None:
        """None, since names of zones are never shown."""
        return None

    def fromutc(self, moment: datetime) -> datetime:
        """The wall-clock time of this zone at an instant."""
        naive = moment.replace(tzinfo=None)
        offset = self._offsets[bisect_right(self._instants, naive)]
        local = (naive + offset).replace(tzinfo=self)
        return local if local.utcoffset() == offset else local.replace(fold=1)


@dataclass(frozen=True, slots=True)
class Zones:
    """The zones of one file, each created when first needed. ``defined`` has the VTIMEZONEs by calendar and TZID."""

    defined: Mapping[tuple[int, str], Block]
    budget: WorkBudget
    known: dict[tuple[int, str], tzinfo | None] = field(default_factory=dict)

    def find(self, calendar: int, name: str) -> tzinfo:
        """The zone with the name in a calendar of the file. Raises ValueError if the zone is unknown."""
        if len(name) > MAX_NAME_LENGTH:
            raise ValueError(name)
        key = (calendar, _comparable(name))
        if key not in self.known:
            self.known[key] = self._make(key)
        zone = self.known[key]
        if zone is None:
            raise ValueError(name)
        return zone

    def _make(self, key: tuple[int, str]) -> tzinfo | None:
        name = key[1]
        iana = _iana(name)
        if iana and ("/" in name or key not in self.defined):
            return iana
        if key in self.defined:
            try:
                return _define(self.defined[key], self.budget)
            except (UnreadableError, OverflowError):
                return None
        parts = name.strip("/").split("/")
        return _windows(name) or next(filter(None, (_iana("/".join(parts[at:])) for at in range(len(parts)))), None)


def zone_definitions(blocks: Iterable[Block]) -> dict[tuple[int, str], Block]:
    """The VTIMEZONEs by calendar and TZID. Of several with the same name, the first counts."""
    observances: dict[tuple[int, str], Block] = {}
    for block in blocks:
        for number, raw in unfold(block.lines, block.line + 1):
            prop = parse_line(raw.decode(), number)
            if prop and prop.name == "TZID":
                observances.setdefault((block.calendar, _comparable(prop.value)), block)
                break
    return observances


def _comparable(name: str) -> str:
    r"""A zone's name without escapes and quotes. Its definition has ``\,`` for a comma, and its uses may have ``,``."""
    return " ".join(unescape(name).strip().strip('"').split())


_NAME = re.compile(r"[A-Za-z0-9_+/-]{1,60}")


def _iana(name: str) -> tzinfo | None:
    if name.upper() in {"UTC", "GMT", "Z"}:
        return UTC
    if name in {"", "localtime", "posixrules", "Factory"} or not _NAME.fullmatch(name):
        return None  # these names would mean the zone of this machine
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # KeyError: no such zone; OSError: the name of a folder
        return None


def _windows(name: str) -> tzinfo | None:
    """The IANA zone of a Windows zone name, by the table of CLDR (Unicode TR 35, windowsZones)."""
    from babel.core import get_global  # rarely needed, and slow to import

    mapped = get_global("windows_zone_mapping").get(name)
    return _iana(str(mapped)) if mapped else None


def _define(block: Block, budget: WorkBudget) -> tzinfo:
    """The zone that a VTIMEZONE defines. Raises UnreadableError or OverflowError if the definition is invalid."""
    if block.damage:
        raise UnreadableError(block.damage, block.line)
    changes: list[Change] = []
    part: dict[str, list[ContentLine]] = {}
    for number, raw in unfold(block.lines, block.line + 1):
        prop = parse_line(raw.decode(), number)
        if not prop:
            continue
        if prop.name == "BEGIN":
            part = {}
        elif prop.name == "END":
            changes.extend(_changes(part, block.line, budget))
            if len(changes) > MAX_CHANGES:
                raise UnreadableError("its time zone changes too often", block.line)
        else:
            part.setdefault(prop.name, []).append(prop)
    if not changes:
        raise UnreadableError("its time zone is not defined", block.line)
    if all(change.after == changes[0].after for change in changes):
        return timezone(changes[0].after)
    return DefinedZone(changes)


def _changes(part: Mapping[str, Sequence[ContentLine]], line: int, budget: WorkBudget) -> list[Change]:
    """The clock changes of a STANDARD or DAYLIGHT part, whose times are on the wall clock before the change."""
    if not {"DTSTART", "TZOFFSETFROM", "TZOFFSETTO"} <= part.keys():
        raise UnreadableError("its time zone is not defined in full", line)
    before, after = (_offset(part[name][0]) for name in ("TZOFFSETFROM", "TZOFFSETTO"))
    zone = timezone(before)
    begin = read_time(part["DTSTART"][0], _no_zone, zone)
    if not isinstance(begin, datetime):
        raise UnreadableError("its time zone begins at no time", line)
    first = begin.astimezone(zone).replace(tzinfo=None)
    walls = {first}
    for prop in part.get("RRULE", ()):
        walls.update(occurrences(parse_rule(prop, zone), first, FIRST, LAST, budget))
    for prop in part.get("RDATE", ()):
        budget.spend(prop.value.count(",") + 1, prop.line)
        for value, _ in read_time_list(prop, _no_zone, zone):
            if isinstance(value, datetime):
                walls.add(value.astimezone(zone).replace(tzinfo=None))
    return [Change(wall - before, before, after) for wall in walls]


def _offset(prop: ContentLine) -> timedelta:
    """A UTC-OFFSET, ``-0500`` or ``+053000`` (RFC 5545, 3.3.14)."""
    text = prop.value.strip()
    digits = text[1:]
    if text[:1] not in {"+", "-"} or len(digits) not in {4, 6} or not (digits.isascii() and digits.isdigit()):
        raise UnreadableError("its time zone has no valid offset", prop.line)
    size = timedelta(hours=int(digits[:2]), minutes=int(digits[2:4]), seconds=int(digits[4:] or 0))
    if size >= timedelta(days=1):
        raise UnreadableError("its time zone has no valid offset", prop.line)
    return -size if text[0] == "-" else size


def _no_zone(name: str) -> tzinfo:
    raise ValueError(name)
