from __future__ import annotations

import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sessionsmgmt.adapters.files.outbox import Outbox
from sessionsmgmt.application.job import Job, Lookup, Plan
from sessionsmgmt.application.notices.pipeline import WAVE, deliver, plan_notices, reconcile
from sessionsmgmt.application.notices.run import send_due
from sessionsmgmt.domain.delivery.claims import (
    LEASE,
    Begin,
    Claim,
    Hold,
    NotSent,
    Resolve,
    Sent,
)
from sessionsmgmt.domain.delivery.reconciliation import Mail, mail_digest
from sessionsmgmt.domain.model.notice import State
from sessionsmgmt.entrypoints.exit_status import Exit, delivery_status, error_status, result_status
from sessionsmgmt.errors import ConsentError, InputError, RefusedError, SessionsError, UnreachableError
from sessionsmgmt.ports.ledger import Ledger
from sessionsmgmt.ports.mail import Delivered, Outcome, Undelivered, Unknown
from tests.builders import ANN, NOW, announcement, contact, event
from tests.ledger_run import LedgerRun
from tests.unit.application.job import (
    RUN,
    TIMEOUT,
    FakeMailer,
    MeetingLedger,
    RecordingLedger,
    calendar_of,
    clock_at_now,
    contacts_of,
    failing_calendar,
    failing_contacts,
    job,
    key,
    kinds,
    names,
    states,
    store,
)


def delivered(found: Plan, post: FakeMailer, ledger: Ledger) -> dict[str, tuple[State, Exit]]:
    became = deliver(found, post, ledger, RUN, clock_at_now).deliveries
    assert [one.verdict.key for one in became] == [verdict.key for verdict in found.verdicts]
    return {one.verdict.key.session: (one.verdict.state, delivery_status(one)) for one in became}


@pytest.mark.parametrize(("people_count", "codes"), [(1, []), (400, ["email-long"])])
def test_an_email_that_gmail_would_cut_is_a_warning(tmp_path: Path, people_count: int, codes: list[str]) -> None:
    crowd = [contact(f"S{number} Student", labels=("Student",)) for number in range(people_count)]
    full = event("lab", who=[one.addresses[0] for one in crowd])
    found = plan_notices(job(store(tmp_path), calendar=calendar_of(full), contacts=contacts_of(*crowd, ANN)), NOW)
    assert [(warning.code, warning.where) for warning in found.warnings] == [(code, "lab") for code in codes]


@pytest.mark.parametrize(("count", "writes"), [(0, 1), (1, 2), (4, 2), (5, 3), (8, 3), (20, 6)])
def test_a_write_more_than_there_are_waves(tmp_path: Path, count: int, writes: int) -> None:
    ledger, post = RecordingLedger(store(tmp_path)), FakeMailer()
    result = send_due(job(ledger, count), post, RUN, clock_at_now)

    assert len(ledger.writes) == writes
    assert sorted(post.tried) == names(count)
    assert states(result) == dict.fromkeys(names(count), State.SENT)


def test_each_write_settles_the_last_wave_and_claims_the_next(tmp_path: Path) -> None:
    ledger = RecordingLedger(store(tmp_path))
    answers: dict[str, Outcome] = {"s01": Undelivered(InputError("No.")), "s02": Unknown("The line broke.")}
    send_due(job(ledger, 5), FakeMailer(answers), RUN, clock_at_now)

    assert [kinds(steps) for steps, _ in ledger.writes] == [
        [(Begin, "s00"), (Begin, "s01"), (Begin, "s02"), (Begin, "s03")],
        [(Sent, "s00"), (NotSent, "s01"), (Hold, "s02"), (Sent, "s03"), (Begin, "s04")],
        [(Sent, "s04")],
    ]


def test_a_wave_is_on_its_way_at_once_and_never_more(tmp_path: Path) -> None:
    together = Barrier(WAVE)
    post = FakeMailer(meanwhile=lambda _session: together.wait(TIMEOUT))
    send_due(job(store(tmp_path), 20), post, RUN, clock_at_now)

    assert (WAVE, post.peak) == (4, 4)


