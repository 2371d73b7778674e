"""How GitHub says no: the shape of its errors, and the ones that a client has to tell apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Self

from tests.emulators.github.repository import NOW
from tests.emulators.http import Response, json_response

DOCUMENTATION = "https://docs.github.com/rest"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error of the API, or the scripted wish for one.

    ``headers`` go with it (``Retry-After`` in seconds). ``errors`` are the details of a failed validation.
    ``accepted`` says whether what was asked for is done although this is the answer.
    """

    status: int
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)
    errors: tuple[Any, ...] = ()
    accepted: bool = False

    def response(self) -> Response:
        """The answer."""
        body: dict[str, Any] = {"message": self.message, "documentation_url": DOCUMENTATION, "status": str(self.status)}
        return json_response(self.status, body | ({"errors": list(self.errors)} if self.errors else {}), self.headers)

    def though_done(self) -> Self:
        """The same answer, given after what was asked for is done."""
        return replace(self, accepted=True)


class Refused(Exception):  # noqa: N818  it is the answer, not a fault of the emulator
    """Raised by whoever answers a call, to answer with an error instead."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


def refused(status: int, message: str, *errors: Any) -> Refused:
    """An error without further headers, to be raised."""
    return Refused(Refusal(status, message, errors=errors))


def invalid(resource: str, name: str, code: str = "invalid") -> Refused:
    """A 422 in the form that names the field."""
    return refused(422, "Validation Failed", {"resource": resource, "field": name, "code": code})


def primary_rate_limit(reset: datetime) -> Refusal:
    """The hour's requests are used up until ``reset``."""
    return Refusal(
        403,
        "API rate limit exceeded for installation ID 1.",
        {
            "x-ratelimit-limit": "1000",
            "x-ratelimit-remaining": "0",
            "x-ratelimit-used": "1000",
            "x-ratelimit-reset": str(int(reset.timestamp())),
            "x-ratelimit-resource": "core",
        },
    )


PRIMARY_RATE_LIMIT = primary_rate_limit(NOW + timedelta(minutes=1))
SECONDARY_RATE_LIMIT = Refusal(
    403,
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
    {"Retry-After": "60"},
)
TOO_MANY = Refusal(429, "You have exceeded a secondary rate limit.", {"Retry-After": "1"})
BAD_GATEWAY = Refusal(502, "Server Error")
UNAVAILABLE = Refusal(503, "Service unavailable")
BRANCH_MOVED = Refusal(409, "is at 2222222222222222222222222222222222222222 but expected 1111111111111111111111111111")
"""The branch was moved by somebody else in the very moment of a write, though not this file."""
BAD_CREDENTIALS = Refusal(401, "Bad credentials")
NOT_FOUND = Refusal(404, "Not Found")
EMPTY = Refusal(409, "Git Repository is empty.")
