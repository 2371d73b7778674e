"""Cautions of a file, kept to a length a person reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sessionsmgmt.domain.model.warning import ReportWarning

MOST = 25
"""So many cautions of one kind are told one by one; the rest is a number."""


def shortened(warnings: Sequence[ReportWarning]) -> tuple[ReportWarning, ...]:
    """The cautions in their order; where there are very many of one kind, the rest of them as a number."""
    seen: Counter[str] = Counter()
    kept = []
    for one in warnings:
        seen[one.code] += 1
        if seen[one.code] <= MOST:
            kept.append(one)
    return (
        *kept,
        *(ReportWarning(code, f"{count - MOST} more like this") for code, count in seen.items() if count > MOST),
    )
