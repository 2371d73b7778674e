"""Access tokens, one narrow one per stage, and what it means when Google gives none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlencode

from sessionsmgmt.domain.model import Caution
from sessionsmgmt.errors import ConsentError, InputError, SessionsError, UnreachableError
from sessionsmgmt.patience import Patience
from sessionsmgmt.providers.google.credentials import StoredCredential
from sessionsmgmt.providers.google.transport import JSON, Connection, is_passing, persist

ENDPOINT = "https://oauth2.googleapis.com/token"
EVENTS = "https://www.googleapis.com/auth/calendar.events.readonly"
EVENTS_WRITE = "https://www.googleapis.com/auth/calendar.events"
CALENDAR_LIST = "https://www.googleapis.com/auth/calendar.calendarlist.readonly"
CONTACTS = "https://www.googleapis.com/auth/contacts.readonly"
SEND = "https://www.googleapis.com/auth/gmail.send"
METADATA = "https://www.googleapis.com/auth/gmail.metadata"
"""What may be asked for. With ``EVENTS_WRITE``, which the ledger in the calendar takes, ``EVENTS`` is not needed."""

NEEDED_FOR: Mapping[str, str] = {
    EVENTS: "reading the sessions from the calendar",
    EVENTS_WRITE: "reading the sessions from the calendar, and remembering on its events what was said about them",
    CALENDAR_LIST: "finding the calendar by its name (not needed if sessions.yml gives its id)",
    CONTACTS: "reading names and labels from the contacts",
    SEND: "sending the notices",
    METADATA: "seeing in the Sent folder, by its headers, whether a notice left (only with mail.confirm: sent-folder)",
}

CONSENT_AGAIN = "Run 'sessionsmgmt auth login', agree to everything it lists, and store the new credential"

LAPSED = (
    "Google does not accept the stored consent any more. Most likely first: the consent screen is still in 'Testing', "
    "where consent ends after 7 days (set it to 'In production'); the account's password was changed; it was not used "
    "for six months; somebody withdrew it at myaccount.google.com; an organisation's policy ended it."
)
REAUTHENTICATE = (
    "Google wants the account's owner to sign in again before it accepts the stored consent: the organisation's policy "
    "ends sessions after some hours. Ask its administrator to exempt this app from re-authentication."
)


@dataclass(frozen=True, slots=True)
class Granted:
    """What the token endpoint gave: an access token, what it is good for, and until when.

    ``ends`` is when the consent itself lapses, where Google says so (``refresh_token_expires_in``).
    ``refresh_token`` is a new one that replaces the stored one, or empty, as is usual at Google.
    """

    access_token: str
    scopes: frozenset[str]
    expires: datetime
    ends: datetime | None = None
    refresh_token: str = ""

    def __repr__(self) -> str:
        """Only what is no secret."""
        return f"Granted(scopes={sorted(self.scopes)}, expires={self.expires})"


def refresh(credential: StoredCredential, scopes: frozenset[str], connection: Connection) -> Granted:
    """Exchange the refresh token for an access token good for these scopes and no others (RFC 6749, section 6).

    Raises ConsentError where a person has to agree again or agreed to less, InputError where the client is not known
    to Google, UnreachableError where Google does not answer. An empty ``scopes`` asks for all that was agreed to.
    """
    form = {
        "grant_type": "refresh_token",
        "client_id": credential.client_id,
        "client_secret": credential.client_secret,
        "refresh_token": credential.refresh_token,
    }
    if scopes:
        form["scope"] = " ".join(sorted(scopes))
    granted = _exchange(form, scopes, connection, connection.patience)
    missing = scopes - granted.scopes
    if missing:
        raise ConsentError(f"Consent is missing for {_features(missing)}.", f"{CONSENT_AGAIN}.")
    return granted


def exchange_code(form: Mapping[str, str], connection: Connection) -> Granted:
    """Exchange the code a person's consent gave for tokens (RFC 6749, section 4.1.3; RFC 7636 for ``code_verifier``).

    A code is good for one exchange, so this is tried once. Raises as ``refresh`` does.
    """
    once = replace(connection.patience, total=0)
    return _exchange({"grant_type": "authorization_code", **form}, frozenset(), connection, once)


def lapses(granted: Granted) -> tuple[Caution, ...]:
    """The warning that the consent will end, where Google says when."""
    if granted.ends is None:
        return ()
    text = f"the account's consent ends on {granted.ends:%Y-%m-%d}; set the consent screen to 'In production' and then "
    return (Caution("consent-ends", f"{text}run 'sessionsmgmt auth login' again"),)


def _exchange(form: Mapping[str, str], scopes: frozenset[str], connection: Connection, patience: Patience) -> Granted:
    endpoint, once = connection.at(ENDPOINT, "/token"), connection.bare()
    body = urlencode(form)
    headers = {"content-type": "application/x-www-form-urlencoded", "accept": JSON}
    asked = patience.today()
    response, content = persist(lambda: once.request(endpoint, "POST", body, headers), is_passing, patience)
    reply = _document(content)
    token = reply.get("access_token")
    if response.status != HTTPStatus.OK or not isinstance(token, str) or not token:
        raise _refusal(response.status, reply, scopes)
    renewed = str(reply.get("refresh_token") or "")
    connection.mask(token)
    connection.mask(renewed)
    given = reply.get("scope")
    ends = reply.get("refresh_token_expires_in")
    return Granted(
        access_token=token,
        # a reply without a scope grants what was asked for (RFC 6749, section 5.1)
        scopes=frozenset(given.split()) if isinstance(given, str) else scopes,
        expires=asked + timedelta(seconds=_seconds(reply.get("expires_in"), 3600)),
        ends=asked + timedelta(seconds=_seconds(ends, 0)) if ends is not None else None,
        refresh_token=renewed,
    )


def _refusal(status: int, reply: Mapping[str, object], scopes: frozenset[str]) -> SessionsError:
    """What a token endpoint's error means for the person who has to mend it (RFC 6749, section 5.2)."""
    match reply.get("error"), reply.get("error_subtype"):
        case "invalid_grant", "invalid_rapt" | "rapt_required":
            return ConsentError(REAUTHENTICATE, f"{CONSENT_AGAIN} to go on until then.")
        case "invalid_grant", _:
            return ConsentError(LAPSED, f"{CONSENT_AGAIN}.")
        case "invalid_scope", _:
            return ConsentError(f"Consent is missing for one of: {_features(scopes)}.", f"{CONSENT_AGAIN}.")
        case "invalid_client" | "unauthorized_client" | "deleted_client", _:
            return InputError(
                "Google does not know the client that the credential was made with.",
                "If it was deleted or its secret changed, make a new one and run 'sessionsmgmt auth login'.",
            )
        case "access_denied" | "admin_policy_enforced" | "org_internal", _:
            return ConsentError("The organisation's policy forbids this.", "Ask its administrator to allow the app.")
    return UnreachableError(f"Google's sign-in answered {status} without a token.", "The next run tries again.")


def _features(scopes: frozenset[str]) -> str:
    return "; ".join(NEEDED_FOR.get(scope, scope) for scope in sorted(scopes))


def _document(content: bytes) -> Mapping[str, object]:
    try:
        document = json.loads(content)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _seconds(value: object, default: int) -> int:
    return value if isinstance(value, int) and value >= 0 else default