def test_whatever_is_sent_is_claimed_by_the_run_that_sends_it(tmp_path: Path) -> None:
    claims: dict[str, Claim | None] = {}

    def reconcile(session: str) -> None:
        claims[session] = store(tmp_path).read(NOW).entry(key(session)).claim

    send_due(job(store(tmp_path), 6), FakeMailer(meanwhile=reconcile), RUN, clock_at_now)

    assert {session: claim.run if claim else "" for session, claim in claims.items()} == dict.fromkeys(names(6), RUN)
    assert all(entry.claim is None for entry in store(tmp_path).read(NOW).entries.values())


@dataclass(frozen=True)
class AlikeSentFolder:
    """A Sent folder in which all mails look alike, without our own headers; somebody is at work meanwhile."""

    ids: tuple[str, ...]
    meanwhile: Callable[[], object]

    def sender(self, _message_id: str) -> str | None:
        return None

    def since(self, _instant: datetime) -> tuple[Mail, ...]:
        self.meanwhile()
        return tuple(Mail(id_, ("office@example.org",), "MantaBots", NOW + LEASE) for id_ in self.ids)


def test_a_mail_that_another_run_sends_meanwhile_is_not_taken_for_one_that_is_held(tmp_path: Path) -> None:
    ledger = store(tmp_path)
    looks = mail_digest(ledger.read(NOW).secret, ["office@example.org"], "MantaBots")
    LedgerRun(ledger).write([Begin(key("held"), "dead", None, announcement(), looks)], NOW)

    def send_another() -> None:
        LedgerRun(store(tmp_path)).write([Begin(key("other"), "they", None, announcement(), looks)], NOW + LEASE)

    folder = AlikeSentFolder(("mail of the other",), send_another)
    reconcile(replace(job(ledger), lookup=Lookup(folder, "MantaBots")), lambda: NOW + LEASE)

    assert ledger.read(NOW).entry(key("held")).announcement is None


FAILURES = [
    UnreachableError("The store is away.", "Wait."),
    RefusedError("The store refuses.", "Look."),
    InputError("The store can't be there.", "Move it."),
]


