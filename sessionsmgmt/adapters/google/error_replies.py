"""The refusals of Google: the reasons, the message and the wait, in any of the forms that its errors have.

The forms are the list ``errors`` of the older APIs, ``status`` and ``details`` of the newer ones (google.rpc.Status
with ErrorInfo, QuotaFailure and RetryInfo), and ``error``, ``error_description`` of the token endpoint (RFC 6749, 5.2).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from http import HTTPStatus

from sessionsmgmt.adapters.service_message import shown_message
from sessionsmgmt.domain.frozen import dataclass
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
"""The reasons of a limit, by ``plain`` (Calendar, Gmail, People: "Resolve errors"; google.api.ErrorReason)."""

_LIMIT_IN_WORDS = re.compile(
    r"\b(?:rate|daily|usage|quota)[ -]?limits? exceeded|\bquota exceeded|\bcheck quota|\btoo many (?:\w+ )?requests",
    re.IGNORECASE,
)
_NO_REASON = frozenset({"forbidden", "permissiondenied"})
"""The reasons that say no more than the status 403. Then only the message may show that it is a limit."""
_RETRY_DELAY = re.compile(r"([0-9]{1,9})(?:\.[0-9]*)?s")
_RETRY_AFTER = re.compile(r"retry after ([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,15}Z)", re.IGNORECASE)
"""Gmail's message names the instant: "User-rate limit exceeded.  Retry after 2026-11-07T00:12:34.000Z"."""


@dataclass(frozen=True, slots=True)
class ErrorReply:
    """A refusal by Google. ``reasons`` are as ``plain`` writes them; ``message`` is Google's, made safe to show.

    ``wait`` is the seconds that the reply asks to wait, 0 where it asks for none.
    """

    status: int
    reasons: frozenset[str] = frozenset()
    message: str = ""
    wait: float = 0.0

    @property
    def is_limit(self) -> bool:
        """Whether a limit is reached: a 429, or a 403 whose reason is a limit."""
        if self.status != HTTPStatus.FORBIDDEN:
            return self.status == HTTPStatus.TOO_MANY_REQUESTS
        has_reason = bool(self.reasons - _NO_REASON)
        return bool(self.reasons & LIMITS) or (not has_reason and bool(_LIMIT_IN_WORDS.search(self.message)))

    @property
    def quoted(self) -> str:
        """Google's own message as a sentence to begin with; empty where there is none."""
        return f'Google says: "{self.message}". ' if self.message else ""


def plain(reason: str) -> str:
    """A reason in one form for all: ``rateLimitExceeded`` and ``RATE_LIMIT_EXCEEDED`` give the same text."""
    return reason.replace("_", "").replace("-", "").lower()


def error_reply(status: int, headers: Mapping[str, str], content: bytes, today: datetime) -> ErrorReply:
    """The refusal in a reply. The names in ``headers`` are in lower case; ``today`` is the aware instant of now."""
    document = _document(content)
    error = document.get("error")
    details = error if isinstance(error, dict) else {}
    message = details.get("message") if details else _words(error, document.get("error_description"))
    wait = max([retry_after(headers, today), *_waits(details, message, today)])
    return ErrorReply(status, frozenset(map(plain, _reasons(error, document))), shown_message(message), wait)


def _document(content: bytes) -> Mapping[str, object]:
    """The JSON object of a reply. Of a list, which a stream answers, it is the first entry."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    if isinstance(document, list) and document:
        document = document[0]
    return document if isinstance(document, dict) else {}


def _words(error: object, description: object) -> str:
    """The message of the token endpoint, with its error code, since the text is mostly "Bad Request"."""
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
    """The waits that the body asks for, in seconds: RetryInfo's delay, and the instant in Gmail's message."""
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
