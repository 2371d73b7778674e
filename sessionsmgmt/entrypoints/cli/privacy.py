"""Everything a club does with what is kept about it, from its sessions.yml on: show it, and delete it."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sessionsmgmt.application.privacy import export as exporting
from sessionsmgmt.application.privacy import forget as forgetting
from sessionsmgmt.application.result import ExportResult, ForgetResult
from sessionsmgmt.bootstrap import data_inventory as kept
from sessionsmgmt.bootstrap.ledgers import all_stores
from sessionsmgmt.config.model import CalendarStore, Config, GitStore, OutboxMail
from sessionsmgmt.domain.sessions.roster import directory, known_by
from sessionsmgmt.entrypoints.cli.invocation import Invocation
from sessionsmgmt.errors import SessionsError
from sessionsmgmt.ports.health import Finding, Health, failed

LEFT = "left"
"""The topic of the rows about what stays."""


def export(call: Invocation, person: str, config: Config) -> ExportResult:
    """Everything that is kept about the club or, with an address, about the person."""
    memories = kept.memories(call.container(config))
    reader = exporting.Reader(config.team, config.zone, call.now)
    if person:
        marks, trouble = _known_by(call, person, config)
        return exporting.export_person(memories, marks, trouble, reader)
    club = call.container(config)
    return exporting.export(memories, kept.vault(club), kept.published_places(club), reader)


def text(exported: ExportResult, encoding: str) -> str:
    """The document as JSON that a person can read, in letters of that encoding or as JSON escapes them."""
    readable = json.dumps(exported.document, indent=2, ensure_ascii=False) + "\n"
    try:
        readable.encode(encoding)
    except UnicodeEncodeError:
        return json.dumps(exported.document, indent=2) + "\n"
    return readable


def forget(call: Invocation, config: Config) -> ForgetResult:
    """Delete everything that is kept about the club."""
    return forgetting.forget(_places(call, config), tuple(_left(call, config)))


def forget_dry_run(call: Invocation, config: Config) -> ForgetResult:
    """Say what ``forget`` would delete."""
    return forgetting.forget_dry_run(_places(call, config), tuple(_left(call, config)))


def forget_person(call: Invocation, person: str, config: Config) -> ForgetResult:
    """Delete what is kept about whoever has the address."""
    marks, trouble = _known_by(call, person, config)
    memories = kept.memories(call.container(config))
    return forgetting.forget_person(memories, marks, tuple(_left_of_person(call, trouble, config)), call.now)


def forget_person_dry_run(call: Invocation, person: str, config: Config) -> ForgetResult:
    """Say what ``forget_person`` would delete."""
    marks, trouble = _known_by(call, person, config)
    memories = kept.memories(call.container(config))
    return forgetting.forget_person_dry_run(memories, marks, tuple(_left_of_person(call, trouble, config)), call.now)


def _places(call: Invocation, config: Config) -> tuple[forgetting.Place, ...]:
    """Everything, the account last: with it gone, the calendar could not be cleaned any more."""
    club = call.container(config)
    return (*kept.ledger_places(club, call.now), *kept.published_places(club), *kept.account_places(club))


def _known_by(call: Invocation, person: str, config: Config) -> tuple[frozenset[str], SessionsError | None]:
    """By what the person may be remembered, and why the contacts could not be asked, if they could not."""
    try:
        reading = call.container(config).contacts().read()
    except SessionsError as error:
        return known_by(person, {}), error
    return known_by(person, directory(reading.contacts, config.roles)), None


def _left(call: Invocation, config: Config) -> Iterator[Finding]:
    """What stays somewhere else, and why."""
    yield _row(
        "A run after this begins anew, and announces every session ahead.", "Remove the workflows or the schedule."
    )
    git, calendar = (_uses(config, call, kind) for kind in (GitStore, CalendarStore))
    if not call.settings.github.names_repository:
        yield _row(
            "What the club has at GitHub was not looked at: GITHUB_TOKEN and GITHUB_REPOSITORY are not both set.",
            "Set them and run this again, if notices ever went out from there.",
        )
    club = call.container(config)
    if config.credentials and not any(place.topic == kept.SECRET_ROW for place in kept.account_places(club)):
        yield _row(f"The secret {config.credentials.secret}: nothing is set here that may delete it.", _SECRETS)
    if club.uses_account and not club.credential:
        yield _row("No credential is set here, so no consent could be withdrawn.", _BY_HAND)
    if git:
        yield _row("Commits of the branch stay at GitHub until it collects its garbage, sealed.", _DELETE_KEY)
    if calendar:
        yield _row("What MantaBots' earlier script wrote on events is not ours.", "That script can remove it.")
    if isinstance(config.mail.transport, OutboxMail):
        yield _row("The emails in the outbox folder stay.", "Delete the folder, if nobody wants them.")
    yield _row("The emails that went out stay in the mailboxes of the sender and the recipients.", "")
    if call.settings.github.names_repository:
        yield _row("Logs and check runs stay as long as GitHub keeps them (90 days, if not set otherwise).", _LOGS)
        yield _row("Earlier versions of an issue's text can be seen behind 'edited'.", "Delete them there.")
        yield _row("Forks and clones have what their owners copied.", "")
    if config.credentials or club.uses_account:
        yield _row("Left as well are SESSIONSMGMT_KEY and the other secrets, and the client in the Google project.", "")


def _left_of_person(call: Invocation, trouble: SessionsError | None, config: Config) -> Iterator[Finding]:
    if trouble:
        row = failed("contacts", trouble)
        text = f"{row.text} So only the address alone was looked for, and not those who share it."
        yield Finding(row.topic, row.health, text, row.advice, row.cause)
    yield _row(
        "Whoever still attends a session is named as new by the next notice.", "Take them off the session first."
    )
    yield _row("The emails that named them stay in the mailboxes of the sender and the recipients.", "")
    if _uses(config, call, GitStore):
        text = "The branch's history still has what was remembered before, sealed."
        yield _row(text, "'sessionsmgmt forget' without --person deletes all of it.")
    if _uses(config, call, CalendarStore):
        yield _row("What MantaBots' earlier script wrote on events is not ours.", "That script can remove it.")


def _uses(config: Config, call: Invocation, kind: type[GitStore | CalendarStore]) -> bool:
    return any(isinstance(one, kind) for one in all_stores(config, call.settings))


def _row(text: str, advice: str) -> Finding:
    return Finding(LEFT, Health.NOTE, text, advice)


_SECRETS = "Delete it in the settings, under Secrets and variables, Actions; or set SECRETS_TOKEN (docs/rotation.md)."
_BY_HAND = "If there is one, withdraw it at myaccount.google.com/connections."
_DELETE_KEY = "Delete the secret SESSIONSMGMT_KEY, and nobody can open them."
_LOGS = "Delete them under Actions, run by run."
