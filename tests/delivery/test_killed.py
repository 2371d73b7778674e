"""A run may be killed at any moment: afterwards every notice leaves, each once, and a person looks at four at most."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping
from itertools import count
from pathlib import Path

import pytest

from sessionsmgmt.application.notices.pipeline import WAVE
from tests.delivery.clubs import (
    COMBINE,
    COMBINED,
    LAST,
    LATER,
    ONLINE,
    SESSIONS,
    SOON,
    Killer,
    LiveClub,
    Online,
    killed_by,
    killed_by_itself,
    on_files,
)
from tests.delivery.fork_client import ForkServer
from tests.emulators.google import SEND_CALL
from tests.end_to_end.harness import SESSIONS_YML
from tests.thorough import THOROUGH

KILLED = -9
WRITES = {
    "git": ("git/create-ref", "repos/create-or-update-file-contents", "git/update-ref"),
    "file": (),
    "calendar": ("calendar.events.patch",),
}
"""The requests by which the ledger of a store is written, that to move its witness included."""
EACH_ONCE = [1] * len(SESSIONS)
"""How many emails left about each session."""
STRIDE = 1 if THOROUGH else 5
"""Of the calls to the system, every so-manieth is tried. Kinds of calls come in no order that repeats after five."""


def recovers(club: LiveClub, most: int = WAVE) -> int:
    """The runs after one that was killed, and the person who looks; how many notices they had to look at.

    Of more than a wave, the notices are in one email, and the person looks for that one.
    """
    before = club.left()
    statuses = club.call(f"run --now {SOON}", f"run --now {LATER}")
    held = [one["session"] for one in club.report(1) if one["state"] == "held"]
    assert len(held) <= most
    assert statuses == [0, 1 if held else 0], club.said()
    assert club.left() >= before

    named = held if most == WAVE else held[:1]
    looked = ["sent" if club.left()[session] else "resend" for session in named]
    resolved = [f"resolve --session {one} --{how} --now {LATER}" for one, how in zip(named, looked, strict=True)]
    assert not any(club.call(*resolved, f"run --now {LATER}", f"run --now {LAST}")), club.said()
    assert list(club.left().values()) == EACH_ONCE
    assert {one["state"] for one in club.report(len(resolved) + 1)} == {"skipped"}
    return len(held)


def tell(what: str, places: Counter[str], held: Counter[int], capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        spread = ", ".join(f"{number} held: {times}" for number, times in sorted(held.items()))
        sys.stdout.write(f"\n{what}: killed {places.total()} times at {len(places)} kinds of moments ({spread})\n")


def test_an_email_about_all_sessions_at_any_call_to_the_system(
    tmp_path: Path, processes: ForkServer, capsys: pytest.CaptureFixture[str]
) -> None:
    places, held = Counter[str](), Counter[int]()
    for number in count(step=STRIDE * 2 + 1):
        club = on_files(tmp_path / str(number), processes, SESSIONS_YML + COMBINE)
        end = killed_by_itself(club, number)
        if end.status != KILLED:
            assert (end.status, end.statuses) == (0, [0]), club.said()
            assert list(club.left().values()) == EACH_ONCE
            break
        places[end.place] += 1
        held[recovers(club, len(SESSIONS))] += 1

    assert {one.split()[2] for one in places} == {"ledger", "outbox"}
    assert held.keys() == {0, len(SESSIONS)}
    tell("one email, on files", places, held, capsys)


def test_at_any_call_to_the_system(tmp_path: Path, processes: ForkServer, capsys: pytest.CaptureFixture[str]) -> None:
    places, held = Counter[str](), Counter[int]()
    for number in count(step=STRIDE):
        club = on_files(tmp_path / str(number), processes)
        end = killed_by_itself(club, number)
        if end.status != KILLED:
            assert (end.status, end.statuses) == (0, [0]), club.said()
            assert list(club.left().values()) == EACH_ONCE
            break
        places[end.place] += 1
        held[recovers(club)] += 1

    assert {place.split()[1] for place in places} >= {"fsync", "open", "close"}
    assert {place.split()[2] for place in places} == {"ledger", "outbox"}
    assert held[0]
    assert max(held) == WAVE
    tell("on files", places, held, capsys)


def moments(
    store: str,
    folder: Path,
    processes: ForkServer,
    *,
    writes: tuple[str, ...] = (),
    clubs: Mapping[str, Online] = ONLINE,
) -> list[Killer]:
    """The moments of a run that nobody disturbs at which it is to be killed.

    All of them if it is to be thorough. Otherwise one of each kind, and of the kinds that write or send a second one,
    the last; if there are ``writes``, only after these and after what is sent.
    """
    watching = Killer()
    with clubs[store](folder, processes, watching) as club:
        end = killed_by(watching, club)
        assert (end.status, end.statuses) == (0, [0]), club.said()
        assert list(club.left().values()) == EACH_ONCE

    chosen = []
    for moment, times in sorted(watching.seen.items()):
        when, call = moment.split()
        last = [times - 1] if times > 1 and call in {SEND_CALL, *WRITES[store]} else []
        if not writes or (when == "after" and call in {SEND_CALL, *writes}):
            chosen += [Killer(moment, number) for number in (range(times) if THOROUGH else [0, *last])]
    return chosen


def test_after_any_write_even_if_a_bot_deletes_the_branch_then(tmp_path: Path, processes: ForkServer) -> None:
    held = Counter[int]()
    for number, killer in enumerate(moments("git", tmp_path / "whole", processes, writes=WRITES["git"])):
        with ONLINE["git"](tmp_path / str(number), processes, killer) as club:
            assert killed_by(killer, club).status == KILLED
            club.tidy_up()
            held[recovers(club)] += 1

    assert max(held) == WAVE


@pytest.mark.parametrize("store", ONLINE)
def test_before_and_after_any_request(
    store: str, tmp_path: Path, processes: ForkServer, capsys: pytest.CaptureFixture[str]
) -> None:
    places, held = Counter[str](), Counter[int]()
    for number, killer in enumerate(moments(store, tmp_path / "whole", processes)):
        with ONLINE[store](tmp_path / str(number), processes, killer) as club:
            end = killed_by(killer, club)
            if end.status != KILLED:  # of two that ask at the same time for what one needs, there may be only one
                assert (end.status, end.statuses) == (0, [0]), club.said()
                continue
            places[killer.place] += 1
            looked_at = recovers(club)
            held[looked_at] += 1
            assert not (looked_at and killer.place.endswith("oauth.token")), "claimed before it could send"

    assert {f"{when} {call}" for when in ("before", "after") for call in (SEND_CALL, *WRITES[store])} <= set(places)
    assert max(held) == WAVE
    tell(f"at Google, ledger {store}", places, held, capsys)


@pytest.mark.parametrize("store", COMBINED)
def test_an_email_about_all_sessions_before_and_after_any_request_that_writes_or_sends(
    store: str, tmp_path: Path, processes: ForkServer, capsys: pytest.CaptureFixture[str]
) -> None:
    places, held = Counter[str](), Counter[int]()
    killers = moments(store, tmp_path / "whole", processes, clubs=COMBINED)
    killers = [one for one in killers if THOROUGH or one.moment.split()[1] in {SEND_CALL, *WRITES[store]}]
    for number, killer in enumerate(killers):
        with COMBINED[store](tmp_path / str(number), processes, killer) as club:
            assert killed_by(killer, club).status == KILLED, club.said()
            places[killer.place] += 1
            held[recovers(club, len(SESSIONS))] += 1

    assert {f"{when} {call}" for when in ("before", "after") for call in (SEND_CALL, *WRITES[store])} <= set(places)
    assert max(held) == len(SESSIONS)
    tell(f"one email, at Google, ledger {store}", places, held, capsys)
