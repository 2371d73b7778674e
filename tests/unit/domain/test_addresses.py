"""When two email addresses are the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.domain.addresses import fold


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ANN@Example.ORG", "ann@example.org"),
        (" ann@example.org\n", "ann@example.org"),
        ("office@m\u00fcnchen.example", "office@xn--mnchen-3ya.example"),
        ("office@M\u00dcNCHEN.example", "office@xn--mnchen-3ya.example"),
        ("office@mu\u0308nchen.example", "office@m\u00fcnchen.example"),
        ("office@gro\u00dfverein.example", "office@xn--groverein-i1a.example"),
        ("office@m\u00fcnchen\u3002example", "office@m\u00fcnchen.example"),
        ("Zo\u00eb@example.org", "zo\u00eb@example.org"),
    ],
)
def test_these_are_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("office@gro\u00dfverein.example", "office@grossverein.example"),
        ("stra\u00dfe@example.org", "strasse@example.org"),
        ("zo\u00eb@example.org", "zoe@example.org"),
        ("zo\u00eb@example.org", "zoe\u0308@example.org"),
        ("zo\u00eb@example.org", "ZO\u00cb@example.org"),
        ("\u212aen@example.org", "ken@example.org"),
        ("\u0130da@example.org", "ida@example.org"),
        ("ann@ex\u0430mple.org", "ann@example.org"),
        ("ann@\uff45xample.org", "ann@example.org"),
        ("\ufb01n@example.org", "fin@example.org"),
        ("ann@example.org.", "ann@example.org"),
    ],
)
def test_these_are_not(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text())
def test_what_was_folded_stays_as_it_is(address: str) -> None:
    assert fold(fold(address)) == fold(address)


@given(st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126)))
def test_ascii_is_compared_without_case_alone(address: str) -> None:
    assert fold(address) == address.lower()
