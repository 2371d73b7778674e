"""Calendar, contacts and mail of a Google account."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sessionsmgmt.adapters.google.credentials import GOOGLE_CREDENTIALS, stored_credential
from sessionsmgmt.adapters.provider_spec import AccountSpec, ProviderContext, ProviderSpec
from sessionsmgmt.base_urls import base_url
from sessionsmgmt.config.model import Config
from sessionsmgmt.retry import RetryPolicy

if TYPE_CHECKING:
    from sessionsmgmt.adapters.google.account import Account
    from sessionsmgmt.adapters.google.sections import GoogleCalendar, GoogleContacts, GoogleMail
    from sessionsmgmt.adapters.google.transport import Connection
    from sessionsmgmt.adapters.ledger.retention import Retention
    from sessionsmgmt.adapters.ledger.sealing import Keys
    from sessionsmgmt.config.paths import ClubFolder
    from sessionsmgmt.config.sections import Section
    from sessionsmgmt.ports.calendar import Calendar
    from sessionsmgmt.ports.contacts import Contacts
    from sessionsmgmt.ports.credentials import ConsentFlow, TokenRefresher
    from sessionsmgmt.ports.health import Check
    from sessionsmgmt.ports.ledger import ErasableLedger
    from sessionsmgmt.ports.mail import Mailer, SentFolder

GOOGLE_ROOT = "SESSIONSMGMT_GOOGLE_ROOT"


def _read_calendar(section: Section, folder: ClubFolder) -> GoogleCalendar:
    from sessionsmgmt.adapters.google.sections import read_calendar

    return read_calendar(section, folder)


def _read_contacts(section: Section, folder: ClubFolder) -> GoogleContacts:
    from sessionsmgmt.adapters.google.sections import read_contacts

    return read_contacts(section, folder)


def _read_mail(section: Section, folder: ClubFolder) -> GoogleMail:
    from sessionsmgmt.adapters.google.sections import read_mail

    return read_mail(section, folder)


def _connect(context: ProviderContext) -> Account:
    from sessionsmgmt.adapters.google.account import Account

    credential = stored_credential(context.settings.provider_secrets[GOOGLE_CREDENTIALS])
    return Account(credential, _connection(context, RetryPolicy(say=context.say)))


def _connection(context: ProviderContext, retry_policy: RetryPolicy) -> Connection:
    from sessionsmgmt.adapters.google.transport import Connection

    root = base_url(context.settings.provider_base_urls[GOOGLE_ROOT], GOOGLE_ROOT)
    return Connection(context.mask, root, retry_policy=retry_policy)


def _calendar(account: Account, section: GoogleCalendar, _: frozenset[str] | None, config: Config) -> Calendar:
    from sessionsmgmt.adapters.google.calendar import GoogleCalendarFeed
    from sessionsmgmt.adapters.google.scopes import reading_scopes

    return GoogleCalendarFeed(account, reading_scopes(config), config.zone, section.id, section.name)


def _contacts(account: Account, _: GoogleContacts, config: Config) -> Contacts:
    from sessionsmgmt.adapters.google.contacts import GoogleAddressBook
    from sessionsmgmt.adapters.google.scopes import reading_scopes

    return GoogleAddressBook(account, reading_scopes(config))


def _mailer(account: Account, _: GoogleMail, __: Config) -> Mailer:
    from sessionsmgmt.adapters.google.mail import Gmail

    return Gmail(account)


def _sent_folder(account: Account, _: GoogleMail, __: Config) -> SentFolder:
    from sessionsmgmt.adapters.google.sent import GmailSent

    return GmailSent(account)


def _calendar_ledger(
    account: Account, section: GoogleCalendar, config: Config, keys: Keys, retention: Retention
) -> ErasableLedger:
    from sessionsmgmt.adapters.google.ledger import CalendarLedger
    from sessionsmgmt.adapters.google.scopes import reading_scopes

    rules = [notice.rule for notice in config.notices]
    return CalendarLedger(account, reading_scopes(config), keys, retention, rules, section.id, section.name)


def _checks(account: Account, config: Config) -> tuple[Check, ...]:
    from sessionsmgmt.adapters.google import health_checks
    from sessionsmgmt.adapters.google.scopes import needed_scopes
    from sessionsmgmt.adapters.google.sections import GoogleMail

    checks = [partial(health_checks.consent, account, needed_scopes(config))]
    if isinstance(config.mail.transport, GoogleMail):
        return (*checks, partial(health_checks.sender, config.mail.sender))
    return tuple(checks)


def _scopes(config: Config) -> frozenset[str]:
    from sessionsmgmt.adapters.google.scopes import needed_scopes

    return needed_scopes(config)


def _consent_flow(context: ProviderContext, scopes: frozenset[str], client: Path) -> ConsentFlow:
    from sessionsmgmt.adapters.google.consent import GoogleConsentFlow, client_of

    return GoogleConsentFlow(
        client_of(client, context.mask), scopes, _connection(context, RetryPolicy(say=context.say))
    )


def _token_refresher(context: ProviderContext, scopes: frozenset[str], clock: Callable[[], datetime]) -> TokenRefresher:
    from sessionsmgmt.adapters.google.token_refresher import GoogleTokenRefresher

    stored_credential(context.settings.provider_secrets[GOOGLE_CREDENTIALS])
    return GoogleTokenRefresher(scopes, _connection(context, RetryPolicy(today=clock, say=context.say)))


def _revoke(account: Account) -> bool:
    from sessionsmgmt.adapters.google.consent import revoke

    return revoke(account)


GOOGLE: ProviderSpec[Account] = ProviderSpec(
    name="google",
    read_calendar=_read_calendar,
    read_contacts=_read_contacts,
    read_mail=_read_mail,
    credential=GOOGLE_CREDENTIALS,
    base_urls=(GOOGLE_ROOT,),
    connect=_connect,
    calendar=_calendar,
    contacts=_contacts,
    mailer=_mailer,
    sent_folder=_sent_folder,
    calendar_ledger=_calendar_ledger,
    checks=_checks,
    account=AccountSpec(
        scopes=_scopes,
        consent_flow=_consent_flow,
        token_refresher=_token_refresher,
        revoke=_revoke,
    ),
)
