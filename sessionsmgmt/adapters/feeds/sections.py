"""The section of sessions.yml that names a feed."""

from __future__ import annotations

from typing import ClassVar

from sessionsmgmt.adapters.feeds.addresses import address_problem, names_private_host, read_as_https
from sessionsmgmt.config.paths import ClubFolder
from sessionsmgmt.config.problems import key_path_text
from sessionsmgmt.config.sections import Section
from sessionsmgmt.domain.frozen import dataclass


@dataclass(frozen=True, slots=True)
class SubscribedSection:
    """A feed. ``url`` is its address, and is empty where CALENDAR_URL has it. ``place`` is the section's key path."""

    provider: ClassVar[str] = "subscription"
    url: str
    place: str


def read_subscription(section: Section, _: ClubFolder) -> SubscribedSection:
    """``calendar: {provider: subscription}``."""
    url = read_as_https(section.text("url").value)
    if url:
        problem = address_problem(url)
        if not problem and names_private_host(url):
            problem = "must not be in a private network; put such an address into CALENDAR_URL"
        if problem:
            section.add_problem("url", problem)
    return SubscribedSection(url, "" if url else key_path_text(section.key_path))
