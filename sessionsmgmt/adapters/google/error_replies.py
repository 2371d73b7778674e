"""How Google says no: the reasons, the message and the wait in any of the forms that its errors have.

The forms are the list ``errors`` of the older APIs, ``status`` and ``details`` of the newer ones (google.rpc.Status
with ErrorInfo, QuotaFailure and RetryInfo), and ``error``, ``error_description`` of the token endpoint (RFC 6749, 5.2).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

from sessionsmgmt.adapters.service_message import shown_message
from sessionsmgmt.retry import retry_after

LIMITS = frozenset(
    {
        "concurrentlimitexceeded",
        "dailylimitexceeded",
        "dailylimitexceededunreg",
        "limitexceeded",
        "quotaexceeded",
        "ratelimitexceeded",
        "ratelimitexceededunreg",
        "resourceexhausted",
        "resourcequotaexceeded",
        "servinglimitexceeded",
        "slowdown",
        "toomanyrequests",
        "userratelimitexceeded",
        "userratelimitexceededunreg",
        "variabletermlimitexceeded",
    }
)
"""The reasons that are limits (Calendar, Gmail, People: "Resolve errors"; google.api.ErrorReason), as ``plain`` is."""

_LIMIT_IN_WORDS = re.compile(
    r"\b(?:rate|daily|usage|quota)[ -]?limits? exceeded|\bquota exceeded|\bcheck quota|\btoo many (?:\w+ )?requests",
    re.IGNORECASE,
)
_NO_REASON = frozenset({"forbidden", "permissiondenied"})
"""The reasons that say no more than the status 403 does: then the message alone may tell that it is a limit."""
_RETRY_DELAY = re.compile(r"([0-9]{1,9})(?:\.[0-9]*)?s")
_RETRY_AFTER = re.compile(r"retry after ([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,15}Z)", re.IGNORECASE)
"""Gmail's message names the instant: "User-rate limit exceeded.  Retry after 2026-11-07T00:12:34.000Z"."""


@dataclass(frozen=True, slots=True)
class ErrorReply:
    """A refusal by Google. ``reasons`` are as ``plain`` writes them; ``message`` is Google's, made fit to be shown.

    ``wait`` is the seconds that the reply asks to wait, 0 where it asks for none.
    """

    status: int
    reasons: frozenset[str] = frozenset()
    message: str = ""
    wait: float = 0.0

    @property
    def is_limit(self) -> bool:
        """Whether it says "later": 429, or a 403 whose reason is a limit."""
        told = self.reasons - _NO_REASON or not _LIMIT_IN_WORDS.search(self.message)
        limited = bool(self.reasons & LIMITS) or not told
        return self.status == HTTPStatus.TOO_MANY_REQUESTS or (self.status == HTTPStatus.FORBIDDEN and limited)

    @property
    def quoted(self) -> str:
        """Google's own words as a sentence to begin with, empty where it has none."""
        return f'Google says: "{self.message}". ' if self.message else ""


def plain(reason: str) -> str:
    """A reason without what differs between the forms: ``rateLimitExceeded`` and ``RATE_LIMIT_EXCEEDED`` are one."""
    return reason.replace("_", "").replace("-", "").lower()


def error_reply(status: int, headers: Mapping[str, str], content: bytes, today: datetime) -> ErrorReply:
    """What the reply says. ``headers`` have their names in lower case; ``today`` is the aware instant it is by now."""
    document = _document(content)
    error = document.get("error")
    details = error if isinstance(error, dict) else {}
    message = details.get("message") if details else _told(error, document.get("error_description"))
    wait = max([retry_after(headers, today), *_waits(details, message, today)])
    return ErrorReply(status, frozenset(map(plain, _reasons(error, document))), shown_message(message), wait)


def _document(content: bytes) -> Mapping[str, object]:
    """The JSON object; where it is a list, as of a stream, its first one."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    if isinstance(document, list) and document:
        document = document[0]
    return document if isinstance(document, dict) else {}


def _told(error: object, description: object) -> str:
    """What the token endpoint says: its word for machines belongs to it, since the text is mostly "Bad Request"."""
    word = shown_message(error)
    return f"{shown_message(description)} ({word})".strip() if shown_message(description) else word


def _reasons(error: object, document: Mapping[str, object]) -> Iterator[str]:
    if isinstance(error, str):
        yield error
    if isinstance(document.get("error_subtype"), str):
        yield str(document["error_subtype"])
    if isinstance(error, dict):
        yield from (
            str(row["reason"]) for row in _rows(error, "errors", "details") if isinstance(row.get("reason"), str)
        )
        if isinstance(error.get("status"), str):
            yield str(error["status"])
        if any(str(row.get("@type", "")).endswith("google.rpc.QuotaFailure") for row in _rows(error, "details")):
            yield "quotaExceeded"


def _rows(error: Mapping[str, object], *names: str) -> Iterator[Mapping[str, object]]:
    for name in names:
        rows = error.get(name)
        if isinstance(rows, list):
            yield from (row for row in rows if isinstance(row, dict))


def _waits(error: Mapping[str, object], message: object, today: datetime) -> Iterator[float]:
    """The waits that the body asks for: RetryInfo's delay, and the instant in Gmail's message."""
    for row in _rows(error, "details"):
        delay = _RETRY_DELAY.fullmatch(str(row.get("retryDelay", "")))
        if delay:
            yield float(delay[1])
    named = _RETRY_AFTER.search(message) if isinstance(message, str) else None
    if named:
        try:
            at = datetime.fromisoformat(named[1].removesuffix("Z")).replace(tzinfo=UTC)
        except ValueError:
            return
        yield max(0.0, (at - today).total_seconds())
