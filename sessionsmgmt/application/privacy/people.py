"""One person in what is kept: by which marks they may be known, and which entries name them."""

from __future__ import annotations

from collections.abc import Iterable

from sessionsmgmt.application.context import Context
from sessionsmgmt.domain.delivery.claims import LedgerSnapshot, digest
from sessionsmgmt.domain.model.notice import Key
from sessionsmgmt.domain.sessions.roster import Directory, directory, identifiers_of
from sessionsmgmt.errors import SessionsError


def known_by_address(context: Context, address: str) -> tuple[frozenset[str], SessionsError | None]:
    """By which marks the person with the address may be remembered.

    The second value is why the address book could not be read; then the marks are of the address alone.
    """
    try:
        reading = context.services.contacts().read()
    except SessionsError as error:
        return identifiers_of(address, Directory()), error
    return identifiers_of(address, directory(reading.contacts, context.config.roles)), None


def naming(snapshot: LedgerSnapshot, marks: Iterable[str]) -> dict[Key, frozenset[str]]:
    """The entries that name somebody known by one of the marks, and by which digests."""
    wanted = frozenset(digest(snapshot.secret, mark) for mark in marks)
    named = {
        key: frozenset[str]().union(
            *(
                announcement.people & wanted
                for announcement in (entry.announcement, entry.claim.announcement if entry.claim else None)
                if announcement
            )
        )
        for key, entry in snapshot.entries.items()
    }
    return {key: digests for key, digests in named.items() if digests}
