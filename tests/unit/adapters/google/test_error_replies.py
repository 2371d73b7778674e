from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from sessionsmgmt.adapters.google.error_replies import ErrorReply, error_reply

TODAY = datetime(2026, 11, 6, 12, tzinfo=UTC)
ERROR_INFO = "type.googleapis.com/google.rpc.ErrorInfo"


def read(status: int, document: object, **headers: str) -> ErrorReply:
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    return error_reply(status, {name.replace("_", "-"): value for name, value in headers.items()}, content, TODAY)


def older(reason: str, message: str = "No") -> dict[str, Any]:
    row = {"domain": "usageLimits", "reason": reason, "message": message}
    return {"error": {"errors": [row], "code": 403, "message": message}}


def newer(*details: dict[str, Any], status: str = "PERMISSION_DENIED", message: str = "No") -> dict[str, Any]:
    return {"error": {"code": 403, "message": message, "status": status, "details": list(details)}}


@pytest.mark.parametrize(
    "document",
    [
        older("rateLimitExceeded"),
        older("userRateLimitExceeded"),
        older("dailyLimitExceeded"),
        older("quotaExceeded"),
        older("rateLimitExceededUnreg"),
        newer({"@type": ERROR_INFO, "reason": "RATE_LIMIT_EXCEEDED", "domain": "googleapis.com"}),
        newer({"@type": ERROR_INFO, "reason": "RESOURCE_QUOTA_EXCEEDED"}),
        newer({"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": []}),
        newer(status="RESOURCE_EXHAUSTED"),
        newer(message="Quota exceeded for quota metric 'Read requests' and limit 'Reads per minute per user'."),
        newer(message="User Rate Limit Exceeded"),
        older("forbidden", "Calendar usage limits exceeded."),
        [older("rateLimitExceeded")],
        {"error": "rate_limit_exceeded", "error_description": "Slow down"},
        {"error": {"errors": ["?", {"reason": 3}, {"reason": "quotaExceeded"}], "details": {"reason": "x"}}},
    ],
    ids=str,
)
def test_a_403_with_the_reason_of_a_limit_is_a_limit_in_every_form(document: object) -> None:
    assert read(403, document).is_limit


@pytest.mark.parametrize("document", [b"", b"<html>", older("whatever"), b"[" * 100_000])
def test_a_429_is_always_a_limit(document: object) -> None:
    assert read(429, document).is_limit


@pytest.mark.parametrize(
    ("status", "document"),
    [
        (403, older("insufficientPermissions")),
        (403, older("accessNotConfigured")),
        (403, older("forbidden")),
        (403, older("storageQuotaExceeded")),
        (403, older("insufficientPermissions", "Rate Limit Exceeded")),
        (403, newer(message="The caller does not have permission")),
        (400, newer(message="Quota exceeded")),
        (403, newer({"@type": ERROR_INFO, "reason": "SERVICE_DISABLED"})),
        (403, b"<html>"),
        (403, b"[" * 100_000),
        (400, older("rateLimitExceeded")),
        (503, older("rateLimitExceeded")),
    ],
    ids=str,
)
def test_other_refusals_are_no_limits(status: int, document: object) -> None:
    assert not read(status, document).is_limit


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"null", b"3", b'{"error": {}}', b'{"error": {"errors": [1]}}', b'{"error": {"errors": 7}}', b"\xff"],
)
def test_an_empty_reply_has_no_reason_and_no_message(content: bytes) -> None:
    assert read(403, content) == ErrorReply(403)


@pytest.mark.parametrize(
    ("document", "headers", "wait"),
    [
        ({}, {}, 0),
        ({}, {"retry_after": "7"}, 7),
        ({}, {"retry_after": "Fri, 06 Nov 2026 12:00:07 GMT"}, 7),
        (newer({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "30s"}), {}, 30),
        (newer({"retryDelay": "30.5s"}), {"retry_after": "7"}, 30),
        (newer({"retryDelay": "²s"}), {}, 0),
        (older("userRateLimitExceeded", "User-rate limit exceeded.  Retry after 2026-11-06T12:01:00.000Z"), {}, 60),
        (older("userRateLimitExceeded", "Retry after 2026-13-06T12:01:00.000Z"), {}, 0),
        (older("userRateLimitExceeded", "Retry after 2026-11-06T11:59:00.000Z"), {}, 0),
    ],
)
def test_the_wait_is_read_from_every_place_that_google_uses(
    document: object, headers: dict[str, str], wait: float
) -> None:
    assert read(403, document, **headers).wait == wait


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("Mail service not enabled", "Mail service not enabled"),
        ("Delegation denied for coach@example.org", "Delegation denied for (an address)"),
        ("Delegation denied for <coach+x@example.org>.", "Delegation denied for <(an address)>"),
        ("No such user coach%40example.org!", "No such user (an address)"),
        ("one\r\n::error::two\u202e\u200bthree\x00", "one ::error::twothree"),
        ('say "no"', "say 'no'"),
        ("bad token ya29.a0AfH6SMB and 1//0gAbCdEf", "bad token (a secret) and (a secret)"),
        ("x" * 5_000, "x" * 199 + "…"),
    ],
)
def test_googles_message_is_shown_short_and_safe(message: str, shown: str) -> None:
    reply = read(400, older("badRequest", message))

    assert reply.message == shown
    assert reply.quoted == f'Google says: "{shown}". '


def test_the_error_code_of_the_token_endpoint_is_shown_with_its_text() -> None:
    assert read(400, {"error": "disabled_client", "error_description": "It was disabled."}).message == (
        "It was disabled (disabled_client)"
    )
    assert read(400, {"error": "disabled_client"}).message == "disabled_client"
