"""From the VEVENTs of one UID to the single events they stand for, each with an id that survives edits and moves."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from sessionsmgmt.adapters.files.content_lines import ContentLine, UnreadableError
from sessionsmgmt.adapters.files.ics_event import Draft
from sessionsmgmt.adapters.files.ics_rules import Allowance, Rule, occurrences, parse_rule
from sessionsmgmt.adapters.files.ics_values import Length, When, ZoneOf, moments

Original = date | datetime
"""Where a series itself puts an instance: a day, or an instant in UTC."""

MOST_DATES = 5_000
"""The most dates that one event may list in RDATE, or in EXDATE."""


@dataclass(frozen=True, slots=True)
class Instance:
    """One event on one occasion: its id, its times as the domain has them, and the draft that tells the rest."""

    id: str
    start: When
    end: When
    draft: Draft


@dataclass(frozen=True, slots=True)
class Look:
    """Which part of the calendar is wanted: a stretch of time, in UTC, and ids wherever they are.

    ``wanted`` has, by what an id begins with, the original starts behind it; an empty set for an id without one.
    """

    since: datetime
    until: datetime
    zone: tzinfo
    wanted: Mapping[str, frozenset[Original]] = field(default_factory=dict)


def identity(*parts: str) -> str:
    """What an id begins with: 80 bits of a digest, so that a calendar's own ids appear nowhere else."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]


def instance_id(series: str, original: Original) -> str:
    """The id of an instance: the series' id and where the series itself puts it."""
    if isinstance(original, datetime):
        utc = original.astimezone(UTC).isoformat(timespec="seconds")
        return f"{series}_{utc[:19].replace('-', '').replace(':', '')}Z"
    return f"{series}_{original.isoformat().replace('-', '')}"


def replaced_id(series: str, value: When, master: Draft | None, zone: tzinfo) -> str:
    """The id of the instance that a RECURRENCE-ID of ``value`` names; ``master`` is None where the file has none."""
    return instance_id(series, _original(value, master.start if master else value, zone))


def start_key(start: When) -> str:
    """A start as text that is the same however its zone is called."""
    return start.astimezone(UTC).isoformat() if isinstance(start, datetime) else start.isoformat()


def single(id_: str, draft: Draft) -> Instance:
    """An event that is no series."""
    return _instance(id_, draft.start, draft.length, draft)


def orphans(id_: str, overrides: Iterable[Draft], zone: tzinfo) -> Iterator[Instance]:
    """Instances of a series that the file does not have: their owner is invited to these and not to the rest."""
    for original, draft in _newest(overrides, None, zone).items():
        yield single(instance_id(id_, original), draft)


def instances(
    id_: str, master: Draft, overrides: Sequence[Draft], look: Look, zone_of: ZoneOf, allowance: Allowance
) -> Iterator[Instance]:
    """The instances of a series that may be wanted; some that are not may be among them.

    Raises UnreadableError where the series can't be followed, OverflowError where it leads out of the calendar.
    """
    changed = _newest(overrides, master.start, look.zone)
    series = _series(master, changed, look, zone_of, allowance)
    for original, draft in changed.items():
        if not series.excludes(original):
            yield single(instance_id(id_, original), draft)
    for original in series.originals(look, look.wanted.get(id_, frozenset()), allowance):
        if original in changed or series.excludes(original):
            continue
        name = instance_id(id_, original) if master.recurs else id_
        template = series.template(original)
        length = series.lengths.get(original, template.draft.length)
        yield _instance(name, _local(original, master.zone) + template.shift, length, template.draft)


@dataclass(frozen=True, slots=True)
class _Template:
    """How the instances look that the series puts at ``since`` or later, and how far it moves them on the wall clock.

    ``since`` is None for the master, which holds from the beginning.
    """

    since: Original | None
    draft: Draft
    shift: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class _Series:
    """A series, ready to be asked for its instances.

    ``listed`` are original starts that no rule gives, ``lengths`` those with a length of their own; ``without`` are
    taken out; ``templates`` are in order.
    """

    master: Draft
    zone: tzinfo
    rules: tuple[Rule, ...]
    listed: frozenset[Original]
    lengths: Mapping[Original, Length]
    without: frozenset[Original]
    templates: tuple[_Template, ...]

    def excludes(self, original: Original) -> bool:
        """Whether the series takes this instance out. EXDATE wins, even over an instance that was changed."""
        return original in self.without

    def template(self, original: Original) -> _Template:
        """How the instance looks."""
        return [one for one in self.templates if one.since is None or one.since <= original][-1]

    def originals(self, look: Look, wanted: frozenset[Original], allowance: Allowance) -> set[Original]:
        """The original starts of every instance that may fall into the look, and of those wanted by id."""
        lengths = [*(one.draft.length for one in self.templates), *self.lengths.values()]
        shifts = [one.shift for one in self.templates]
        after = _shifted(look.since, -(max(one.longest for one in lengths) + max(shifts) + _SLACK))
        before = _shifted(look.until, _SLACK - min(shifts))
        found = {one for one in self.listed if after <= _instant(one, look.zone) <= before or one in wanted}
        spans = [(_wall(after, self.zone), _wall(before, self.zone))]
        kind = datetime if self.master.zone else date
        spans += [(wall, wall) for wall in (_wall(one, self.zone) for one in wanted if type(one) is kind)]
        first = _wall(self.master.start, self.zone)
        for rule in self.rules:
            for low, high in spans:
                for wall in occurrences(rule, first, low, high, allowance):
                    found.add(wall.replace(tzinfo=self.zone).astimezone(UTC) if self.master.zone else wall.date())
        return found


