"""What is more likely a mistake in the set-up than a change in the club."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from itertools import islice

from sessionsmgmt.domain.delivery.claims import LedgerSnapshot
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.event import CalendarReading, Event
from sessionsmgmt.domain.model.people import Contact, Role
from sessionsmgmt.domain.model.rule import Rule
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.domain.sessions.roster import roles_without_contact
from sessionsmgmt.domain.sessions.session_keys import current_announcement
from sessionsmgmt.domain.text import caseless, comparable, fold_label

MONTH = timedelta(days=31)
"""How far ahead a rule should match something."""

MOST_TITLES = 3
"""How many titles are shown of a calendar in which nothing matches."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """Why nothing is announced or cancelled until a person has looked, and what that person can do."""

    text: str
    advice: str


def mistake(
    calendar: CalendarReading,
    contacts: Sequence[Contact],
    roles: Sequence[Role],
    snapshot: LedgerSnapshot,
    now: datetime,
) -> Mistake | None:
    """The mistake that stops a run: no role has anybody, or all announced sessions are gone at once."""
    if not contacts:
        return Mistake("The address book is empty, so nobody could be named.", _LOOK_AT_CONTACTS)
    if len(roles_without_contact(contacts, roles)) == len(roles):
        return Mistake("No contact has a label of any role, so nobody could be named.", _LOOK_AT_LABELS)
    ahead = sum(
        key.is_of_notice and current_announcement(entry, now) is not None for key, entry in snapshot.entries.items()
    )
    if calendar.empty and ahead > 1:
        return Mistake(
            f"The calendar has no event at all, and {ahead} announced sessions lie ahead.", _LOOK_AT_CALENDAR
        )
    return None


def oddities(
    rules: Sequence[Rule], events: Iterable[Event], contacts: Sequence[Contact], roles: Sequence[Role], until: datetime
) -> Iterator[ReportWarning]:
    """What is probably a mistake, and stops nothing. ``events`` are those that begin before ``until`` and count."""
    for role in roles_without_contact(contacts, roles):
        yield ReportWarning(
            "role-without-contact",
            f"no contact has a label of the role {role.name}, so it names nobody",
            about=role.name,
        )
    yield from _odd_includes(rules, contacts, roles)
    titles = sorted({event.title for event in events if not event.cancelled})
    for rule in rules:
        if not any(rule.matches(title) for title in titles):
            text = f"no event until {until.date().isoformat()} matches the notice {rule.id}"
            yield ReportWarning("notice-without-event", text, titles=nearest(rule.match, titles), about=rule.id)


def _odd_includes(rules: Iterable[Rule], contacts: Sequence[Contact], roles: Sequence[Role]) -> Iterator[ReportWarning]:
    """Labels of ``include`` without a contact, and contacts that ``include`` means but no notice can name or count."""
    included = {fold_label(label): label for rule in rules for label in rule.include}
    if not included:
        return
    labels_of_roles = {fold_label(label) for role in roles for label in role.labels}
    labels = [frozenset(map(fold_label, contact.labels)) for contact in contacts]
    for folded, label in sorted(included.items()):
        if not any(folded in theirs for theirs in labels):
            text = f"no contact has the label {label} that 'include' names, so it adds nobody"
            yield ReportWarning("include-without-contact", text)
    if count := sum(not theirs.isdisjoint(included) and theirs.isdisjoint(labels_of_roles) for theirs in labels):
        text = f"{count} contact(s) have a label that 'include' names and none of a role, so notices leave them out"
        yield ReportWarning("contact-without-role", text)
    names = Counter(
        caseless(" ".join(contact.name.split()))
        for contact, theirs in zip(contacts, labels, strict=True)
        if not theirs.isdisjoint(included) and not any(map(str.strip, (*contact.addresses, *contact.guardians)))
    )
    if count := sum(number - 1 for name, number in names.items() if name):
        text = (
            f"{count} contact(s) without an address have the same name as another one, so they count as that person. "
            "Give each a guardian's address, or names that differ"
        )
        yield ReportWarning("contact-repeated", text)


def nearest(match: str, titles: Iterable[str]) -> tuple[str, ...]:
    """The titles that are most like the text, the nearest first."""
    wanted = comparable(match)

    def unlikeness(title: str) -> tuple[float, float, str]:
        compared = SequenceMatcher(None, wanted, comparable(title)[:MOST_COMPARED], autojunk=False)
        return -sum(block.size for block in compared.get_matching_blocks()), -compared.ratio(), title

    compared = islice(filter(str.strip, titles), MOST_COMPARED_TITLES)
    return tuple(sorted(compared, key=unlikeness)[:MOST_TITLES])


MOST_COMPARED_TITLES = 500
"""How many titles are compared. A month has more different titles only where none of them is a session's."""

MOST_COMPARED = 200
"""Characters of a title that are compared: the time grows with the square of their number."""

_LOOK_AT_CONTACTS = (
    "Nothing is sent and nothing is called off. See whether 'contacts' in sessions.yml names the right address book."
)
_LOOK_AT_LABELS = (
    "Nothing is sent and nothing is called off. Give the contacts the labels that 'roles' in sessions.yml names, or "
    "correct them there."
)
_LOOK_AT_CALENDAR = (
    "Nothing is called off. Export the calendar again, or see whether 'calendar' in sessions.yml names the right one."
)
