"""How Google says no: the shapes of its errors, and the reasons in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.emulators.http import Response, json_response

STATUSES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ALREADY_EXISTS",
    410: "FAILED_PRECONDITION",
    412: "FAILED_PRECONDITION",
    413: "INVALID_ARGUMENT",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    502: "UNAVAILABLE",
    503: "UNAVAILABLE",
}
MESSAGES = {
    "accessNotConfigured": "API has not been used in project 1 before or it is disabled.",
    "authError": "Request had invalid authentication credentials.",
    "backendError": "The service is currently unavailable.",
    "badRequest": "Bad Request",
    "conditionNotMet": "Precondition Failed",
    "dailyLimitExceeded": "Daily Limit Exceeded",
    "deleted": "Resource has been deleted",
    "domainPolicy": "The domain administrators have disabled this app.",
    "failedPrecondition": "Mail service not enabled",
    "forbidden": "Forbidden",
    "fullSyncRequired": "Sync token is no longer valid, a full sync is required.",
    "insufficientPermissions": "Request had insufficient authentication scopes.",
    "internalError": "Internal error encountered.",
    "notFound": "Not Found",
    "quotaExceeded": "Quota exceeded.",
    "rateLimitExceeded": "Rate Limit Exceeded",
    "uploadTooLarge": "Request is too large.",
    "userRateLimitExceeded": "User Rate Limit Exceeded",
}
DETAILS = {
    "insufficientPermissions": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
    "accessNotConfigured": "SERVICE_DISABLED",
    "dailyLimitExceeded": "RATE_LIMIT_EXCEEDED",
    "quotaExceeded": "RATE_LIMIT_EXCEEDED",
    "rateLimitExceeded": "RATE_LIMIT_EXCEEDED",
    "userRateLimitExceeded": "RATE_LIMIT_EXCEEDED",
    "EXPIRED_SYNC_TOKEN": "EXPIRED_SYNC_TOKEN",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error of one of the APIs, or the scripted wish for one.

    ``reason`` is that of Google's error lists; ``retry_after`` is the text of the header, in seconds or as a date.
    ``accepted`` says whether what was asked for is done although this is the answer.
    """

    status: int
    reason: str
    message: str = ""
    location: str = ""
    retry_after: str = ""
    accepted: bool = False

    def response(self, service: str) -> Response:
        """The answer in the shape of the service. People has ``details`` instead of ``errors``."""
        message = self.message or MESSAGES.get(self.reason, self.reason)
        one = {"message": message, "domain": "global", "reason": self.reason}
        if self.location:
            one |= {"locationType": "parameter", "location": self.location}
        error: dict[str, Any] = {"code": self.status, "message": message}
        if service != "people":
            error["errors"] = [one]
        if service != "calendar":
            error["status"] = STATUSES[self.status]
        if self.reason in DETAILS:
            kind = "type.googleapis.com/google.rpc.ErrorInfo"
            error["details"] = [{"@type": kind, "reason": DETAILS[self.reason], "domain": "googleapis.com"}]
        headers = {"Retry-After": self.retry_after} if self.retry_after else {}
        if self.status in {401, 403} and self.reason in {"authError", "insufficientPermissions"}:
            why = "invalid_token" if self.status == 401 else "insufficient_scope"
            headers["WWW-Authenticate"] = f'Bearer realm="https://accounts.google.com/", error="{why}"'
        return json_response(self.status, {"error": error}, headers)


@dataclass(frozen=True, slots=True)
class TokenRefusal:
    """An error of the token, revocation or tokeninfo endpoint (RFC 6749, 5.2, with Google's own additions)."""

    error: str
    description: str = "Bad Request"
    status: int = 400
    more: Mapping[str, str] = field(default_factory=dict)
    retry_after: str = ""
    accepted: bool = False

    def response(self) -> Response:
        """The answer."""
        body = {"error": self.error, "error_description": self.description, **self.more}
        return json_response(self.status, body, {"Retry-After": self.retry_after} if self.retry_after else {})


class Refused(Exception):  # noqa: N818  it is the answer, not a fault of the emulator
    """Raised by whoever answers a call of an API, to answer with an error instead."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


class TokenRefused(Exception):  # noqa: N818  as above
    """Raised by whoever answers for an OAuth endpoint, to answer with an error instead."""

    def __init__(self, refusal: TokenRefusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


INVALID_GRANT = TokenRefusal("invalid_grant", "Token has been expired or revoked.")
INVALID_RAPT = TokenRefusal(
    "invalid_grant",
    "reauth related error (invalid_rapt)",
    more={"error_subtype": "invalid_rapt", "error_uri": "https://support.google.com/a/answer/9368756"},
)
RAPT_REQUIRED = TokenRefusal(
    "invalid_grant",
    "reauth related error (rapt_required)",
    more={"error_subtype": "rapt_required", "error_uri": "https://support.google.com/a/answer/9368756"},
)
INVALID_CLIENT = TokenRefusal("invalid_client", "The OAuth client was not found.", 401)
EXPIRED_TOKEN = Refusal(401, "authError")
RATE_LIMITED = Refusal(429, "rateLimitExceeded")
UNAVAILABLE = Refusal(503, "backendError")