def _series(
    master: Draft, changed: Mapping[Original, Draft], look: Look, zone_of: ZoneOf, allowance: Allowance
) -> _Series:
    zone = master.zone or look.zone
    rules = tuple(parse_rule(line, zone) for line in master.rules)
    over = rules and all(rule.until and rule.until < _wall(master.start, zone) for rule in rules)
    first = _original(master.start, master.start, look.zone)
    extra = {
        _original(value, master.start, look.zone): length
        for value, length in _dates(master.extra, zone, zone_of, allowance)
    }
    without = _dates(master.except_, zone, zone_of, allowance)
    return _Series(
        master,
        zone,
        rules,
        frozenset(extra) | (frozenset() if over else {first}),
        {original: length for original, length in extra.items() if length},
        frozenset(_original(value, master.start, look.zone) for value, _ in without),
        (_Template(None, master), *_onward(master, changed, zone)),
    )


def _onward(master: Draft, changed: Mapping[Original, Draft], zone: tzinfo) -> Iterator[_Template]:
    """What holds from a changed instance on: RFC 5545, 3.2.13 moves all that follow by the same difference."""
    for original, draft in sorted(changed.items(), key=lambda item: item[0]):
        if draft.onward:
            if isinstance(draft.start, datetime) != isinstance(master.start, datetime):
                raise UnreadableError("a change to all later instances turns days into times or back", draft.block.line)
            yield _Template(original, draft, _wall(draft.start, zone) - _wall(original, zone))


def _newest(drafts: Iterable[Draft], like: When | None, zone: tzinfo) -> dict[Original, Draft]:
    """The drafts by the instance they replace; of several for the same one, the last revision."""
    found: dict[Original, Draft] = {}
    for draft in sorted(drafts, key=lambda one: one.revision):
        if draft.original is not None:
            found[_original(draft.original, like or draft.original, zone)] = draft
    return found


def _dates(
    lines: Iterable[ContentLine], floating: tzinfo, zone_of: ZoneOf, allowance: Allowance
) -> Iterator[tuple[When, Length | None]]:
    count = 0
    for line in lines:
        more = line.value.count(",") + 1
        count += more
        if count > MOST_DATES:
            raise UnreadableError(f"it lists more than {MOST_DATES} dates", line.line)
        allowance.spend(_DATE_COST * more, line.line)
        yield from moments(line, zone_of, floating)


def _original(value: When, like: When, zone: tzinfo) -> Original:
    """A start that names an instance, as the series that begins at ``like`` counts them: in days or in instants.

    Programs mix the two: a day stands for the instance of that day, a time for the day it falls on in the zone.
    """
    if isinstance(like, datetime):
        if not isinstance(value, datetime):
            value = datetime.combine(value, like.timetz())
        return value.astimezone(UTC)
    return value.astimezone(zone).date() if isinstance(value, datetime) else value


def _instance(id_: str, start: When, length: Length, draft: Draft) -> Instance:
    begin = start.astimezone(UTC) if isinstance(start, datetime) else start
    return Instance(id_, begin, length.after(start), draft)


def _local(original: Original, zone: tzinfo | None) -> When:
    return original.astimezone(zone) if isinstance(original, datetime) else original


def _wall(value: When, zone: tzinfo) -> datetime:
    """What a wall clock of the zone shows; a day begins at midnight."""
    if isinstance(value, datetime):
        return value.astimezone(zone).replace(tzinfo=None)
    return datetime.combine(value, time.min)


def _instant(original: Original, zone: tzinfo) -> datetime:
    return original if isinstance(original, datetime) else datetime.combine(original, time.min, zone)


_FLOOR, _CEILING = datetime(2, 1, 1, tzinfo=UTC), datetime(9998, 1, 1, tzinfo=UTC)
_DATE_COST = 2.0
_SLACK = timedelta(days=1)


def _shifted(instant: datetime, by: timedelta) -> datetime:
    """The instant moved, but kept where every zone has a date for it."""
    try:
        return min(max(instant + by, _FLOOR), _CEILING)
    except OverflowError:
        return _FLOOR if by < timedelta(0) else _CEILING
