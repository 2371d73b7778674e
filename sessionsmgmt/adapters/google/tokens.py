"""Access tokens, one narrow one per stage, and what it means when Google gives none."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlencode

from sessionsmgmt.adapters.google.credentials import StoredCredential
from sessionsmgmt.adapters.google.error_replies import LIMITS, ErrorReply, plain
from sessionsmgmt.adapters.google.scopes import NEEDED_FOR, covering, short
from sessionsmgmt.adapters.google.transport import JSON, Connection, Response, is_passing, refusal, retry
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
    """What the token endpoint gave: an access token, what it is good for, and until when.

    ``ends`` is when the consent itself lapses, where Google says so (``refresh_token_expires_in``).
    ``refresh_token`` is a new one that replaces the stored one, or None, as is usual at Google. ``wider`` are those of
    ``scopes`` that were not asked for and are taken in the place of narrower ones, which were not agreed to.
    """

    access_token: Secret
    scopes: frozenset[str]
    expires: datetime
    ends: datetime | None = None
    refresh_token: Secret | None = None
    wider: frozenset[str] = frozenset()


class _NarrowedError(ConsentError):
    """Google gives no token for these scopes, though it may for wider ones that were agreed to in their place."""


def refresh(credential: StoredCredential, scopes: frozenset[str], connection: Connection) -> Granted:
    """Exchange the refresh token for an access token good for these scopes and no others (RFC 6749, section 6).

    Where a wider scope was agreed to in the place of one of them, the token is good for that one, which ``wider``
    names. Raises ConsentError where a person has to agree again or agreed to less, InputError where the client is not
    known to Google, UnreachableError where Google does not answer. An empty ``scopes`` asks for all that was agreed to.
    """
    try:
        return _narrowed(credential, scopes, connection)
    except _NarrowedError:
        # Google gives no part of a scope: so ask what was agreed to, and then for the narrowest of that which will do
        whole = _narrowed(credential, frozenset(), connection)
        chosen = {scope: covering(scope, whole.scopes) for scope in scopes}
        missing = frozenset(scope for scope, one in chosen.items() if not one)
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
    """A token for these scopes; ``needed`` are the narrower ones that they are taken for."""
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
    missing = frozenset(scope for scope, one in chosen.items() if not one)
    if missing:
        raise _NarrowedError(*_missing(missing))
    return replace(granted, wider=frozenset(chosen.values()) - needed)


def _missing(scopes: frozenset[str]) -> tuple[str, str]:
    return f"Consent is missing for {_features(scopes)}.", f"{CONSENT_AGAIN}."


def exchange_code(form: Mapping[str, str], connection: Connection) -> Granted:
    """Exchange the code a person's consent gave for tokens (RFC 6749, section 4.1.3; RFC 7636 for ``code_verifier``).

    A code is good for one exchange, so this is tried once. Raises as ``refresh`` does.
    """
    once = replace(connection.retry_policy, total=0)
    return _exchange({"grant_type": "authorization_code", **form}, frozenset(), connection, once)


def lapses(granted: Granted) -> tuple[ReportWarning, ...]:
    """The warning that the consent will end, where Google says when."""
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
    asked = retry_policy.today()
    response, content = retry(lambda: once.request(endpoint, "POST", body, headers), is_passing_sign_in, retry_policy)
    reply = _document(content)
    token = reply.get("access_token")
    renewed = reply.get("refresh_token") or ""
    if response.status != HTTPStatus.OK or not _is_token(token) or (renewed and not _is_token(renewed)):
        raise _refusal(refusal(response, content, retry_policy), scopes)
    given = reply.get("scope")
    return Granted(
        access_token=Secret(str(token), connection.mask),
        # a reply without a scope grants what was asked for (RFC 6749, section 5.1)
        scopes=frozenset(given.split()) if isinstance(given, str) else scopes,
        expires=asked + timedelta(seconds=_seconds(reply.get("expires_in")) or 3600),
        ends=_end(asked, reply.get("refresh_token_expires_in")),
        refresh_token=Secret(str(renewed), connection.mask) if renewed else None,
    )


def is_passing_sign_in(response: Response, content: bytes) -> bool:
    """Whether it may be answered a little later; the token endpoint's own words for that come with any status."""
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
"""What to do about refusals of the client, the app or the account, by the plain form of Google's word for them."""


def _refusal(reply: ErrorReply, scopes: frozenset[str]) -> SessionsError:
    """What a token endpoint's error means for the person who has to mend it (RFC 6749, section 5.2).

    Whatever refuses and is not known to pass is about the consent: it does not go away by itself.
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
    advice = next((CLIENT_ADVICE[one] for one in sorted(why) if one in CLIENT_ADVICE), f"{CONSENT_AGAIN}.")
    return ConsentError(f"{says}Google refuses to sign in.", advice)


def refused_consent(error: str) -> ConsentError:
    """What it means that the person came back without agreeing; ``error`` is Google's word for it."""
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
    """Whether the value can stand in a header: visible ASCII, and not endless (RFC 6750, 2.1; RFC 6749, A.12)."""
    return isinstance(value, str) and _TOKEN.fullmatch(value) is not None


def _seconds(value: object) -> int:
    """A duration of the reply; 0 where there is none, or one that is longer than anything lasts."""
    return value if type(value) is int and 0 <= value <= _LONGEST else 0


def _end(asked: datetime, lasts: object) -> datetime | None:
    return asked + timedelta(seconds=_seconds(lasts)) if _seconds(lasts) else None


_TOKEN = re.compile(r"[!-~]{1,16384}")
_LONGEST = 10 * 366 * 86_400
