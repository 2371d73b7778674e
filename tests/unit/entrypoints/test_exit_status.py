from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.application.job import Delivery
from sessionsmgmt.application.result import (
    AdoptResult,
    Data,
    DoctorResult,
    ExportResult,
    ForgetResult,
    InitResult,
    LoginResult,
    PlanResult,
    PreviewResult,
    ResolveResult,
    Result,
    RevokeResult,
    RotateResult,
    Rotation,
    RunResult,
    StatusResult,
    ValidateResult,
)
from sessionsmgmt.domain.model.notice import Key, State, Verdict
from sessionsmgmt.entrypoints.exit_status import BY_CAUSE, Exit, delivery_status, error_status, result_status, worst
from sessionsmgmt.errors import (
    GRAVITY,
    ConsentError,
    InputError,
    LeftBehindError,
    RefusedError,
    SessionsError,
    StoppedError,
    UnreachableError,
)
from sessionsmgmt.ports.health import Finding, Health
from tests.builders import NOW, snapshot
from tests.settings import secret


@pytest.mark.parametrize(
    ("statuses", "one"),
    [
        ((), 0),
        ((0,), 0),
        ((0, 0), 0),
        ((1,), 1),
        ((0, 1), 1),
        ((1, 5), 5),
        ((0, 5), 5),
        ((5, 4), 4),
        ((5, 4, 3), 3),
        ((1, 3, 2, 4, 5, 0), 2),
        ((4, 1), 4),
        ((5, 0, 3), 3),
    ],
)
def test_the_status_of_several_is_the_lowest_grave_one(statuses: tuple[int, ...], one: int) -> None:
    assert worst(Exit(status) for status in statuses) == one


@given(st.lists(st.sampled_from(Exit)))
def test_the_worst_is_one_of_them_whatever_their_order_and_number(statuses: list[Exit]) -> None:
    found = worst(statuses)

    assert found in {*statuses, Exit.DONE}
    assert worst(reversed(statuses)) is worst([*statuses, *statuses]) is found
    if set(statuses) & {Exit.INPUT, Exit.CONSENT, Exit.REFUSED, Exit.UNREACHABLE}:
        assert found == min(status for status in statuses if status > 1)
    else:
        assert found == max([*statuses, Exit.DONE])


@given(st.lists(st.sampled_from(Exit)), st.lists(st.sampled_from(Exit)))
def test_the_worst_of_parts_is_the_worst_of_all(first: list[Exit], second: list[Exit]) -> None:
    assert worst([worst(first), worst(second)]) is worst([*first, *second])


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (InputError, 2),
        (ConsentError, 3),
        (RefusedError, 4),
        (LeftBehindError, 4),
        (UnreachableError, 5),
        (StoppedError, 1),
    ],
)
def test_each_cause_has_its_status(kind: type[SessionsError], status: int) -> None:
    assert error_status(kind) == error_status(kind("It is wrong.")) == status


def test_no_error_is_done() -> None:
    assert error_status(None) is Exit.DONE


def test_the_order_of_gravity_is_that_of_the_statuses() -> None:
    assert tuple(BY_CAUSE) == GRAVITY
    assert worst(map(error_status, GRAVITY)) is error_status(GRAVITY[0])


def delivery(state: State, cause: SessionsError | None = None, *, attention: bool = False) -> Delivery:
    return Delivery(Verdict(Key("campus", "s"), NOW, state, attention=attention), cause=cause)


@pytest.mark.parametrize(
    ("became", "status"),
    [
        (delivery(State.SENT), 0),
        (delivery(State.DUE), 0),
        (delivery(State.SKIPPED), 0),
        (delivery(State.SKIPPED, attention=True), 1),
        (delivery(State.SENT, attention=True), 1),
        (delivery(State.HELD), 1),
        (delivery(State.FAILED), 1),
        (delivery(State.FAILED, StoppedError("stopped")), 1),
        (delivery(State.HELD, UnreachableError("down")), 5),
        (delivery(State.FAILED, InputError("wrong")), 2),
    ],
)
def test_a_notice_ends_with_its_cause_or_with_the_attention_that_its_state_wants(became: Delivery, status: int) -> None:
    assert delivery_status(became) == status


GOOD, BAD = Finding("one", Health.GOOD, "ok"), Finding("two", Health.BAD, "no")
REFUSED = Finding("three", Health.BAD, "no", cause=RefusedError)
HELD, DOWN = delivery(State.HELD), UnreachableError("down")


def run(now: datetime = NOW, *, deliveries: tuple[Delivery, ...] = (), **rest: object) -> RunResult:
    return RunResult(now, deliveries, **rest)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("result", "status"),
    [
        (run(), 0),
        (run(deliveries=(HELD,)), 1),
        (run(deliveries=(HELD,), lookup_error=ConsentError("again")), 3),
        (run(deliveries=(HELD,), rotation=Rotation(secret("c"), trouble=DOWN)), 5),
        (run(rotation=Rotation(secret("c"), issued=True)), 0),
        (run(error=InputError("wrong"), rotation=Rotation(secret("c"), trouble=DOWN)), 2),
        (PreviewResult(NOW, (HELD,)), 1),
        (PreviewResult(NOW, (HELD,), data=Data.INVENTED), 0),
        (StatusResult(NOW, (HELD,), (), snapshot()), 1),
        (ResolveResult(NOW, (delivery(State.SENT),), snapshot()), 0),
        (AdoptResult("ledger", 3), 0),
        (ValidateResult("valid"), 0),
        (InitResult("Wrote"), 0),
        (PlanResult((), 1, 1), 0),
        (DoctorResult((GOOD,)), 0),
        (DoctorResult((GOOD, BAD)), 1),
        (ForgetResult((BAD, REFUSED, GOOD)), 4),
        (RotateResult("done"), 0),
        (RotateResult("error", Rotation(secret("c"), trouble=DOWN)), 5),
        (LoginResult("stored", stored=True), 0),
        (LoginResult("error", error=RefusedError("no")), 4),
        (RevokeResult("withdrawn"), 0),
        (RevokeResult("withdrawn", DOWN), 5),
        (ExportResult({}), 0),
        (ExportResult({}, (DOWN, InputError("wrong"))), 2),
    ],
)
def test_a_result_ends_with_the_worst_that_it_carries(result: Result, status: int) -> None:
    assert result_status(result) == status
