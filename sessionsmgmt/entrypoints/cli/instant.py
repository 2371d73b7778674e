"""Instants as a person writes them on a command line."""

from __future__ import annotations

from datetime import UTC, datetime

import click

YEARS = range(1970, 2200)
"""The years of an instant: time zones are known for them, and later dates stay within Python's calendar."""


class Instant(click.ParamType[datetime]):
    """An RFC 3339 instant on the command line."""

    name = "instant"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The instant in UTC. A text without an offset is refused: it means different instants in different places."""
        try:
            instant = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail("this is no instant; write it like 2026-11-07T15:30:00-05:00", param, ctx)
        if instant.tzinfo is None:
            self.fail("the offset from UTC is missing; write it like 2026-11-07T15:30:00-05:00", param, ctx)
        if instant.year not in YEARS:
            self.fail(f"the year must be from {YEARS.start} to {YEARS.stop - 1}", param, ctx)
        return instant.astimezone(UTC)