@pytest.mark.parametrize("error", FAILURES, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("failing", range(4))
def test_a_ledger_that_fails_stops_the_sending(tmp_path: Path, failing: int, error: SessionsError) -> None:
    ledger, post = RecordingLedger(store(tmp_path), {failing: error}), FakeMailer()
    result = send_due(job(ledger, 10), post, RUN, clock_at_now)

    left = 4 * failing
    settled, held_claims, unsent = names(10)[: max(0, left - 4)], names(10)[max(0, left - 4) : left], names(10)[left:]
    assert sorted(post.tried) == [*settled, *held_claims]
    assert result_status(result) is error_status(error)
    by_name = {delivery.verdict.key.session: delivery for delivery in result.deliveries}
    assert [by_name[name].verdict.state for name in settled] == [State.SENT] * len(settled)
    for name in held_claims:
        assert (by_name[name].verdict.state, delivery_status(by_name[name])) == (State.HELD, error_status(error))
        assert by_name[name].verdict.reason == f"It did leave, but the ledger could not be told: {error}"
        assert by_name[name].message_id == f"<{name}@mail.invalid>"
    for name in unsent:
        assert (by_name[name].verdict.state, delivery_status(by_name[name])) == (State.FAILED, error_status(error))
        assert by_name[name].verdict.reason == f"not sent, since {error}"


def test_after_a_ledger_failed_the_next_run_holds_what_is_in_doubt_and_sends_the_rest(tmp_path: Path) -> None:
    send_due(job(RecordingLedger(store(tmp_path), {2: FAILURES[0]}), 10), FakeMailer(), RUN, clock_at_now)
    post = FakeMailer()
    result = send_due(job(store(tmp_path), 10), post, "the next run", lambda: NOW + LEASE)

    assert sorted(post.tried) == ["s08", "s09"]
    found = states(result)
    assert [found[name] for name in names(10)] == [State.SKIPPED] * 4 + [State.HELD] * 4 + [State.SENT] * 2


@pytest.mark.parametrize(
    ("outcome", "announcement"),
    [
        (Undelivered(ConsentError("Agree again.")), "It did not leave"),
        (Unknown("The line broke."), "It may have left"),
    ],
)
def test_what_could_not_be_recorded_says_what_is_known(tmp_path: Path, outcome: Outcome, announcement: str) -> None:
    ledger = RecordingLedger(store(tmp_path), {1: FAILURES[0]})
    [one] = send_due(job(ledger), FakeMailer({"s00": outcome}), RUN, clock_at_now).deliveries

    assert one.verdict.state is State.HELD
    assert one.verdict.reason.startswith(f"{announcement}, but ")


@pytest.mark.parametrize(
    ("outcome", "state", "status"),
    [
        (Delivered("<an id>"), State.SENT, Exit.DONE),
        (Undelivered(InputError("No such box.")), State.FAILED, Exit.ATTENTION),
        (Undelivered(ConsentError("Agree again.")), State.FAILED, Exit.CONSENT),
        (Undelivered(RefusedError("Not you.")), State.FAILED, Exit.REFUSED),
        (Undelivered(UnreachableError("Away.")), State.FAILED, Exit.UNREACHABLE),
        (Unknown("The line broke."), State.HELD, Exit.ATTENTION),
    ],
)
def test_what_the_mailer_says_is_the_state_and_the_status(
    tmp_path: Path, outcome: Outcome, state: State, status: Exit
) -> None:
    result = send_due(job(store(tmp_path), 2), FakeMailer({"s00": outcome}), RUN, clock_at_now)

    first, second = result.deliveries
    assert (first.verdict.state, delivery_status(first), result_status(result)) == (state, status, status)
    assert (second.verdict.state, delivery_status(second)) == (State.SENT, Exit.DONE)
    match outcome:
        case Delivered(message_id):
            assert first.message_id == message_id
        case Undelivered(cause):
            assert (first.verdict.reason, first.message_id) == (str(cause), "")
        case Unknown(reason):
            assert (first.verdict.reason, first.message_id) == (reason, "")


def test_the_run_ends_with_the_worst_of_its_notices(tmp_path: Path) -> None:
    answers: dict[str, Outcome] = {
        "s00": Undelivered(UnreachableError("Away.")),
        "s01": Unknown("The line broke."),
        "s02": Undelivered(ConsentError("Agree again.")),
    }
    assert result_status(send_due(job(store(tmp_path), 4), FakeMailer(answers), RUN, clock_at_now)) is Exit.CONSENT


@pytest.mark.parametrize(
    ("ago", "closed", "state", "status"),
    [
        (timedelta(0), False, State.SKIPPED, Exit.DONE),
        (LEASE, False, State.HELD, Exit.ATTENTION),
        (timedelta(0), True, State.SKIPPED, Exit.DONE),
    ],
)
def test_what_another_run_claimed_meanwhile_is_left_to_it(
    tmp_path: Path, ago: timedelta, closed: bool, state: State, status: Exit
) -> None:
    ledger, post = store(tmp_path), FakeMailer()
    LedgerRun(ledger).write([Begin(key("gone"), "before", None, announcement())], NOW)  # so that the ledger is there
    found = plan_notices(job(ledger, 3), NOW)
    LedgerRun(ledger).write([Begin(key("s01"), "another", None, announcement())], NOW - ago)
    if closed:
        LedgerRun(ledger).write([Sent(key("s01"), "another", "<its id>")], NOW)
    became = delivered(found, post, ledger)

    assert became["s01"] == (state, status)
    assert sorted(post.tried) == ["s00", "s02"]
    assert became["s00"] == became["s02"] == (State.SENT, Exit.DONE)


def test_a_notice_somebody_closed_while_it_was_being_sent_is_disputed(tmp_path: Path) -> None:
    def close(session: str) -> None:
        if session == "s01":
            assert LedgerRun(store(tmp_path)).write([Resolve(key(session), arrived=False)], NOW + LEASE) == ()

    result = send_due(job(store(tmp_path), 6), FakeMailer(meanwhile=close), RUN, clock_at_now)
    by_name = {delivery.verdict.key.session: delivery for delivery in result.deliveries}

    assert (by_name["s01"].verdict.state, delivery_status(by_name["s01"])) == (State.SENT, Exit.ATTENTION)
    assert "somebody closed it" in by_name["s01"].verdict.reason
    assert {delivery_status(one) for name, one in by_name.items() if name != "s01"} == {Exit.DONE}
    assert result_status(result) is Exit.ATTENTION


def test_claims_are_dated_by_the_clock_as_it_goes_on(tmp_path: Path) -> None:
    ticks: list[datetime] = []

    def clock() -> datetime:
        ticks.append(NOW + timedelta(minutes=10) * len(ticks))
        return ticks[-1]

    ledger = RecordingLedger(store(tmp_path))
    result = send_due(job(ledger, 9), FakeMailer(), RUN, clock)

    assert result.now == NOW
    assert [now for _, now in ledger.writes] == [NOW + timedelta(minutes=10) * n for n in (1, 2, 3, 4)]


def test_a_template_that_fails_sends_and_claims_nothing(tmp_path: Path) -> None:
    ledger, post = RecordingLedger(store(tmp_path)), FakeMailer()
    template = "Subject: x\n{% if session.id == 's04' %}{{ 1 / 0 }}{% endif %}\n"
    with pytest.raises(InputError):
        send_due(job(ledger, 5, template=template), post, RUN, clock_at_now)

    assert (ledger.writes, post.tried) == ([], [])
    assert result_status(send_due(job(ledger, 4, template=template), post, RUN, clock_at_now)) is Exit.DONE


@pytest.mark.parametrize("error", FAILURES, ids=lambda error: type(error).__name__)
def test_a_source_that_fails_ends_before_anything_is_claimed_or_sent(tmp_path: Path, error: SessionsError) -> None:
    ledger, post = RecordingLedger(store(tmp_path)), FakeMailer()
    for broken in (job(ledger, calendar=failing_calendar(error)), job(ledger, contacts=failing_contacts(error))):
        with pytest.raises(type(error)) as raised:
            send_due(broken, post, RUN, clock_at_now)
        assert raised.value is error

    assert (ledger.writes, post.tried, list(tmp_path.iterdir())) == ([], [], [])


def test_of_two_sources_that_fail_the_graver_is_told(tmp_path: Path) -> None:
    away, wrong = UnreachableError("The calendar is away."), InputError("The contacts are no contacts.")
    broken = job(store(tmp_path), calendar=failing_calendar(away), contacts=failing_contacts(wrong))

    with pytest.raises(InputError):
        send_due(broken, FakeMailer(), RUN, clock_at_now)


def test_a_lost_consent_is_told_although_the_ledger_fails_too(tmp_path: Path) -> None:
    ledger = RecordingLedger(store(tmp_path), {1: UnreachableError("The store is away.")})
    result = send_due(job(ledger), FakeMailer({"s00": Undelivered(ConsentError("Agree again."))}), RUN, clock_at_now)

    assert result_status(result) is Exit.CONSENT


@pytest.mark.parametrize("begun", [False, True], ids=["the first run of all", "a later one"])
def test_two_runs_at_once_send_each_notice_once(tmp_path: Path, begun: bool) -> None:
    if begun:
        send_due(job(store(tmp_path), 1), FakeMailer(), "the first run", clock_at_now)
    met, post = Barrier(2), FakeMailer()
    outbox = Outbox(tmp_path / "outbox")
    with ThreadPoolExecutor(2) as pool:
        runs = [
            pool.submit(send_due, job(MeetingLedger(store(tmp_path), met), 11), post, name, clock_at_now)
            for name in ("one", "other")
        ]
        results = [run.result() for run in runs]

    assert sorted(post.tried) == names(11)[begun:]
    for name in names(11)[begun:]:
        assert sorted(states(result)[name] for result in results) == [State.SENT, State.SKIPPED]
    assert {result_status(result) for result in results} == {Exit.DONE}
    assert result_status(send_due(job(store(tmp_path), 11), outbox, "a third", clock_at_now)) is Exit.DONE
    assert not outbox.folder.exists()


OUTCOMES: dict[str, Outcome] = {
    "delivered": Delivered("<an id>"),
    "wrong": Undelivered(InputError("No such box.")),
    "away": Undelivered(UnreachableError("Away.")),
    "unknown": Unknown("The line broke."),
}
ENDS = {"delivered": State.SENT, "wrong": State.FAILED, "away": State.FAILED, "unknown": State.HELD}


@settings(max_examples=25)
@given(st.lists(st.sampled_from(sorted(OUTCOMES)), max_size=10))
def test_every_notice_ends_in_one_state_and_only_failed_ones_are_tried_again(outcomes: list[str]) -> None:
    sessions = names(len(outcomes))
    post = FakeMailer({name: OUTCOMES[outcome] for name, outcome in zip(sessions, outcomes, strict=True)})
    with tempfile.TemporaryDirectory() as folder:
        ledger = store(Path(folder))
        first = send_due(job(ledger, len(outcomes)), post, RUN, clock_at_now)
        again = FakeMailer()
        second = send_due(job(ledger, len(outcomes)), again, "the next run", clock_at_now)

    assert sorted(post.tried) == sessions
    assert [delivery.verdict.key.session for delivery in first.deliveries] == sessions
    assert [delivery.verdict.state for delivery in first.deliveries] == [ENDS[outcome] for outcome in outcomes]
    failed = [name for name, state in states(first).items() if state is State.FAILED]
    assert sorted(again.tried) == failed
    after = {State.SENT: State.SKIPPED, State.FAILED: State.SENT, State.HELD: State.HELD}
    assert states(second) == {name: after[state] for name, state in states(first).items()}


def combined(ledger: Ledger, count: int) -> Job:
    plain = job(ledger, count)
    return replace(plain, mailings=tuple(replace(one, rule=replace(one.rule, combine=True)) for one in plain.mailings))


@pytest.mark.parametrize(
    ("answer", "state", "step"),
    [
        (Delivered("<together@mail.invalid>"), State.SENT, Sent),
        (Undelivered(InputError("No.")), State.FAILED, NotSent),
        (Unknown("The line broke."), State.HELD, Hold),
    ],
)
def test_what_becomes_of_a_combined_email_becomes_of_each_of_its_sessions(
    tmp_path: Path, answer: Outcome, state: State, step: type
) -> None:
    ledger, post = RecordingLedger(store(tmp_path)), FakeMailer({"s00, s01, s02": answer})
    result = send_due(combined(ledger, 3), post, RUN, clock_at_now)

    assert post.tried == ["s00, s01, s02"]
    assert states(result) == dict.fromkeys(names(3), state)
    assert [kinds(steps) for steps, _ in ledger.writes] == [
        [(Begin, name) for name in names(3)],
        [(step, name) for name in names(3)],
    ]


def test_a_combined_email_about_one_session_is_claimed_as_any_other(tmp_path: Path) -> None:
    ledger, post = RecordingLedger(store(tmp_path)), FakeMailer()
    send_due(combined(ledger, 1), post, RUN, clock_at_now)

    (begin,) = [step for steps, _ in ledger.writes for step in steps if isinstance(step, Begin)]
    assert (post.tried, begin.email) == (["s00"], "")


def test_a_combined_email_is_not_sent_where_another_run_has_one_of_its_sessions(tmp_path: Path) -> None:
    ledger, post = store(tmp_path), FakeMailer()
    plan = plan_notices(combined(ledger, 3), NOW)
    LedgerRun(ledger).write([Begin(key("s01"), "another run", None, announcement())], NOW)

    assert set(delivered(plan, post, ledger).values()) == {(State.SKIPPED, Exit.DONE)}
    assert post.tried == []
    assert [entry.claim for name, entry in ledger.read(NOW).entries.items() if name != key("s01")] == []
