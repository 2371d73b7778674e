"""The refusals of Google's APIs, as errors that say what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus

from googleapiclient.errors import HttpError

from sessionsmgmt.adapters.google.error_replies import ErrorReply, error_reply
from sessionsmgmt.adapters.google.tokens import CONSENT_AGAIN
from sessionsmgmt.errors import ConsentError, InputError, SessionsError, UnreachableError

NOT_ENABLED = frozenset({"accessnotconfigured", "servicedisabled"})
SCOPE_MISSING = frozenset({"insufficientpermissions", "insufficientscopes", "accesstokenscopeinsufficient"})
POLICY = frozenset(
    {"domainpolicy", "adminpolicyenforced", "policyenforced", "orgrestriction", "securitypolicyviolated"}
)


STRANGE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""The errors that reading a reply raises where its parts are not as Google describes them."""


@contextmanager
def understood(doing: str) -> Iterator[None]:
    """Turn the errors of Google's library in the block into ours. ``doing`` is as in ``explained``.

    A reply that makes no sense counts as none.
    """
    try:
        yield
    except HttpError as error:
        raise explained(error, doing) from None
    except STRANGE as error:
        raise nonsense(error, doing) from None


def nonsense(error: Exception, doing: str) -> UnreachableError:
    """The error to end with where a reply makes no sense."""
    return UnreachableError(f"Google answered nothing of use when {doing} ({type(error).__name__}).", _LATER)


def reply_of(error: HttpError) -> ErrorReply:
    """The refusal, read."""
    return error_reply(error.resp.status, error.resp.headers, error.content, datetime.now(UTC))


def is_everywhere(error: HttpError) -> bool:
    """Whether every other call of the kind would be refused for the same reason, since it is about the consent."""
    reply = reply_of(error)
    return reply.status == HTTPStatus.UNAUTHORIZED or bool(reply.reasons & (NOT_ENABLED | SCOPE_MISSING | POLICY))


def explained(error: HttpError, doing: str) -> SessionsError:
    """The error to end with. ``doing`` is what was being done ("reading the calendar"), without any text of the club.

    Google's own words come first. Sources: "Handle API errors" of Calendar and Gmail, and google.rpc.ErrorInfo for the
    newer reasons.
    """
    reply = reply_of(error)
    status, why, says = reply.status, reply.reasons, reply.quoted
    if reply.is_limit:
        return UnreachableError(f"{says}Google's limits do not allow {doing} now.", _LATER)
    if why & NOT_ENABLED:
        return ConsentError(
            f"{says}Google refuses {doing}: the API is not enabled in the project the client belongs to.",
            "Enable the Calendar, People and Gmail APIs there (docs/google.md, step 1).",
        )
    if status == HTTPStatus.UNAUTHORIZED or why & SCOPE_MISSING:
        return ConsentError(f"{says}Google does not allow {doing} with the consent given.", f"{CONSENT_AGAIN}.")
    if why & POLICY:
        return ConsentError(
            f"{says}Google refuses {doing}: the organisation's policy forbids it.",
            "Ask its administrator to allow the app.",
        )
    if status == HTTPStatus.FORBIDDEN:
        return ConsentError(
            f"{says}Google refuses {doing}.", "The account may lack the right, or its organisation's policy forbids it."
        )
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return InputError(
            f"{says}Google finds nothing there when {doing}.",
            "Is the calendar's id in sessions.yml right, and is the calendar shared with the account?",
        )
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return InputError(
            f"{says}Google did not understand the request when {doing} ({status}).", "Please report this."
        )
    return UnreachableError(f"{says}Google failed when {doing} ({status}).", _LATER)


_LATER = "The next run tries again."
