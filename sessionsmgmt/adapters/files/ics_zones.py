"""What a TZID of a calendar file stands for.

An IANA name is taken at its word: the definition beside it is often cut down to the current rule. Any other name means
what the file defines it as (RFC 5545, 3.6.5); failing that, what Windows means by it, or the IANA name at its end
(``/example.net/Europe/Berlin``, RFC 5545, 3.8.3.1).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from sessionsmgmt.adapters.files.content_lines import ContentLine, UnreadableError, parse, unfold
from sessionsmgmt.adapters.files.ics_outline import Block
from sessionsmgmt.adapters.files.ics_rules import Allowance, occurrences, parse_rule
from sessionsmgmt.adapters.files.ics_values import moments, one_moment

FIRST, LAST = datetime(1969, 1, 1), datetime(2100, 1, 1)  # noqa: DTZ001 - wall clocks, of whichever zone
"""Between these years a zone that a file defines changes its clocks as defined; before and after, it does not."""

MOST_CHANGES = 1_000
"""The most changes of the clocks that one definition may list."""


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """A change of the clocks: its instant, as a naive datetime in UTC, and the offset from UTC before and after it."""

    at: datetime
    before: timedelta
    after: timedelta


class DefinedZone(tzinfo):
    """A time zone made of its changes. ``fold`` means what PEP 495 says."""

    def __init__(self, changes: Sequence[Change]) -> None:
        ordered = sorted(changes)
        self._offsets = [ordered[0].before, *(change.after for change in ordered)]
        self._instants = [change.at for change in ordered]
        self._walls = [
            [change.at + max(change.before, change.after) for change in ordered],
            [change.at + min(change.before, change.after) for change in ordered],
        ]

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        """The offset a wall clock of this zone has."""
        if moment is None:
            return None
        return self._offsets[bisect_right(self._walls[moment.fold], moment.replace(tzinfo=None))]

    def dst(self, _moment: datetime | None) -> timedelta | None:
        """Nothing: a definition does not say how much of the offset is daylight saving."""
        return None

    def tzname(self, _moment: datetime | None) -> str | None:
        """Nothing: names of zones are never shown."""
        return None

    def fromutc(self, moment: datetime) -> datetime:
        """What a wall clock of this zone shows at an instant."""
        naive = moment.replace(tzinfo=None)
        offset = self._offsets[bisect_right(self._instants, naive)]
        local = (naive + offset).replace(tzinfo=self)
        return local if local.utcoffset() == offset else local.replace(fold=1)


@dataclass(frozen=True, slots=True)
class Zones:
    """The zones of one file, each made when first asked for. ``defined`` are its VTIMEZONEs by calendar and TZID."""

    defined: Mapping[tuple[int, str], Block]
    allowance: Allowance
    known: dict[tuple[int, str], tzinfo | None] = field(default_factory=dict)

    def find(self, calendar: int, name: str) -> tzinfo:
        """What the name stands for in that calendar of the file. Raises ValueError if that can't be told."""
        key = (calendar, name)
        if key not in self.known:
            self.known[key] = self._make(key)
        zone = self.known[key]
        if zone is None:
            raise ValueError(name)
        return zone

    def _make(self, key: tuple[int, str]) -> tzinfo | None:
        name = key[1]
        if found := _iana(name):
            return found
        if key in self.defined:
            try:
                return _define(self.defined[key], self.allowance)
            except (UnreadableError, OverflowError):
                return None
        parts = name.strip("/").split("/")
        return _windows(name) or next(filter(None, (_iana("/".join(parts[at:])) for at in range(len(parts)))), None)


def definitions(blocks: Iterable[Block]) -> dict[tuple[int, str], Block]:
    """The VTIMEZONEs by calendar and TZID. The first of several with the same name counts."""
    found: dict[tuple[int, str], Block] = {}
    for block in blocks:
        for number, raw in unfold(block.lines, block.line + 1):
            prop = parse(raw.decode(), number)
            if prop and prop.name == "TZID":
                found.setdefault((block.calendar, prop.value.strip()), block)
                break
    return found


_NAME = re.compile(r"[A-Za-z0-9_+/-]{1,60}")


def _iana(name: str) -> tzinfo | None:
    if name.upper() in {"UTC", "GMT", "Z"}:
        return UTC
    if name in {"", "localtime", "posixrules", "Factory"} or not _NAME.fullmatch(name):
        return None  # the machine's own zone is nobody's
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # KeyError: no such zone; OSError: the name of a folder
        return None


def _windows(name: str) -> tzinfo | None:
    """What Windows means by a name, as CLDR tells it (Unicode TR 35, windowsZones)."""
    from babel.core import get_global  # rarely needed, and slow to load

    mapped = get_global("windows_zone_mapping").get(name)
    return _iana(str(mapped)) if mapped else None


def _define(block: Block, allowance: Allowance) -> tzinfo:
    """The zone a VTIMEZONE defines. Raises UnreadableError or OverflowError if it defines none."""
    if block.damage:
        raise UnreadableError(block.damage, block.line)
    changes: list[Change] = []
    part: dict[str, list[ContentLine]] = {}
    for number, raw in unfold(block.lines, block.line + 1):
        prop = parse(raw.decode(), number)
        if not prop:
            continue
        if prop.name == "BEGIN":
            part = {}
        elif prop.name == "END":
            changes.extend(_changes(part, block.line, allowance))
            if len(changes) > MOST_CHANGES:
                raise UnreadableError("its time zone changes too often", block.line)
        else:
            part.setdefault(prop.name, []).append(prop)
    if not changes:
        raise UnreadableError("its time zone is not defined", block.line)
    if all(change.after == changes[0].after for change in changes):
        return timezone(changes[0].after)
    return DefinedZone(changes)


def _changes(part: Mapping[str, Sequence[ContentLine]], line: int, allowance: Allowance) -> list[Change]:
    """The changes that one STANDARD or DAYLIGHT part describes. Its times are on the wall clock before the change."""
    if not {"DTSTART", "TZOFFSETFROM", "TZOFFSETTO"} <= part.keys():
        raise UnreadableError("its time zone is not defined in full", line)
    before, after = (_offset(part[name][0]) for name in ("TZOFFSETFROM", "TZOFFSETTO"))
    zone = timezone(before)
    begin = one_moment(part["DTSTART"][0], _nothing, zone)
    if not isinstance(begin, datetime):
        raise UnreadableError("its time zone begins at no time", line)
    first = begin.astimezone(zone).replace(tzinfo=None)
    walls = {first}
    for prop in part.get("RRULE", ()):
        walls.update(occurrences(parse_rule(prop, zone), first, FIRST, LAST, allowance))
    for prop in part.get("RDATE", ()):
        allowance.spend(prop.value.count(",") + 1, prop.line)
        for value, _ in moments(prop, _nothing, zone):
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


def _nothing(name: str) -> tzinfo:
    raise ValueError(name)
