"""Alerts go through the protocol of notices: one at most, whatever happens to the run, and never a changed exit."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest

from sessionsmgmt.application.job import AlertMailing, Job
from sessionsmgmt.application.notices.resolve import close
from sessionsmgmt.application.notices.run import send_due
from sessionsmgmt.application.result import RunResult
from sessionsmgmt.domain.delivery.claims import LEASE
from sessionsmgmt.domain.model.notice import State
from sessionsmgmt.domain.model.people import Role
from sessionsmgmt.domain.model.rule import Premises, Require
from sessionsmgmt.domain.sessions.alerts import ALERT, REPEAT
from sessionsmgmt.email.model import AlertWording, Envelope
from sessionsmgmt.errors import ConsentError, InputError, UnreachableError
from sessionsmgmt.ports.ledger import Ledger
from sessionsmgmt.ports.mail import Outcome, Undelivered, Unknown
from tests.builders import NEW_YORK, NOW
from tests.unit.application.job import FakeMailer, MeetingLedger, RecordingLedger, job, states, store

COACHES = AlertMailing(AlertWording("MantaBots", NEW_YORK), Envelope(("coach@example.org",), sender="us@example.org"))
UNMET = "require-unmet"
UNREACHABLE = UnreachableError("The service can't be reached.")


def lacking(ledger: Ledger, adults: int = 9) -> Job:
    """A club whose only session lacks adults, and which mails its coaches."""
    club = job(ledger)
    [mailing] = club.mailings
    rule = replace(mailing.rule, require=Require(adults=adults))
    return replace(club, mailings=(replace(mailing, rule=rule),), alerts=COACHES)


def run(club: Job, mailer: FakeMailer, now: datetime = NOW, name: str = "this run") -> RunResult:
    return send_due(club, mailer, name, lambda: now)


def test_an_alert_is_sent_once_by_many_runs(tmp_path: Path) -> None:
    mailer, club = FakeMailer(), lacking(store(tmp_path))
    for number, later in enumerate((timedelta(0), timedelta(minutes=30), timedelta(hours=1))):
        run(club, mailer, NOW + later, f"run {number}")

    assert mailer.tried == [UNMET]


def test_two_runs_at_once_send_it_once(tmp_path: Path) -> None:
    ledger, mailer = MeetingLedger(store(tmp_path), Barrier(2)), FakeMailer()
    runs = [Thread(target=run, args=(lacking(ledger), mailer, NOW, f"run {number}")) for number in range(2)]
    for thread in runs:
        thread.start()
    for thread in runs:
        thread.join()

    assert mailer.tried == [UNMET]


def test_what_did_not_leave_is_a_warning_and_sent_by_the_next_run(tmp_path: Path) -> None:
    ledger = store(tmp_path)
    failing = FakeMailer({UNMET: Undelivered(InputError("The recipient is refused."))})
    first = run(lacking(ledger), failing)
    assert "alert-unsent" in {warning.code for warning in first.warnings}

    mailer = FakeMailer()
    run(lacking(ledger), mailer, name="next run")
    assert mailer.tried == [UNMET]


def test_what_may_have_left_waits_seven_days_and_wants_nobody(tmp_path: Path) -> None:
    ledger = store(tmp_path)
    first = run(lacking(ledger), FakeMailer({UNMET: Unknown("the connection broke")}))
    assert "alert-unsent" in {warning.code for warning in first.warnings}

    mailer = FakeMailer()
    second = run(lacking(ledger), mailer, NOW + LEASE, "next run")
    assert mailer.tried == []
    assert State.HELD not in states(second).values()
    with pytest.raises(InputError, match="No held notice"):
        close(ledger, "", "", arrived=True, now=NOW)


def test_a_held_alert_is_sent_again_after_seven_days(tmp_path: Path) -> None:
    ledger = store(tmp_path)
    club = replace(job(ledger), roles=(*job(ledger).roles, Role("mentors", ("Mentor",))), alerts=COACHES)
    run(club, FakeMailer({"role-without-contact": Unknown("the connection broke")}))
    mailer = FakeMailer()
    run(club, mailer, NOW + REPEAT - timedelta(seconds=1), "early")
    assert "role-without-contact" not in mailer.tried
    run(club, mailer, NOW + REPEAT, "late")
    run(club, mailer, NOW + REPEAT, "later")
    assert mailer.tried.count("role-without-contact") == 1


@pytest.mark.parametrize("failing_write", range(3))
def test_a_ledger_that_fails_at_any_write_never_sends_it_twice(tmp_path: Path, failing_write: int) -> None:
    ledger, mailer = store(tmp_path), FakeMailer()
    run(lacking(RecordingLedger(ledger, {failing_write: UNREACHABLE})), mailer)
    run(lacking(ledger), mailer, NOW + LEASE, "next run")

    assert mailer.tried == [UNMET]


def test_a_mail_service_that_refuses_all_is_no_alert(tmp_path: Path) -> None:
    mailer = FakeMailer(obstacle=ConsentError("The consent has ended."))
    result = run(replace(job(store(tmp_path)), alerts=COACHES), mailer)

    assert (states(result), mailer.tried) == ({"s00": State.FAILED}, [])
    assert "alert-unsent" not in {warning.code for warning in result.warnings}


def test_an_email_that_was_refused_and_one_that_is_held_are_alerts(tmp_path: Path) -> None:
    answers: dict[str, Outcome] = {
        "s00": Undelivered(InputError("The recipient is refused.")),
        "s01": Unknown("the connection broke"),
    }
    mailer = FakeMailer(answers)
    run(replace(job(store(tmp_path), 2), alerts=COACHES), mailer)

    assert sorted(mailer.tried) == ["failed", "held", "s00", "s01"]


def test_the_ledger_remembers_an_alert_beside_the_notices(tmp_path: Path) -> None:
    ledger = store(tmp_path)
    run(lacking(ledger), FakeMailer())
    snapshot = ledger.read(NOW)
    assert [key.notice for key in snapshot.entries] == [f"{ALERT}{UNMET}"]
    assert snapshot.announced(NOW) == frozenset()

    run(lacking(ledger, adults=0), FakeMailer(), NOW + timedelta(hours=1), "next run")
    assert [key.notice for key in ledger.read(NOW).entries if key.is_of_notice] == ["campus"]
    assert not [key for key, entry in ledger.read(NOW).entries.items() if not key.is_of_notice and entry.announcement]


def test_one_session_that_breaks_two_rules_is_two_alerts(tmp_path: Path) -> None:
    club, mailer = job(store(tmp_path)), FakeMailer()
    [mailing] = club.mailings
    strict = Premises(max_people=1, closed_weekdays=frozenset(range(7)))
    mailings = (replace(mailing, rule=replace(mailing.rule, premises=strict)),)
    run(replace(club, mailings=mailings, alerts=COACHES), mailer)

    assert sorted(mailer.tried) == ["premises-closed", "premises-max-people", "s00"]
