"""Instants as a person writes them on a command line."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import click

YEARS = range(1970, 2200)
"""The years of an instant: time zones are known for them, and later dates stay within Python's calendar."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LIKE = (
    "write it like 2026-11-07T15:30:00-05:00, or the day alone, like 2026-11-07, for its midnight in the club's zone"
)


class Instant(click.ParamType["datetime | date"]):
    """An RFC 3339 instant on the command line, or a day alone."""

    name = "instant"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime | date:
        """The instant in UTC, or the day, whose midnight depends on the club's time zone.

        A time without an offset is refused: it means different instants in different places.
        """
        text = str(value).strip()
        try:
            instant = date.fromisoformat(text) if _DAY.fullmatch(text) else datetime.fromisoformat(text)
        except ValueError:
            self.fail(f"this is no instant; {_LIKE}", param, ctx)
        if instant.year not in YEARS:
            self.fail(f"the year must be from {YEARS.start} to {YEARS.stop - 1}", param, ctx)
        if not isinstance(instant, datetime):
            return instant
        if instant.tzinfo is None:
            self.fail(f"the offset from UTC is missing; {_LIKE}", param, ctx)
        return instant.astimezone(UTC)
