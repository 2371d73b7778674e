"""What a refusal by one of Google's APIs means for the person who has to mend it."""

from __future__ import annotations

from http import HTTPStatus

from googleapiclient.errors import HttpError

from sessionsmgmt.errors import ConsentError, InputError, SessionsError, UnreachableError
from sessionsmgmt.providers.google.tokens import CONSENT_AGAIN
from sessionsmgmt.providers.google.transport import is_rate_limit, reasons

NOT_ENABLED = frozenset({"accessNotConfigured", "SERVICE_DISABLED"})
SCOPE_MISSING = frozenset({"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"})
QUOTA = frozenset({"dailyLimitExceeded", "quotaExceeded"})


def is_everywhere(error: HttpError) -> bool:
    """Whether every other call of the kind would be refused for the same reason: it is about the consent."""
    about_consent = reasons(error.content) & (NOT_ENABLED | SCOPE_MISSING)
    return int(error.resp.status) == HTTPStatus.UNAUTHORIZED or bool(about_consent)


def explained(error: HttpError, doing: str) -> SessionsError:
    """The failure to end with. ``doing`` is what was being done ("reading the calendar"), without any text of it.

    Sources: "Handle API errors" of Calendar and Gmail, and google.rpc.ErrorInfo for the newer reasons.
    """
    status, why = int(error.resp.status), reasons(error.content)
    if is_rate_limit(status, error.content) or why & QUOTA:
        return UnreachableError(f"Google's limits do not allow {doing} now.", "The next run tries again.")
    if why & NOT_ENABLED:
        return ConsentError(
            f"Google refuses {doing}: the API is not enabled in the project the client belongs to.",
            "Enable the Calendar, People and Gmail APIs there (docs/google.md, step 1).",
        )
    if status == HTTPStatus.UNAUTHORIZED or why & SCOPE_MISSING:
        return ConsentError(f"Google does not allow {doing} with the consent given.", f"{CONSENT_AGAIN}.")
    if status == HTTPStatus.FORBIDDEN:
        return ConsentError(
            f"Google refuses {doing}.", "The account may lack the right, or its organisation's policy forbids it."
        )
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return InputError(
            f"Google finds nothing there when {doing}.",
            "Is the calendar's id in sessions.yml right, and is the calendar shared with the account?",
        )
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return InputError(f"Google did not understand the request when {doing} ({status}).", "Please report this.")
    return UnreachableError(f"Google failed when {doing} ({status}).", "The next run tries again.")
