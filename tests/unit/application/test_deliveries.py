"""What the report says where the ledger refused a step."""

from __future__ import annotations

from sessionsmgmt.application.notices.deliveries import WHY_REFUSED
from sessionsmgmt.domain.delivery.claims import Refusal


def test_every_refusal_has_words_of_its_own() -> None:
    assert set(WHY_REFUSED) == set(Refusal)
    assert len(set(WHY_REFUSED.values())) == len(Refusal)
