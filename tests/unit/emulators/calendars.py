"""Calendars to try the emulator with: a Saturday, and a series of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.emulators.google import Calendar, World, event
from tests.emulators.google.world import TEAM_CALENDAR

SATURDAY = datetime(2026, 11, 7, 22, tzinfo=UTC)
EVENTS = f"/calendar/v3/calendars/{TEAM_CALENDAR}/events"


def world_of(*events: dict[str, Any], **more: Any) -> World:
    calendar = Calendar(**more)
    calendar.put(*events)
    return World(calendars=[calendar])


def ids(events: list[dict[str, Any]]) -> list[str]:
    return [one["id"] for one in events]


def series(**more: Any) -> dict[str, Any]:
    """Saturdays at five, by the clock in New York, over the end of daylight saving time."""
    start = datetime.fromisoformat("2026-10-24T17:00:00-04:00")
    return event("team", start, recurrence=["RRULE:FREQ=WEEKLY;COUNT=4"], attendees=["ann@example.org"], **more)
