"""``run`` as a use case: renew if due, reconcile, plan, deliver, notify, on ports in memory."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from sessionsmgmt.application.arguments import RunArguments
from sessionsmgmt.application.job import Job
from sessionsmgmt.application.notices.run import run
from sessionsmgmt.application.notifications import CONSENT, HELD
from sessionsmgmt.application.result import PreviewResult, RunResult
from sessionsmgmt.domain.model.notice import State
from sessionsmgmt.errors import ConsentError, InputError, RefusedError, UnreachableError
from sessionsmgmt.ports.mail import Unknown
from sessionsmgmt.ports.readers import Readers
from tests.builders import NOW
from tests.unit.application.club import ClubPorts, FakeNotifier, Home, context
from tests.unit.application.job import FakeMailer, failing_calendar, job, states, store
from tests.unit.application.secret_world import World

FRESH, OLD = NOW - timedelta(days=1), NOW - timedelta(days=30)


def ports(folder: Path, **given: object) -> ClubPorts:
    return ClubPorts(lambda: job(store(folder)), **given)  # type: ignore[arg-type]


def done(club: ClubPorts, home: Home | None = None, *, renews: bool = True) -> RunResult:
    result = run(context(club, home, renews=renews), RunArguments())
    assert isinstance(result, RunResult)
    return result


def failing(error: Exception) -> Job:
    raise error


def test_a_club_that_does_not_renew_only_sends(tmp_path: Path) -> None:
    club = ports(tmp_path)
    result = done(club, renews=False)

    assert states(result) == {"s00": State.SENT}
    assert (club.world.calls, result.rotation, club.wall.notes) == ([], None, {})


def test_where_nothing_may_store_the_credential_the_run_sends_and_warns(tmp_path: Path) -> None:
    result = done(ports(tmp_path, may_store=False))

    assert states(result) == {"s00": State.SENT}
    assert [warning.code for warning in result.warnings] == ["credential-not-renewed"]


def test_a_credential_that_is_not_due_is_left_alone(tmp_path: Path) -> None:
    club = ports(tmp_path, world=World(written_at=FRESH))

    assert done(club).rotation is None
    assert (club.world.stored, club.used) == ("token 0", ["token 0"])


def test_a_credential_that_is_due_is_renewed_before_anything_is_read_with_it(tmp_path: Path) -> None:
    club = ports(tmp_path, world=World(written_at=OLD))
    result = done(club)

    assert states(result) == {"s00": State.SENT}
    assert result.rotation is not None
    assert result.rotation.issued
    assert club.used == [result.rotation.credential.reveal()] == [club.world.stored]


def test_a_store_that_is_away_keeps_nobody_from_being_told(tmp_path: Path) -> None:
    club = ports(tmp_path, world=World(written_at=OLD, faults=[UnreachableError("GitHub is away.")]))
    result = done(club)

    assert states(result) == {"s00": State.SENT}
    assert [warning.code for warning in result.warnings] == ["rotation-failed"]


def test_a_consent_that_has_ended_is_posted_and_raised() -> None:
    wall = FakeNotifier()
    club = ClubPorts(lambda: failing(ConsentError("It has ended.", "Agree again.")), wall=wall)

    with pytest.raises(ConsentError, match=r"It has ended\. Agree again\."):
        done(club, renews=False)
    assert set(wall.notes) == {CONSENT}


def test_what_can_not_be_posted_is_said_with_the_error() -> None:
    wall = FakeNotifier(error=RefusedError("GitHub refuses."))
    club = ClubPorts(lambda: failing(ConsentError("It has ended.", "Agree again.")), wall=wall)

    with pytest.raises(ConsentError, match=r"could not be written: GitHub refuses\."):
        done(club, renews=False)


def test_a_new_credential_is_reported_although_nothing_could_be_sent(tmp_path: Path) -> None:
    away = UnreachableError("The calendar is away.")
    club = ClubPorts(lambda: job(store(tmp_path), calendar=failing_calendar(away)), world=World(written_at=OLD))
    result = done(club)

    assert result.error is away
    assert result.rotation is not None
    assert result.rotation.issued
    assert result.deliveries == ()


def test_without_a_new_credential_the_error_is_raised(tmp_path: Path) -> None:
    wrong = InputError("This is no calendar.")
    club = ClubPorts(
        lambda: job(store(tmp_path), calendar=failing_calendar(wrong)), world=World(written_at=OLD, renews=False)
    )

    with pytest.raises(InputError, match=r"This is no calendar\."):
        done(club)


@pytest.mark.parametrize(("readers", "named"), [(Readers.CLUB, True), (Readers.ANYBODY, False)])
def test_a_held_notice_is_posted_and_named_only_to_the_club(tmp_path: Path, readers: Readers, named: bool) -> None:
    club = ports(tmp_path, post=FakeMailer({"s00": Unknown("The line broke.")}))
    done(club, Home(readers), renews=False)

    assert set(club.wall.notes) == {HELD}
    assert ("s00" in club.wall.notes[HELD].text) is named


def test_a_note_that_is_not_true_any_more_is_cleared(tmp_path: Path) -> None:
    club = ports(tmp_path, post=FakeMailer({"s00": Unknown("The line broke.")}))
    done(club, renews=False)
    quiet = ClubPorts(lambda: job(store(tmp_path / "other"), 0), wall=club.wall)
    (tmp_path / "other").mkdir()
    done(quiet, renews=False)

    assert club.wall.notes == {}


def test_a_dry_run_sends_records_renews_and_posts_nothing(tmp_path: Path) -> None:
    club = ports(tmp_path, world=World(written_at=OLD))
    result = run(context(club), RunArguments(dry_run=True))

    assert isinstance(result, PreviewResult)
    assert [delivery.verdict.state for delivery in result.deliveries] == [State.DUE]
    assert (club.post.tried, club.world.calls, club.wall.notes) == ([], [], {})
    assert list(tmp_path.iterdir()) == []
