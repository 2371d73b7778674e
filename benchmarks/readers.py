"""Compares our reader of calendar files with the libraries for it, on sample files that a folder has.

``python -m benchmarks.readers FOLDER`` reads every .ics file below the folder with both: our reader, and ``icalendar``
with ``recurring-ical-events`` and ``x-wr-timezone``. It asks both for the events of the year that begins with the first
event of the file, and compares titles and starts. docs/decisions.md has what was seen.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks.libraries import LOADED, import_seconds
from sessionsmgmt.adapters.files.calendar import IcsFile
from sessionsmgmt.errors import InputError

ZONE = ZoneInfo("America/New_York")
YEAR = timedelta(days=366)
EVENTS = 10_000

Occurrences = frozenset[tuple[str, str]]
"""Titles and starts; a start is a day or an instant in UTC, as text."""

Reader = Callable[[Path, datetime], Occurrences]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a reader made of a file: what it read, or the class of the error with which it ended, and the seconds."""

    events: Occurrences
    error: str
    seconds: float


def ours(file: Path, since: datetime) -> Occurrences:
    """The events by our reader."""
    reading = IcsFile(file, file.name, ZONE).read(since, since + YEAR, ())
    return frozenset((_title(event.title), _start(event.start)) for event in reading.events if not event.cancelled)


def library(file: Path, since: datetime) -> Occurrences:
    """The events by the libraries."""
    import recurring_ical_events
    import x_wr_timezone
    from icalendar import Calendar

    events = []
    for calendar in Calendar.from_ical(file.read_bytes(), multiple=True):
        standard = x_wr_timezone.to_standard(calendar)
        events += recurring_ical_events.of(standard).between(since, since + YEAR)
    return frozenset(
        (_title(str(event.get("SUMMARY", ""))), _start(event["DTSTART"].dt))
        for event in events
        if event.name == "VEVENT"
        if str(event.get("STATUS", "")).upper() not in {"CANCELLED", "CANCELED"}
    )


def outcome(reader: Reader, file: Path, since: datetime) -> Outcome:
    """What the reader makes of the file, whatever it raises."""
    began = time.process_time()
    try:
        return Outcome(reader(file, since), "", time.process_time() - began)
    except InputError:
        return Outcome(frozenset(), "refused", time.process_time() - began)
    except Exception as error:  # noqa: BLE001 - a library may raise anything, and that is what is counted
        return Outcome(frozenset(), type(error).__name__, time.process_time() - began)


def verdict(mine: Outcome, theirs: Outcome) -> str:
    """How the two outcomes compare."""
    if mine.error or theirs.error:
        both = bool(mine.error) and bool(theirs.error)
        return "neither reads it" if both else ("ours refuses it" if mine.error else "the libraries fail")
    return "same" if mine.events == theirs.events else "different"


def first_day(data: bytes) -> datetime:
    """The day before the first event of a file, as far as its lines say it."""
    days = [match.decode() for match in re.findall(rb"(?m)^DTSTART[^:\r\n]*:(\d{8})", data)]
    usual = [day for day in days if "1970" < day < "2200"]
    return datetime.strptime(min(usual, default="20240101"), "%Y%m%d").replace(tzinfo=UTC) - timedelta(days=1)


def many(count: int) -> bytes:
    """A calendar with as many single events, one an hour."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//benchmark//EN"]
    for number in range(count):
        start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number % 8_000)
        lines += ["BEGIN:VEVENT", f"UID:{number}", f"DTSTART:{start:%Y%m%dT%H%M%SZ}", f"SUMMARY:Event {number}"]
        lines += ["ATTENDEE:mailto:ada@example.org", "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def _added(modules: str) -> float:
    """The CPU seconds that importing the modules adds to what every command imports."""
    with tempfile.TemporaryDirectory() as bytecode:
        times = [
            (import_seconds(f"{LOADED}\nimport {modules}", "", bytecode), import_seconds(LOADED, "", bytecode))
            for _ in range(8)
        ]
    return min(both for both, _ in times) - min(without for _, without in times)


def _title(text: str) -> str:
    return " ".join(text.split())


def _start(start: date) -> str:
    if not isinstance(start, datetime):
        return start.isoformat()
    aware = start if start.tzinfo else start.replace(tzinfo=ZONE)
    return aware.astimezone(UTC).isoformat()


def _compared(files: Iterable[Path], details: bool) -> None:
    verdicts: Counter[str] = Counter()
    errors: Counter[str] = Counter()
    seconds = [0.0, 0.0]
    for file in files:
        since = first_day(file.read_bytes())
        mine, theirs = outcome(ours, file, since), outcome(library, file, since)
        said = verdict(mine, theirs)
        verdicts[said] += 1
        errors.update(f"{name}: {made.error}" for name, made in (("ours", mine), ("libraries", theirs)) if made.error)
        seconds = [seconds[0] + mine.seconds, seconds[1] + theirs.seconds]
        if details and said != "same":
            only = (sorted(mine.events - theirs.events)[:2], sorted(theirs.events - mine.events)[:2])
            print(f"{said:<20}{file.name}: only ours {only[0]}, only theirs {only[1]} {mine.error} {theirs.error}")
    for said, count in (verdicts + errors).most_common():
        print(f"{said:<36}{count:>6}")
    print(f"{'seconds of ours, of the libraries':<36}{seconds[0]:>6.1f}{seconds[1]:>6.1f}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.readers", description=sys.modules[__name__].__doc__)
    parser.add_argument("folder", type=Path, help="a folder with .ics files")
    parser.add_argument("--details", action="store_true", help="show every difference")
    options = parser.parse_args(arguments)
    _compared(sorted(options.folder.rglob("*.ics")), options.details)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "many.ics"
        file.write_bytes(many(EVENTS))
        for name, reader in (("ours", ours), ("libraries", library)):
            made = outcome(reader, file, first_day(file.read_bytes()))
            print(f"{f'{name}: {EVENTS} events, seconds':<36}{made.seconds:>6.1f}")
    for name, module in (
        ("ours", "sessionsmgmt.adapters.files.calendar"),
        ("libraries", "icalendar, recurring_ical_events, x_wr_timezone"),
    ):
        print(f"{f'{name}: import, ms of CPU':<36}{_added(module) * 1000:>6.0f}")


if __name__ == "__main__":
    main()
