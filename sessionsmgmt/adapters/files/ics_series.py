"""Expands the VEVENTs of one UID into single events. The ids of the events stay the same when the series is edited."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from sessionsmgmt.adapters.event_ids import OriginalStart, instance_id
from sessionsmgmt.adapters.files.content_lines import ContentLine, UnreadableError
from sessionsmgmt.adapters.files.ics_event import EventTimes
from sessionsmgmt.adapters.files.ics_ids import original_start
from sessionsmgmt.adapters.files.ics_rules import Rule, WorkBudget, occurrences, parse_rule
from sessionsmgmt.adapters.files.ics_values import Duration, When, ZoneOf, read_time_list
from sessionsmgmt.domain.frozen import dataclass

MAX_DATES = 5_000
"""The most dates that one event may list in RDATE, or in EXDATE."""


@dataclass(frozen=True, slots=True)
class Instance:
    """A single event: its id, its times in the domain's form, and the VEVENT that it comes from.

    ``stale`` is true if the VEVENT changes a date that its series does not have. ``replaced`` is true if the series has
    another event on that day, so that this one is left over from an earlier form of the series.
    """

    id: str
    start: When
    end: When
    times: EventTimes
    stale: bool = False
    replaced: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """The wanted events: those in a period, in UTC, and those with certain ids at any time.

    ``wanted_starts`` maps the prefixes of the wanted ids to the original starts in them. The set is empty for an id
    without a start.
    """

    since: datetime
    until: datetime
    zone: tzinfo
    wanted_starts: Mapping[str, frozenset[OriginalStart]] = field(default_factory=dict)


def single_instance(id_: str, times: EventTimes) -> Instance:
    """The instance of a VEVENT that is not a series."""
    return _instance(id_, times.start, times.duration, times)


def orphan_instances(id_: str, overrides: Iterable[EventTimes], zone: tzinfo) -> Iterator[Instance]:
    """The instances of a series whose master is not in the file: the calendar's owner is invited only to these."""
    for original, times in _latest_revisions(overrides, None, zone).items():
        yield single_instance(instance_id(id_, original), times)


def instances(
    id_: str, master: EventTimes, overrides: Sequence[EventTimes], query: Query, zone_of: ZoneOf, budget: WorkBudget
) -> Iterator[Instance]:
    """The instances of a series that the query may want. The result can include unwanted instances.

    Raises UnreadableError if the series can't be expanded, and OverflowError if it leaves the range of dates.
    """
    changed = _latest_revisions(overrides, master.start, query.zone)
    series = _series(master, changed, query, zone_of, budget)
    for original, times in changed.items():
        if not series.excludes(original, budget):
            yield _changed_instance(instance_id(id_, original), original, times, changed, series, query, budget)
    for original in series.originals(query, query.wanted_starts.get(id_, frozenset()), budget):
        if original in changed:
            continue
        name = instance_id(id_, original) if master.recurs else id_
        template = series.template(original)
        duration = series.durations.get(original, template.times.duration)
        yield _instance(name, _local(original, master.zone) + template.shift, duration, template.times)


def _changed_instance(
    id_: str,
    original: OriginalStart,
    times: EventTimes,
    changed: Mapping[OriginalStart, EventTimes],
    series: _Series,
    query: Query,
    budget: WorkBudget,
) -> Instance:
    """The instance of a VEVENT that replaces another one. Only in the query's period it is compared with the series."""
    instance = single_instance(id_, times)
    is_near = query.since - _SLACK <= _instant(instance.start, query.zone) <= query.until + _SLACK
    if not is_near or times.this_and_future or not series.master.recurs:
        return instance
    day = datetime.combine(_wall_clock(original, series.zone), time.min)
    others = series.starts_between(frozenset(), [(day, day + timedelta(days=1, microseconds=-1))], budget)
    if original in others:
        return instance
    return replace(instance, stale=True, replaced=any(later not in changed for later in others))


@dataclass(frozen=True, slots=True)
class _Template:
    """The VEVENT for all instances with an original start at ``since`` or later, and their shift on the wall clock.

    ``since`` is None for the master, which applies from the beginning.
    """

    since: OriginalStart | None
    times: EventTimes
    shift: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class _Series:
    """A series whose rules and dates are parsed.

    ``listed`` are original starts that no rule gives, and ``durations`` has those with their own duration. ``without``
    are excluded, and so is what ``exrules`` give (RFC 2445, 4.8.5.2). ``templates`` are sorted by ``since``.
    """

    master: EventTimes
    zone: tzinfo
    rules: tuple[Rule, ...]
    listed: frozenset[OriginalStart]
    durations: Mapping[OriginalStart, Duration]
    without: frozenset[OriginalStart]
    exrules: tuple[Rule, ...]
    templates: tuple[_Template, ...]

    def excludes(self, original: OriginalStart, budget: WorkBudget) -> bool:
        """Whether the series excludes this instance. EXDATE also excludes an instance that was changed."""
        wall = _wall_clock(original, self.zone)
        return original in self.without or original in self._given_by(self.exrules, [(wall, wall)], budget)

    def template(self, original: OriginalStart) -> _Template:
        """The template of the instance."""
        return [template for template in self.templates if template.since is None or template.since <= original][-1]

    def originals(
        self, query: Query, wanted_starts: frozenset[OriginalStart], budget: WorkBudget
    ) -> set[OriginalStart]:
        """The original starts of all instances that may be in the query's period, and of those wanted by id."""
        durations = [*(template.times.duration for template in self.templates), *self.durations.values()]
        shifts = [template.shift for template in self.templates]
        longest = max(duration.longest for duration in durations)
        after = _shift_within_range(query.since, -(longest + max(shifts) + _SLACK))
        before = _shift_within_range(query.until, _SLACK - min(shifts))
        periods = [(_wall_clock(after, self.zone), _wall_clock(before, self.zone))]
        kind = datetime if self.master.zone else date
        walls = (_wall_clock(start, self.zone) for start in wanted_starts if type(start) is kind)
        return self.starts_between(wanted_starts, [*periods, *((wall, wall) for wall in walls)], budget)

    def starts_between(
        self,
        wanted_starts: frozenset[OriginalStart],
        periods: Sequence[tuple[datetime, datetime]],
        budget: WorkBudget,
    ) -> set[OriginalStart]:
        """The original starts in periods of the wall clock, and those of ``wanted`` that no rule gives."""
        walls = {start: _wall_clock(start, self.zone) for start in self.listed}
        starts = {start for start, wall in walls.items() if start in wanted_starts or _is_within(wall, periods)}
        starts |= self._given_by(self.rules, periods, budget)
        return starts - self.without - self._given_by(self.exrules, periods, budget)

    def _given_by(
        self, rules: Sequence[Rule], periods: Sequence[tuple[datetime, datetime]], budget: WorkBudget
    ) -> set[OriginalStart]:
        first = _wall_clock(self.master.start, self.zone)
        walls = (
            wall for rule in rules for low, high in periods for wall in occurrences(rule, first, low, high, budget)
        )
        if self.master.zone:
            return {wall.replace(tzinfo=self.zone).astimezone(UTC) for wall in walls}
        return {wall.date() for wall in walls}


