"""What ``forget`` does not delete, and what a person can do about it."""

from __future__ import annotations

from collections.abc import Iterator

from sessionsmgmt.application.context import Context
from sessionsmgmt.config.model import LocalSection
from sessionsmgmt.errors import SessionsError
from sessionsmgmt.ports.health import Finding, Health, failed

LEFT = "left"
"""The topic of the rows about what stays."""


def left_of_club(context: Context) -> Iterator[Finding]:
    """What stays after everything about the club was deleted."""
    config, services = context.config, context.services
    yield _row(
        "The next run starts with an empty ledger, and announces every session ahead.",
        "Remove the workflows or the schedule.",
    )
    if not services.names_repository():
        yield _row(
            "What the club has at GitHub was not looked at: GITHUB_TOKEN and GITHUB_REPOSITORY are not both set.",
            "Set them and run this again, if notices ever went out from there.",
        )
    if config.credentials and not services.may_store_credential():
        yield _row(f"The secret {config.credentials.secret}: nothing is set here that may delete it.", _SECRETS)
    if services.uses_account() and not services.credential():
        yield _row("No credential is set here, so no consent could be withdrawn.", _BY_HAND)
    if services.uses_git_ledger():
        yield _row("Commits of the branch stay at GitHub until it collects its garbage, sealed.", _DELETE_KEY)
    if services.uses_calendar_ledger():
        yield _row(*_EARLIER_SCRIPT)
    if isinstance(config.mail.transport, LocalSection):
        yield _row("The emails in the outbox folder stay.", "Delete the folder, if nobody wants them.")
    yield _row("The emails that went out stay in the mailboxes of the sender and the recipients.", "")
    if services.names_repository():
        yield _row("Logs and check runs stay as long as GitHub keeps them (90 days, if not set otherwise).", _LOGS)
        yield _row("Earlier versions of an issue's text can be seen behind 'edited'.", "Delete them there.")
        yield _row("Forks and clones have what their owners copied.", "")
    if config.credentials or services.uses_account():
        yield _row("SESSIONSMGMT_KEY, the other secrets and the client in the Google project stay, too.", "")


def left_of_person(context: Context, trouble: SessionsError | None) -> Iterator[Finding]:
    """What stays after one person was taken out of the ledgers. ``trouble`` is why the contacts could not be read."""
    if trouble:
        row = failed("contacts", trouble)
        text = f"{row.text} So only the address alone was looked for, and not those who share it."
        yield Finding(row.topic, row.health, text, row.advice, row.cause)
    yield _row(
        "Whoever still attends a session is named as new by the next notice.", "Take them off the session first."
    )
    yield _row("The emails that named them stay in the mailboxes of the sender and the recipients.", "")
    if context.services.uses_git_ledger():
        text = "The branch's history still has what was remembered before, sealed."
        yield _row(text, "'sessionsmgmt forget' without --person deletes all of it.")
    if context.services.uses_calendar_ledger():
        yield _row(*_EARLIER_SCRIPT)


def _row(text: str, advice: str) -> Finding:
    return Finding(LEFT, Health.NOTE, text, advice)


_SECRETS = "Delete it in the settings, under Secrets and variables, Actions; or set SECRETS_TOKEN (docs/rotation.md)."
_BY_HAND = "If there is one, withdraw it at myaccount.google.com/connections."
_DELETE_KEY = "Delete the secret SESSIONSMGMT_KEY, and nobody can open them."
_LOGS = "Delete them under Actions, run by run."
_EARLIER_SCRIPT = ("What MantaBots' earlier script wrote on events is not ours.", "That script can remove it.")
