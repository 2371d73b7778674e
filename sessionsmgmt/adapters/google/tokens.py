"""Access tokens with narrow scopes, one for each stage of a run, and the errors where Google gives none."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlencode

from sessionsmgmt.adapters.google.credentials import StoredCredential
from sessionsmgmt.adapters.google.error_replies import LIMITS, ErrorReply, plain
from sessionsmgmt.adapters.google.scopes import NEEDED_FOR, covering, short
from sessionsmgmt.adapters.google.transport import JSON, Connection, Response, is_passing, refusal, retry
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.errors import ConsentError, InputError, SessionsError, UnreachableError
from sessionsmgmt.retry import RetryPolicy
from sessionsmgmt.secret_masking import Secret

ENDPOINT = "https://oauth2.googleapis.com/token"
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
    """An access token from the token endpoint, with its scopes and the instant at which it ends, aware and in UTC.

    ``ends`` is the instant at which the consent itself ends, where Google names it (``refresh_token_expires_in``).
    ``refresh_token`` replaces the stored one; Google mostly gives none. ``wider`` are the scopes that were not asked
    for and that stand in for narrower scopes, which were not agreed to.
    """

    access_token: Secret
    scopes: frozenset[str]
    expires: datetime
    ends: datetime | None = None
    refresh_token: Secret | None = None
    wider: frozenset[str] = frozenset()


class _NarrowedError(ConsentError):
    """Google gives no token for these scopes. It may give one for wider scopes that were agreed to instead."""


def refresh(credential: StoredCredential, scopes: frozenset[str], connection: Connection) -> Granted:
    """Exchange the refresh token for an access token with these scopes and no others (RFC 6749, section 6).

    Where a wider scope was agreed to instead of one of them, the token has the wider one, and ``wider`` names it. An
    empty ``scopes`` asks for everything that was agreed to. Raises ConsentError where a person must agree again or
    agreed to less, InputError where Google does not know the client, UnreachableError where Google does not answer.
    """
    try:
        return _narrowed(credential, scopes, connection)
    except _NarrowedError:
        # Google gives no part of a scope, so ask what was agreed to, and then for the narrowest scopes that cover ours
        whole = _narrowed(credential, frozenset(), connection)
        chosen = {scope: covering(scope, whole.scopes) for scope in scopes}
        missing = frozenset(scope for scope, granted_scope in chosen.items() if not granted_scope)
        if missing or scopes == frozenset(chosen.values()):
            raise ConsentError(*_missing(missing or scopes)) from None
        granted = _narrowed(credential, frozenset(chosen.values()), connection, scopes)
        return replace(granted, refresh_token=granted.refresh_token or whole.refresh_token)


def _narrowed(
    credential: StoredCredential,
    scopes: frozenset[str],
    connection: Connection,
    needed: frozenset[str] | None = None,
) -> Granted:
    """A token for these scopes. ``needed`` are the scopes that they stand in for; None means the same scopes."""
    form = {
        "grant_type": "refresh_token",
        "client_id": credential.client_id,
        "client_secret": credential.client_secret,
        "refresh_token": credential.refresh_token,
    }
    if scopes:
        form["scope"] = " ".join(sorted(scopes))
    granted = _exchange(form, scopes, connection, connection.retry_policy)
    needed = scopes if needed is None else needed
    chosen = {scope: covering(scope, granted.scopes) for scope in needed}
    missing = frozenset(scope for scope, granted_scope in chosen.items() if not granted_scope)
    if missing:
        raise _NarrowedError(*_missing(missing))
    return replace(granted, wider=frozenset(chosen.values()) - needed)


def _missing(scopes: frozenset[str]) -> tuple[str, str]:
    return f"Consent is missing for {_features(scopes)}.", f"{CONSENT_AGAIN}."


def exchange_code(form: Mapping[str, str], connection: Connection) -> Granted:
    """Exchange the code a person's consent gave for tokens (RFC 6749, section 4.1.3; RFC 7636 for ``code_verifier``).

    A code works for one exchange, so this is tried once. Raises as ``refresh`` does.
    """
    once = replace(connection.retry_policy, total=0)
    return _exchange({"grant_type": "authorization_code", **form}, frozenset(), connection, once)


def lapses(granted: Granted) -> tuple[ReportWarning, ...]:
    """The warning that the consent will end, where Google names the date."""
    if granted.ends is None:
        return ()
    text = f"the account's consent ends on {granted.ends:%Y-%m-%d}; set the consent screen to 'In production' and then "
    return (ReportWarning("consent-ends", f"{text}run 'sessionsmgmt auth login' again"),)


def excess(granted: Granted) -> tuple[ReportWarning, ...]:
    """The warning that wider scopes were agreed to than are needed."""
    if not granted.wider:
        return ()
    names = ", ".join(map(short, sorted(granted.wider)))
    text = f"the account's consent covers more than is needed ({names}); it is accepted, but the less is granted, "
    return (ReportWarning("consent-wider", f"{text}the less can be lost: 'sessionsmgmt auth login' narrows it"),)


def _exchange(
    form: Mapping[str, str], scopes: frozenset[str], connection: Connection, retry_policy: RetryPolicy
) -> Granted:
    endpoint, once = connection.at(ENDPOINT, "/token"), connection.bare()
    body = urlencode(form)
    headers = {"content-type": "application/x-www-form-urlencoded", "accept": JSON}
    asked_at = retry_policy.today()
    response, content = retry(lambda: once.request(endpoint, "POST", body, headers), is_passing_sign_in, retry_policy)
    reply = _document(content)
    token = reply.get("access_token")
    renewed = reply.get("refresh_token") or ""
    if response.status != HTTPStatus.OK or not _is_token(token) or (renewed and not _is_token(renewed)):
        raise _refusal(refusal(response, content, retry_policy), scopes)
    granted = reply.get("scope")
    return Granted(
        access_token=Secret(str(token), connection.mask),
        # a reply without a scope grants what was asked for (RFC 6749, section 5.1)
        scopes=frozenset(granted.split()) if isinstance(granted, str) else scopes,
        expires=asked_at + timedelta(seconds=_seconds(reply.get("expires_in")) or 3600),
        ends=_end(asked_at, reply.get("refresh_token_expires_in")),
        refresh_token=Secret(str(renewed), connection.mask) if renewed else None,
    )


def is_passing_sign_in(response: Response, content: bytes) -> bool:
    """Whether the same request may succeed a little later. The token endpoint says so with any status."""
    temporary = refusal(response, content, RetryPolicy()).reasons & (TEMPORARY | LIMITS)
    return is_passing(response, content) or (response.status != HTTPStatus.OK and bool(temporary))


TEMPORARY = frozenset({"servererror", "temporarilyunavailable", "internalfailure", "internalerror", "backenderror"})
"""Errors of the token endpoint that pass (RFC 6749, 4.1.2.1, and Google's own)."""

CLIENT_ADVICE: Mapping[str, str] = {
    "disabledclient": "Enable the client in the Google Cloud console (Clients), or make another one and run "
    "'sessionsmgmt auth login'.",
    "deletedclient": "The client was deleted: make another one, and run 'sessionsmgmt auth login'.",
    "unauthorizedclient": "Make a client of the type 'Desktop app', and run 'sessionsmgmt auth login' with it.",
    "restrictedclient": "Make a client of the type 'Desktop app', and run 'sessionsmgmt auth login' with it.",
    "orginternal": "The consent screen is 'Internal', a policy by which only accounts of that organisation may agree: "
    "agree with one of those, or set it to 'External' and 'In production', and run 'sessionsmgmt auth login'.",
    "adminpolicyenforced": "The organisation's policy forbids it: ask its administrator to allow the app.",
    "policyenforced": "The account's protection or its organisation's policy forbids it: ask the administrator to "
    "allow the app.",
    "accessdenied": "The organisation's policy forbids it: ask its administrator to allow the app.",
    "accountdisabled": "The account is disabled: sign in at google.com to see why, or agree with another account.",
    "accountdeleted": "The account is gone: agree with another one by 'sessionsmgmt auth login'.",
}
"""What to do about a refusal of the client, the app or the account, by the plain form of Google's error code."""


def _refusal(reply: ErrorReply, scopes: frozenset[str]) -> SessionsError:
    """The error for a refusal by the token endpoint (RFC 6749, section 5.2).

    A refusal that is not known to pass by itself is an error of consent.
    """
    why, says = reply.reasons, reply.quoted
    if reply.is_limit or why & LIMITS:
        return UnreachableError(f"{says}Google's limits do not allow signing in now.", "The next run tries again.")
    refused = HTTPStatus.BAD_REQUEST <= reply.status < HTTPStatus.INTERNAL_SERVER_ERROR
    if not refused or not why or why & TEMPORARY:
        text = f"{says}Google's sign-in answered {reply.status} without a token."
        return UnreachableError(text, "The next run tries again.")
    if why & {"invalidrapt", "raptrequired"}:
        return ConsentError(f"{says}{REAUTHENTICATE}", f"{CONSENT_AGAIN} to go on until then.")
    if "invalidgrant" in why:
        return ConsentError(f"{says}{LAPSED}", f"{CONSENT_AGAIN}.")
    if "invalidscope" in why:
        return _NarrowedError(f"{says}Consent is missing for one of: {_features(scopes)}.", f"{CONSENT_AGAIN}.")
    if "invalidclient" in why:
        return InputError(
            f"{says}Google does not know the client that the credential was made with.",
            "If it was deleted or its secret changed, make a new one and run 'sessionsmgmt auth login'.",
        )
    advice = next((CLIENT_ADVICE[code] for code in sorted(why) if code in CLIENT_ADVICE), f"{CONSENT_AGAIN}.")
    return ConsentError(f"{says}Google refuses to sign in.", advice)


def refused_consent(error: str) -> ConsentError:
    """The error where the person came back without agreeing; ``error`` is Google's code for the reason."""
    advice = CLIENT_ADVICE.get(plain(error)) if error != "access_denied" else None
    return ConsentError("Consent was not given, so nothing is kept.", advice or "Run 'sessionsmgmt auth login' again.")


def _features(scopes: frozenset[str]) -> str:
    return "; ".join(NEEDED_FOR.get(scope, scope) for scope in sorted(scopes))


def _document(content: bytes) -> Mapping[str, object]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _is_token(value: object) -> bool:
    """Whether the value can be sent in a header: visible ASCII of limited length (RFC 6750, 2.1; RFC 6749, A.12)."""
    return isinstance(value, str) and _TOKEN.fullmatch(value) is not None


def _seconds(value: object) -> int:
    """A duration of the reply, in seconds; 0 where there is none, or where it is absurdly long."""
    return value if type(value) is int and 0 <= value <= _LONGEST else 0


def _end(asked_at: datetime, lasts: object) -> datetime | None:
    return asked_at + timedelta(seconds=_seconds(lasts)) if _seconds(lasts) else None


_TOKEN = re.compile(r"[!-~]{1,16384}")
_LONGEST = 10 * 366 * 86_400
