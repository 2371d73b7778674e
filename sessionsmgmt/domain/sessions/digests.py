"""How far ahead a rule looks, and from when on it tells of a session: with a digest, from one digest to the next."""

from __future__ import annotations

import itertools
from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from sessionsmgmt.domain.model.rule import Digest, Rule
from sessionsmgmt.domain.sessions.presence import horizon, told_first

_WEEK = 7
_NEAR = range(-2 * _WEEK, 2 * _WEEK + 1)
"""The days around an instant among which there are digests before and after it, where a zone skips a day as well."""


def digest_after(instant: datetime, digest: Digest, zone: tzinfo) -> datetime:
    """The first moment of the digest after the aware instant. A digest at the instant itself is not after it."""
    return min(moment for moment in _moments(instant, digest, zone) if moment > instant)


def looks_until(rule: Rule, now: datetime, zone: tzinfo) -> datetime:
    """The last instant at which a session may begin for the rule to tell of it now.

    With a digest, that is what ``within`` reaches from the next digest on, so that each digest has all that is new up
    to the next one.
    """
    return horizon(now if rule.digest is None else digest_after(now, rule.digest, zone), rule.within, zone)


def tells_from(rule: Rule, start: datetime, zone: tzinfo) -> datetime:
    """The first instant at which the rule tells of a session that begins at ``start``: with a digest, that digest's.

    Without a digest it may be off by the hour by which the clocks are changed in between.
    """
    first = told_first(start, rule.within, zone)
    if rule.digest is None:
        return first
    # the earliest digest that looks until the one after it, and so far enough
    moments = sorted(_moments(first, rule.digest, zone))
    return next(
        moment for moment, following in itertools.pairwise(moments) if horizon(following, rule.within, zone) >= start
    )


def _moments(instant: datetime, digest: Digest, zone: tzinfo) -> list[datetime]:
    """The moments of the digest around the instant."""
    day = instant.astimezone(zone).date()
    days = (day + timedelta(days=number) for number in _NEAR)
    return [_moment(day, digest.at, zone) for day in days if day.weekday() == digest.weekday]


def _moment(day: date, clock: time, zone: tzinfo) -> datetime:
    """The instant at which clocks in the zone show the time on that day.

    Of a time that comes twice, it is the first instant (PEP 495, ``fold=0``). For a time that is skipped, it is the
    instant at which the clocks are changed.
    """
    local = datetime.combine(day, clock, zone)
    instant, other = local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)
    if other >= instant:
        return instant
    seconds = range(int((instant - other).total_seconds()))
    before = other.astimezone(zone).utcoffset()
    return other + timedelta(seconds=bisect_left(seconds, True, key=lambda s: _offset(other, s, zone) != before))


def _offset(instant: datetime, seconds: int, zone: tzinfo) -> timedelta | None:
    return (instant + timedelta(seconds=seconds)).astimezone(zone).utcoffset()
