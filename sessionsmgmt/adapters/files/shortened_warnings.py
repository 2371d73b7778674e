"""Limits the number of warnings about a file, so that a person can read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sessionsmgmt.domain.model.warning import ReportWarning

MAX_PER_CODE = 25
"""The most warnings with one code that are shown one by one. The rest is a number."""


def shortened(warnings: Sequence[ReportWarning]) -> tuple[ReportWarning, ...]:
    """The warnings in their order. If there are too many with one code, one warning counts the rest of them."""
    counts: Counter[str] = Counter()
    shortened = []
    for warning in warnings:
        counts[warning.code] += 1
        if counts[warning.code] <= MAX_PER_CODE:
            shortened.append(warning)
    return (
        *shortened,
        *(
            ReportWarning(code, f"{count - MAX_PER_CODE} more like this")
            for code, count in counts.items()
            if count > MAX_PER_CODE
        ),
    )
