"""The health checks of the account's consent."""

from __future__ import annotations

from collections.abc import Iterator

from sessionsmgmt.adapters.google.account import Account
from sessionsmgmt.adapters.google.scopes import NEEDED_FOR, covering, short
from sessionsmgmt.adapters.google.tokens import CONSENT_AGAIN, lapses, refresh
from sessionsmgmt.errors import ConsentError, SessionsError
from sessionsmgmt.ports.health import Finding, Health, failed


def consent(account: Account, needed: frozenset[str]) -> Iterator[Finding]:
    """The token, the scopes that are granted, missing or not needed, and the end of the consent.

    It makes one request and changes nothing.
    """
    yield Finding("credential", Health.GOOD, "GOOGLE_CREDENTIALS is there and has the right form.")
    try:
        # a token that is asked for without a scope has every scope that was agreed to (RFC 6749, section 6)
        granted = refresh(account.credential, frozenset(), account.connection)
    except SessionsError as error:
        yield failed("token", error)
        return
    yield Finding("token", Health.GOOD, "Google accepts the stored consent.")
    chosen = {scope: covering(scope, granted.scopes) for scope in needed}
    for scope in sorted(needed):
        topic, wider = f"scope {short(scope)}", chosen[scope]
        if wider == scope:
            yield Finding(topic, Health.GOOD, f"Granted, for {NEEDED_FOR[scope]}.")
        elif wider:
            yield Finding(topic, Health.NOTE, f"Granted as a part of {short(wider)}, for {NEEDED_FOR[scope]}.", _NARROW)
        else:
            yield Finding(topic, Health.BAD, f"Missing, for {NEEDED_FOR[scope]}.", f"{CONSENT_AGAIN}.", ConsentError)
    for scope in sorted(granted.scopes - set(chosen.values())):
        yield Finding(f"scope {short(scope)}", Health.NOTE, "Granted, but not needed.", _NARROW)
    ends = lapses(granted)
    if ends:
        yield Finding("consent", Health.NOTE, f"{ends[0].text}.")
    else:
        yield Finding("consent", Health.GOOD, "Google names no date at which it ends.")


def sender(address: str) -> Iterator[Finding]:
    """The address that the mail is from. The scope for sending can't read which addresses the account may use."""
    if address:
        advice = "Gmail's settings must list it under 'Send mail as', or Gmail puts the account's own address instead."
        yield Finding("mail.from", Health.NOTE, "An address of your choice is used.", advice)
    else:
        yield Finding("mail.from", Health.GOOD, "The account's own address is used.")


_NARROW = "The less is granted, the less can be lost: run 'sessionsmgmt auth login' to narrow it."
