"""A run died, or its mailer can't say what became of a mail: the next runs look into the Sent folder."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from sessionsmgmt.adapters.files.outbox import Outbox
from sessionsmgmt.adapters.files.sent import OutboxSent
from sessionsmgmt.application.job import Job, Lookup
from sessionsmgmt.application.notices.run import send_due
from sessionsmgmt.domain.delivery.claims import APART, LEASE
from sessionsmgmt.domain.model.notice import State
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.entrypoints.exit_status import Exit, result_status
from sessionsmgmt.ports.mail import Delivered, Outcome, Unknown
from tests.builders import NOW
from tests.unit.application.job import FakeMailer, job, key, names, session_of, states, store

ROOT = Path(__file__).parents[3]
DIED, LATER = NOW + LEASE, NOW + LEASE + APART
INSTANT = timedelta(microseconds=1)


@dataclass
class CountingMailer:
    """The outbox, and what it was given; of some it says that it does not know what became of them."""

    folder: Path
    unknown: Mapping[str, bool] = field(default_factory=dict)  # whether they are written all the same
    tried: list[str] = field(default_factory=list)

    def prepare(self) -> None:
        """See ``ports.Mailer``."""

    def warnings(self) -> tuple[ReportWarning, ...]:
        """See ``ports.Mailer``."""
        return ()

    def send(self, message: EmailMessage) -> Outcome:
        session = session_of(message)
        self.tried.append(session)
        if self.unknown.get(session, True):
            outcome = Outbox(self.folder / "outbox").send(message)
            return Unknown("The line broke.") if session in self.unknown else outcome
        return Unknown("The line broke.")


def looking(folder: Path, count: int = 1) -> Job:
    return replace(job(store(folder), count), lookup=Lookup(OutboxSent(folder / "outbox"), "MantaBots"))


def frozen(at: datetime) -> Callable[[], datetime]:
    """A clock that stands still."""
    return lambda: at


def killed(folder: Path, count: int, number: int, when: str) -> None:
    """Have a run die over the mail of that number."""
    command = [sys.executable, "-m", "tests.unit.application.killed_run", str(folder), str(count), str(number), when]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, timeout=300)
    assert done.returncode == -signal.SIGKILL, done.stderr


def ran(folder: Path, at: datetime, count: int = 1, mailer: CountingMailer | None = None) -> dict[str, State]:
    """What a run at that instant makes of each session."""
    result = send_due(looking(folder, count), mailer or CountingMailer(folder), f"the run at {at}", frozen(at))
    assert (result_status(result) is Exit.ATTENTION) == (State.HELD in states(result).values())
    return states(result)


def written(folder: Path) -> list[str]:
    """The sessions that there is mail about."""
    files = (folder / "outbox").glob("*.eml")
    return sorted(
        line.split()[1] for file in files for line in file.read_text("utf-8").splitlines() if "-Session:" in line
    )


def test_a_run_that_died_after_its_mail_had_left_is_found_to_have_sent_it(tmp_path: Path) -> None:
    killed(tmp_path, 1, 0, "after")
    assert written(tmp_path) == ["s00"]
    mailer = CountingMailer(tmp_path)

    assert ran(tmp_path, DIED - INSTANT, mailer=mailer) == {"s00": State.SKIPPED}
    assert store(tmp_path).read(NOW).entry(key("s00")).claim, "a run that may be alive is left alone"
    assert ran(tmp_path, DIED, mailer=mailer) == {"s00": State.SKIPPED}
    entry = store(tmp_path).read(NOW).entry(key("s00"))
    assert entry.claim is None
    assert entry.announcement
    assert f"Message-ID: {entry.message_id}" in next((tmp_path / "outbox").glob("*.eml")).read_text("utf-8")
    assert ran(tmp_path, LATER, mailer=mailer) == {"s00": State.SKIPPED}
    assert mailer.tried == []


def test_a_run_that_died_before_its_mail_left_is_made_good_after_two_looks(tmp_path: Path) -> None:
    killed(tmp_path, 1, 0, "before")
    assert written(tmp_path) == []
    mailer = CountingMailer(tmp_path)

    assert ran(tmp_path, DIED, mailer=mailer) == {"s00": State.HELD}
    assert ran(tmp_path, LATER - INSTANT, mailer=mailer) == {"s00": State.HELD}
    assert mailer.tried == []
    assert ran(tmp_path, LATER, mailer=mailer) == {"s00": State.SENT}
    assert ran(tmp_path, LATER, mailer=mailer) == {"s00": State.SKIPPED}
    assert (mailer.tried, written(tmp_path)) == (["s00"], ["s00"])


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", [0, 2, 5])
def test_wherever_a_run_dies_each_notice_leaves_once(tmp_path: Path, number: int, when: str) -> None:
    killed(tmp_path, 6, number, when)
    left, mailer = written(tmp_path), CountingMailer(tmp_path)
    assert len(left) == number + (when == "after")
    for at in (NOW, DIED, LATER, LATER + LEASE):
        ran(tmp_path, at, 6, mailer)

    assert sorted([*left, *mailer.tried]) == written(tmp_path) == names(6)
    assert ran(tmp_path, LATER + LEASE, 6) == dict.fromkeys(names(6), State.SKIPPED)


def test_what_the_mailer_could_not_tell_is_looked_up_by_the_next_run(tmp_path: Path) -> None:
    mailer = CountingMailer(tmp_path, {"s00": True, "s01": False})
    assert ran(tmp_path, NOW, 3, mailer) == {"s00": State.HELD, "s01": State.HELD, "s02": State.SENT}
    assert ran(tmp_path, NOW, 3) == {"s00": State.SKIPPED, "s01": State.HELD, "s02": State.SKIPPED}
    assert ran(tmp_path, NOW + APART, 3) == {"s00": State.SKIPPED, "s01": State.SENT, "s02": State.SKIPPED}
    assert written(tmp_path) == names(3)


def test_a_club_that_does_not_want_it_looks_for_itself(tmp_path: Path) -> None:
    killed(tmp_path, 1, 0, "after")
    for at in (DIED, LATER, LATER + LEASE):
        result = send_due(job(store(tmp_path)), FakeMailer(), f"the run at {at}", frozen(at))
        assert states(result) == {"s00": State.HELD}


def test_where_nothing_can_be_seen_what_is_held_stays_held_and_the_others_go_on(tmp_path: Path) -> None:
    killed(tmp_path, 1, 0, "before")
    (tmp_path / "link").symlink_to(tmp_path)
    blind = replace(looking(tmp_path, 2), lookup=Lookup(OutboxSent(tmp_path / "link"), "MantaBots"))
    for at in (DIED, LATER):
        result = send_due(blind, CountingMailer(tmp_path), f"the run at {at}", frozen(at))
        assert states(result)["s00"] is State.HELD
        assert [warning.code for warning in result.warnings] == ["lookup-failed"]
        assert result_status(result) is Exit.INPUT
    assert written(tmp_path) == ["s01"]


def test_where_nothing_is_held_nobody_looks(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    blind = replace(looking(tmp_path), lookup=Lookup(OutboxSent(tmp_path / "link"), "MantaBots"))
    for _ in range(2):
        assert result_status(send_due(blind, CountingMailer(tmp_path), "a run", lambda: NOW)) is Exit.DONE


def test_a_notice_that_follows_one_that_was_found_is_another_mail(tmp_path: Path) -> None:
    """What was found stays known, so that it is not taken for the next one's."""
    killed(tmp_path, 1, 0, "after")
    ran(tmp_path, DIED)
    found = store(tmp_path).read(DIED).entry(key("s00"))
    mailer = CountingMailer(tmp_path, {"s00": False})
    gone = replace(looking(tmp_path), calendar=job(store(tmp_path), 0).calendar)
    assert states(send_due(gone, mailer, "a run", lambda: LATER)) == {"s00": State.HELD}
    assert states(send_due(gone, mailer, "another", lambda: LATER)) == {"s00": State.HELD}
    again = CountingMailer(tmp_path)
    assert states(send_due(gone, again, "a third", lambda: LATER + APART)) == {"s00": State.SENT}
    sent = store(tmp_path).read(DIED).entry(key("s00"))
    assert Delivered(sent.message_id) != Delivered(found.message_id)
    assert (mailer.tried, again.tried) == (["s00"], ["s00"])
