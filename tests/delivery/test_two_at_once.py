"""Two runs that begin in the same moment, as processes: every notice leaves once, and neither of them complains."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.delivery.clubs import COMBINED, FIRST, ONLINE, SESSIONS, SOON, Killer, LiveClub, on_files
from tests.delivery.fork_client import ForkServer
from tests.thorough import THOROUGH

ROUNDS = 100 if THOROUGH else 6
"""How often two runs begin at once, for each store: more often with ``--hypothesis-profile=thorough``."""

NAMES = ("one", "other")
ELSEWHERE = ("is sending it", "has just said it", "has just begun the ledger")


@contextmanager
def a_club(place: str, folder: Path, fork_server: ForkServer) -> Iterator[LiveClub]:
    if place == "on files":
        yield on_files(folder, fork_server)
    else:
        with ONLINE[place](folder, fork_server, Killer()) as club:
            yield club


@pytest.mark.parametrize("begun", [False, True], ids=["nothing was said yet", "the ledger is begun"])
@pytest.mark.parametrize("place", ["on files", *ONLINE])
def test_each_notice_leaves_once(place: str, begun: bool, tmp_path: Path, processes: ForkServer) -> None:
    for number in range(ROUNDS // 2):
        with a_club(place, tmp_path / str(number), processes) as club:
            if begun:
                club.plan(SESSIONS[:1])
                assert club.call(f"run --now {FIRST}") == [0]
                club.plan(SESSIONS)
            runs = [club.child(f"run --now {FIRST}", name=name) for name in NAMES]
            ends = processes.run_all(*runs)

            assert [(end.status, end.statuses) for end in ends] == [(0, [0])] * 2, club.said()
            assert list(club.left().values()) == [1] * len(SESSIONS), club.said()
            for about_it in zip(*(club.report(name=name) for name in NAMES), strict=True):
                _check(about_it, begun=begun)
            assert club.call(f"run --now {SOON}") == [0]
            assert {one["state"] for one in club.report()} == {"skipped"}


@pytest.mark.parametrize("place", COMBINED)
def test_one_email_about_all_sessions_leaves_once(place: str, tmp_path: Path, processes: ForkServer) -> None:
    """In a calendar each run may get a part of the claims: then both give them back, and the next run sends."""
    for number in range(ROUNDS // 2):
        with COMBINED[place](tmp_path / str(number), processes, Killer()) as club:
            ends = processes.run_all(*(club.child(f"run --now {FIRST}", name=name) for name in NAMES))

            assert [(end.status, end.statuses) for end in ends] == [(0, [0])] * 2, club.said()
            sent = [{one["state"] for one in club.report(name=name)} for name in NAMES]
            assert [len(states) for states in sent] == [1, 1], "a part of an email was sent"
            assert sent.count({"sent"}) == len(club.left()) // len(SESSIONS) <= 1
            assert place == "calendar" or {"sent"} in sent
            assert club.call(f"run --now {SOON}") == [0]
            assert list(club.left().values()) == [1] * len(SESSIONS), club.said()


def _check(about_it: Sequence[dict[str, Any]], *, begun: bool) -> None:
    """What the two say of one session: one of them sent it, and the other knows who did."""
    states = sorted(one["state"] for one in about_it)
    assert states == ["sent", "skipped"] or (begun and states == ["skipped"] * 2)
    reasons = {one["reason"] for one in about_it if one["state"] == "skipped"}
    assert reasons <= {"announced already", *(f"another run {what}" for what in ELSEWHERE)}
