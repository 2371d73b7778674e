"""Calendars at an address: what every calendar program can give, without an account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from sessionsmgmt.adapters.feeds.addresses import address_problem, read_as_https
from sessionsmgmt.adapters.feeds.sections import SubscribedSection, read_subscription
from sessionsmgmt.adapters.provider_spec import ProviderContext, ProviderSpec
from sessionsmgmt.config.model import Config
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.errors import InputError
from sessionsmgmt.retry import RetryPolicy

if TYPE_CHECKING:
    from sessionsmgmt.ports.calendar import Calendar

CALENDAR_URL = "CALENDAR_URL"


@dataclass(frozen=True, slots=True)
class SecretFeed:
    """A feed whose address is a secret. ``named`` is how messages name it."""

    address: str = field(repr=False)
    named: str


@dataclass(frozen=True, slots=True)
class Feeds:
    """The feeds with a secret address, by the place of their section."""

    secret: Mapping[str, SecretFeed]
    retry_policy: RetryPolicy


def _connect(context: ProviderContext) -> Feeds:
    """The addresses of CALENDAR_URL, one a line, for the sections without ``url`` in their order."""
    sections = [entry.section for entry in context.config.calendars if isinstance(entry.section, SubscribedSection)]
    places = [section.place for section in sections if not section.url]
    text = context.settings.provider_secrets[CALENDAR_URL].reveal()
    addresses = [read_as_https(line) for line in text.splitlines() if line.strip()]
    for address in addresses:
        context.mask(address)
    if not places:
        return Feeds({}, RetryPolicy(say=context.say))
    if not addresses:
        raise InputError(f"{CALENDAR_URL} is not set.", "Put the calendar's secret address into it (docs/feeds.md).")
    if len(addresses) != len(places):
        raise InputError(
            f"{CALENDAR_URL} has {len(addresses)} address(es), and sessions.yml has {len(places)} subscription(s) "
            "without url.",
            "Write one address a line, in the order of sessions.yml.",
        )
    feeds = {
        place: _secret_feed(address, len(places), n)
        for n, (place, address) in enumerate(zip(places, addresses, strict=True))
    }
    every = [feed.address for feed in feeds.values()] + [section.url for section in sections if section.url]
    if len(set(every)) < len(every):
        raise InputError("Two subscriptions have the same address.", "Remove one of the two.")
    return Feeds(feeds, RetryPolicy(say=context.say))


def _secret_feed(address: str, count: int, number: int) -> SecretFeed:
    named = CALENDAR_URL if count == 1 else f"{CALENDAR_URL} (line {number + 1})"
    if problem := address_problem(address):
        raise InputError(f"{named} {problem}.", "Copy the calendar's address from its settings (docs/feeds.md).")
    return SecretFeed(address, named)


def _calendar(feeds: Feeds, section: SubscribedSection, organizers: frozenset[str] | None, config: Config) -> Calendar:
    from sessionsmgmt.adapters.feeds.calendar import SubscribedCalendar
    from sessionsmgmt.adapters.feeds.download import Download
    from sessionsmgmt.adapters.files.calendar import IcsReader

    feed = SecretFeed(section.url, "calendar.url") if section.url else feeds.secret[section.place]
    download = Download(feed.named, not section.url, feeds.retry_policy)
    return SubscribedCalendar(feed.address, download, IcsReader(feed.named, config.zone, organizers))


SUBSCRIPTION = ProviderSpec(
    name="subscription",
    read_calendar=read_subscription,
    secrets=(CALENDAR_URL,),
    connect=_connect,
    calendar=_calendar,
)
