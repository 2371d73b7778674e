"""Titles that a calendar program has put its word for "cancelled" in front of."""

from __future__ import annotations

import pytest

from sessionsmgmt.domain.cancelled_titles import says_cancelled
from sessionsmgmt.domain.model.event import Event, Status
from tests.builders import local


@pytest.mark.parametrize(
    "title",
    [
        "Canceled: Team Session",
        "CANCELLED:Team Session",
        "  canceled :  Team Session",
        "Annul\u00e9\u00a0: S\u00e9ance",
        "Annule\u0301e : S\u00e9ance",
        "Abgesagt: Training",
        "Cancelado: Entrenamiento",
        "Annullato: Allenamento",
        "Geannuleerd: Training",
        "Inst\u00e4llt: Tr\u00e4ning",
        "Odwo\u0142ane: Trening",
        "Отменено: тренировка",
        "已取消\uff1a练习",
        "Canceled: Canceled: Team Session",
        "Canceled: " + "x" * 5_000,
    ],
)
def test_a_title_with_the_word_in_front_is_a_cancelled_event(title: str) -> None:
    event = Event("a", title, local(2026, 11, 7, 17), local(2026, 11, 7, 18))
    assert says_cancelled(title)
    assert event.cancelled
    assert not event.confirmed


@pytest.mark.parametrize(
    "title",
    [
        "Team Session",
        "",
        ":",
        "Canceled",
        "Canceled lessons: make-up session",
        "Not canceled: Team Session",
        "Team Session: canceled",
        "Canceledx: Team Session",
    ],
)
def test_any_other_title_says_nothing(title: str) -> None:
    event = Event("a", title, local(2026, 11, 7, 17), local(2026, 11, 7, 18))
    assert not says_cancelled(title)
    assert event.confirmed
    assert not event.cancelled


def test_a_cancelled_status_needs_no_title() -> None:
    assert Event("a", "S", local(2026, 11, 7, 17), local(2026, 11, 7, 18), status=Status.CANCELLED).cancelled