def _series(
    master: EventTimes, changed: Mapping[OriginalStart, EventTimes], query: Query, zone_of: ZoneOf, budget: WorkBudget
) -> _Series:
    zone = master.zone or query.zone
    all_day = master.zone is None
    rules = tuple(parse_rule(line, zone, all_day=all_day) for line in master.rrules)
    over = rules and all(rule.until and rule.until < _wall_clock(master.start, zone) for rule in rules)
    first = original_start(master.start, master.start, query.zone)
    extra = {
        original_start(value, master.start, query.zone): duration
        for value, duration in _dates(master.rdates, zone, zone_of, budget)
    }
    without = _dates(master.exdates, zone, zone_of, budget)
    return _Series(
        master,
        zone,
        rules,
        frozenset(extra) | (frozenset() if over else {first}),
        {original: duration for original, duration in extra.items() if duration},
        frozenset(original_start(value, master.start, query.zone) for value, _ in without),
        tuple(parse_rule(line, zone, all_day=all_day) for line in master.exrules),
        (_Template(None, master), *_future_templates(master, changed, zone)),
    )


def _future_templates(
    master: EventTimes, changed: Mapping[OriginalStart, EventTimes], zone: tzinfo
) -> Iterator[_Template]:
    """The templates of changes to all later instances, which RFC 5545, 3.2.13 moves by the same difference."""
    for original, times in sorted(changed.items(), key=lambda item: item[0]):
        if times.this_and_future:
            if isinstance(times.start, datetime) != isinstance(master.start, datetime):
                raise UnreadableError("a change to all later instances turns days into times or back", times.block.line)
            yield _Template(original, times, _wall_clock(times.start, zone) - _wall_clock(original, zone))


def _latest_revisions(
    entries: Iterable[EventTimes], like: When | None, zone: tzinfo
) -> dict[OriginalStart, EventTimes]:
    """The VEVENTs by the instance that they replace. Of several for the same instance, the latest revision counts."""
    latest: dict[OriginalStart, EventTimes] = {}
    for times in sorted(entries, key=lambda times: times.revision):
        if times.recurrence_id is not None:
            latest[original_start(times.recurrence_id, like or times.recurrence_id, zone)] = times
    return latest


def _dates(
    lines: Iterable[ContentLine], floating: tzinfo, zone_of: ZoneOf, budget: WorkBudget
) -> Iterator[tuple[When, Duration | None]]:
    count = 0
    for line in lines:
        more = line.value.count(",") + 1
        count += more
        if count > MAX_DATES:
            raise UnreadableError(f"it lists more than {MAX_DATES} dates", line.line)
        budget.spend(_DATE_COST * more, line.line)
        yield from read_time_list(line, zone_of, floating)


def _instance(id_: str, start: When, duration: Duration, times: EventTimes) -> Instance:
    begin = start.astimezone(UTC) if isinstance(start, datetime) else start
    return Instance(id_, begin, duration.after(start), times)


def _local(original: OriginalStart, zone: tzinfo | None) -> When:
    return original.astimezone(zone) if isinstance(original, datetime) else original


def _wall_clock(value: When, zone: tzinfo) -> datetime:
    """The wall-clock time in the zone; a day begins at midnight."""
    if isinstance(value, datetime):
        return value.astimezone(zone).replace(tzinfo=None)
    return datetime.combine(value, time.min)


def _is_within(wall: datetime, periods: Sequence[tuple[datetime, datetime]]) -> bool:
    return any(low <= wall <= high for low, high in periods)


def _instant(original: OriginalStart, zone: tzinfo) -> datetime:
    return original if isinstance(original, datetime) else datetime.combine(original, time.min, zone)


_EARLIEST, _LATEST = datetime(2, 1, 1, tzinfo=UTC), datetime(9998, 1, 1, tzinfo=UTC)
_DATE_COST = 2.0
_SLACK = timedelta(days=1)


def _shift_within_range(instant: datetime, by: timedelta) -> datetime:
    """The shifted instant, limited to a range in which every zone has a date for it."""
    try:
        return min(max(instant + by, _EARLIEST), _LATEST)
    except OverflowError:
        return _EARLIEST if by < timedelta(0) else _LATEST
