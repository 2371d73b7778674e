"""What a coach does to the calendar and the address book of a made-up season. Spans are in quarters of an hour."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tests.builders import utc
from tests.unit.domain.season import (
    ADDRESSES,
    LABELS,
    ORGANIZER,
    OTHER_TITLE,
    OUTSIDER,
    PEOPLE,
    STEP,
    TITLE,
    Entered,
    World,
)

BEGINNINGS = {  # each a day or two before the clocks change, where they do
    ZoneInfo("America/New_York"): utc(2026, 10, 30, 12),
    ZoneInfo("Europe/Paris"): utc(2026, 3, 27, 9),
    ZoneInfo("Africa/Cairo"): utc(2026, 10, 28, 6),
    ZoneInfo("Australia/Lord_Howe"): utc(2026, 10, 2, 15),
    ZoneInfo("Asia/Kathmandu"): utc(2026, 4, 1, 18, 15),
}
SESSIONS = ("lab", "hall", "spam")


def enter(world: World, data: st.DataObject) -> None:
    session = data.draw(st.sampled_from(SESSIONS))
    guests = data.draw(st.sets(st.sampled_from(ADDRESSES), min_size=2))
    world.events[session] = Entered(
        world.now + STEP * data.draw(st.sampled_from([6, 2, 11, 12, 13, 40, 90, 118, 122, 300, 0, -8])),
        STEP * data.draw(st.sampled_from([12, 8, 40, 96, 200, 1, 0])),
        guests=dict.fromkeys(sorted(guests), False),
        days=data.draw(st.sampled_from([0, 0, 0, 1, 3])),
        organizer=OUTSIDER if session == "spam" else data.draw(st.sampled_from(["", "", ORGANIZER])),
    )


def move(world: World, data: st.DataObject) -> None:
    _one(world, data).begins += STEP * data.draw(st.sampled_from([700, -96, 96, 40, -40, 12, -12, 8, -8, 4, -4, 1, -1]))


def resize(world: World, data: st.DataObject) -> None:
    _one(world, data).lasts = STEP * data.draw(st.sampled_from([0, 1, 4, 8, 12, 16, 40, 96, 200]))


def narrow(world: World, data: st.DataObject) -> None:
    """Begin later and end as before."""
    entered = _one(world, data)
    later = min(entered.lasts, STEP * data.draw(st.sampled_from([1, 4, 8])))
    entered.begins, entered.lasts = entered.begins + later, entered.lasts - later


def rename(world: World, data: st.DataObject) -> None:
    entered = _one(world, data)
    entered.title = OTHER_TITLE if entered.title == TITLE else TITLE


def cancel_or_confirm(world: World, data: st.DataObject) -> None:
    entered = _one(world, data)
    entered.confirmed = not entered.confirmed


def restore(world: World, data: st.DataObject) -> None:
    """Make it a session again, whatever it was made into."""
    entered = _one(world, data)
    entered.title, entered.confirmed = TITLE, True
    entered.guests |= {"ann@example.org": False}
    world.labels["Ann Adult"] = {"Adult"}


def delete(world: World, data: st.DataObject) -> None:
    del world.events[data.draw(st.sampled_from(sorted(world.events)))]


def invite(world: World, data: st.DataObject) -> None:
    _one(world, data).guests |= dict.fromkeys(data.draw(st.lists(st.sampled_from(ADDRESSES), min_size=1)), False)


def decline(world: World, data: st.DataObject) -> None:
    guests = _one(world, data).guests
    guests |= dict.fromkeys(data.draw(st.sets(st.sampled_from(sorted(guests)))) if guests else (), True)


def disinvite(world: World, data: st.DataObject) -> None:
    entered = _one(world, data)
    keep = data.draw(st.sets(st.sampled_from(sorted(entered.guests)))) if entered.guests else set()
    entered.guests = {address: declined for address, declined in entered.guests.items() if address in keep}


def relabel(world: World, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(PEOPLE)))
    world.labels[name] = data.draw(st.sets(st.sampled_from(LABELS)))


def nothing(world: World, data: st.DataObject) -> None:
    """Leave the calendar as it is."""


Edit = Callable[[World, st.DataObject], None]
EDITS: tuple[Edit, ...] = (
    *(nothing, enter, move, move, move, resize, narrow, narrow, rename, cancel_or_confirm, delete),
    *(restore, restore, restore, invite, invite, decline, disinvite, relabel),
)


def _one(world: World, data: st.DataObject) -> Entered:
    return world.events[data.draw(st.sampled_from(sorted(world.events)))]
