"""In which order notices leave."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.domain.model.notice import Key, Kind, State, Verdict
from sessionsmgmt.domain.sessions.waves import in_waves
from tests.builders import NOW


def verdict(number: int, kind: Kind) -> Verdict:
    return Verdict(Key("campus", str(number)), NOW, State.DUE, kind)


@given(st.lists(st.sampled_from(Kind), max_size=20), st.integers(1, 5))
def test_what_is_called_off_leaves_first_and_alone_and_nothing_is_lost(kinds: list[Kind], size: int) -> None:
    due = [(verdict(number, kind),) for number, kind in enumerate(kinds)]
    waves = in_waves(due, size)
    assert sorted(one.key for wave in waves for (one,) in wave) == sorted(one.key for (one,) in due)
    assert all(0 < len(wave) <= size for wave in waves)
    called_off = [{one.kind is Kind.CANCELLED for (one,) in wave} for wave in waves]
    assert all(len(wave) == 1 for wave in called_off)
    assert called_off == sorted(called_off, key=lambda wave: False in wave)


def test_the_order_of_time_is_kept_otherwise() -> None:
    due = [verdict(1, Kind.NEW), verdict(2, Kind.CANCELLED), verdict(3, Kind.ADDED), verdict(4, Kind.CANCELLED)]
    waves = in_waves([(one,) for one in due], 2)
    assert [[one.key.session for (one,) in wave] for wave in waves] == [
        ["2", "4"],
        ["1", "3"],
    ]
