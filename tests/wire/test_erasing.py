"""The end of a ledger at GitHub and at Google: what goes, what stays, and what a lost reply changes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest

from sessionsmgmt.domain.delivery.claims import Begin
from sessionsmgmt.domain.model.notice import Key
from sessionsmgmt.errors import RefusedError
from tests.builders import NOW, RETENTION, announcement
from tests.contract.calendar_world import START, CalendarLedgerWorld, a_calendar
from tests.emulators.github import Break, Refusal
from tests.emulators.github.objects import Objects
from tests.emulators.google import Break as GoogleBreak
from tests.emulators.google import Refusal as GoogleRefusal
from tests.emulators.google import event
from tests.ledger_run import LedgerRun
from tests.wire.github import BRANCH, Home, github

BEGIN = Begin(Key("campus", "lab"), "we", None, announcement())
DELETE, PATCH = "git/delete-ref", "calendar.events.patch"


@pytest.fixture
def home() -> Iterator[Home]:
    with github() as home:
        yield home


@pytest.fixture
def world() -> Iterator[CalendarLedgerWorld]:
    with ExitStack() as stack:
        yield a_calendar(stack, RETENTION)


def begun(home: Home) -> None:
    home.run().write([BEGIN], NOW)
    assert f"refs/heads/{BRANCH}" in home.repository.objects.refs


@pytest.mark.parametrize("trouble", [Break.CLOSE_AFTER_ACCEPTING, Break.CLOSE_BEFORE_ACCEPTING, Refusal(502, "Bad")])
def test_a_branch_whose_end_was_not_confirmed_is_gone_all_the_same(home: Home, trouble: Break | Refusal) -> None:
    begun(home)
    home.github.fail(DELETE, trouble)

    assert home.ledger().erase() is True
    assert f"refs/heads/{BRANCH}" not in home.repository.objects.refs
    assert home.ledger().erase() is False


def test_a_branch_that_a_rule_keeps_is_named(home: Home) -> None:
    begun(home)
    home.github.fail(DELETE, Refusal(422, "Repository rule violations found\n\nCannot delete this branch"))

    with pytest.raises(RefusedError, match="does not let the branch"):
        home.ledger().erase()


def test_a_branch_that_begins_alike_is_another_one(home: Home) -> None:
    begun(home)
    home.repository.write("ledger.sealed", b"another club's", f"{BRANCH}-b")

    home.ledger().erase()

    assert home.repository.read("ledger.sealed", f"{BRANCH}-b") == b"another club's"


def test_a_branch_with_anything_else_on_it_stays(home: Home) -> None:
    begun(home)
    home.repository.write("thesis.txt", b"years of work", BRANCH)

    with pytest.raises(RefusedError, match="more than the ledger"):
        home.ledger().erase()
    assert not home.github.calls(DELETE)


def test_in_an_empty_repository_there_is_nothing(home: Home) -> None:
    home.repository.objects = Objects()
    assert home.ledger().erase() is False


def written(world: CalendarLedgerWorld) -> None:
    assert LedgerRun(world.open()).write([BEGIN, Begin(Key("campus", "shop"), "we", None, announcement())], NOW) == ()


def ours(world: CalendarLedgerWorld) -> list[str]:
    return [name for id_ in world.calendar.events for name in world.private(id_) if name.startswith("sessionsmgmt")]


def test_old_deleted_and_copied_events_are_cleaned_too_and_nothing_else_is_touched(world: CalendarLedgerWorld) -> None:
    written(world)
    private = world.private("lab")
    world.calendar.put(event("copy", START) | {"extendedProperties": {"private": {**private, "kept": "yes"}}})
    world.calendar.put(event("old", START - timedelta(days=900)) | {"extendedProperties": {"private": dict(private)}})
    marks = {"sent": "true", "start": "x", "students": "y"}
    world.calendar.edit("shop", extendedProperties={"private": {**world.private("shop"), **marks}})
    world.calendar.cancel("lab")
    before = {id_: one["etag"] for id_, one in world.calendar.events.items()}

    assert world.open().erase() is True

    assert ours(world) == []
    assert world.private("copy") == {"kept": "yes"}
    assert world.private("shop") == marks
    assert world.calendar.events["other"]["etag"] == before["other"], "what bears nothing of ours is not written"


@pytest.mark.parametrize("trouble", [GoogleBreak.CLOSE_AFTER_ACCEPTING, GoogleBreak.CLOSE_BEFORE_ACCEPTING])
def test_an_event_whose_reply_was_lost_is_cleaned(world: CalendarLedgerWorld, trouble: GoogleBreak) -> None:
    written(world)
    world.club.google.fail(PATCH, trouble)

    assert world.open().erase() is True
    assert ours(world) == []


def test_an_event_that_fails_keeps_the_others_from_nothing_and_is_cleaned_the_next_time(
    world: CalendarLedgerWorld,
) -> None:
    written(world)
    world.club.google.fail(PATCH, GoogleRefusal(403, "forbidden"))

    with pytest.raises(Exception, match="Google refuses deleting the ledger"):
        world.open().erase()
    assert len({id_ for id_ in world.calendar.events if ours_on(world, id_)}) == 1
    assert world.open().erase() is True
    assert ours(world) == []


def ours_on(world: CalendarLedgerWorld, id_: str) -> bool:
    return any(name.startswith("sessionsmgmt") for name in world.private(id_))
