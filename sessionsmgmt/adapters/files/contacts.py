"""An address book in a .vcf file (vCard 2.1, 3.0 and 4.0), as Google, Outlook and Apple export them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from urllib.parse import unquote

from sessionsmgmt.adapters.files.bounded_file import open_bounded
from sessionsmgmt.adapters.files.content_lines import ContentLine, split, unescape
from sessionsmgmt.adapters.files.shortened_warnings import shortened
from sessionsmgmt.adapters.files.vcard_cards import Card, read_cards
from sessionsmgmt.adapters.written_address import written_addresses
from sessionsmgmt.domain.addresses import fold
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.people import Contact, ContactsReading
from sessionsmgmt.domain.model.warning import ReportWarning

MAX_BYTES = 1024 * 2**20
"""The most bytes of an address book. Photos make address books large, but photos are not kept in memory."""


@dataclass(frozen=True, slots=True)
class VcardFile:
    """The address book in the file at ``path``. ``shown_as`` is how messages write the path."""

    path: Path
    shown_as: str

    def read(self) -> ContactsReading:
        """See ``ports.Contacts``. Raises InputError if the file is not a complete address book.

        A card that can't be read is left out with a warning. A group is not a contact; its name is a label of its
        members.
        """
        with open_bounded(self.path, self.shown_as, MAX_BYTES) as file:
            all_cards = list(read_cards(file, self.shown_as))
        warnings = [warning for card in all_cards for warning in self._warnings(card)]
        whole = [card for card in all_cards if not card.damage]
        labels = _group_labels([card for card in whole if _is_group(card)])
        addresses = {_member(uid.value): _addresses(card) for card in whole for uid in card.values("UID")}
        contacts = [
            _contact(card, labels, addresses, f"{self.shown_as}:{card.line}") for card in whole if not _is_group(card)
        ]
        warnings += [
            ReportWarning("contact-guardian-invalid", _GUARDIAN_INVALID, f"{self.shown_as}:{prop.line}")
            for card in whole
            for prop in _parents(card)
            if not _guardians(prop, addresses)
        ]
        warnings += [
            ReportWarning(
                "contact-without-name", "the contact has no name, so a notice can't name it. Give it one", contact.where
            )
            for contact in contacts
            if contact.addresses and not contact.name
        ]
        return ContactsReading(tuple(contacts), shortened(warnings))

    def _warnings(self, card: Card) -> Iterable[ReportWarning]:
        where = f"{self.shown_as}:{card.line}"
        if card.damage:
            text = f"the contact can't be read: {card.damage}. Export the contacts again"
            yield ReportWarning("contact-unreadable", text, where)
        if card.guessed:
            text = "the contact is not in UTF-8; letters with accents may be wrong. Export the contacts as UTF-8"
            yield ReportWarning("contact-encoding", text, where)
        if card.glued:
            text = "the contact begins on the line on which another one ends. They are read as two contacts"
            yield ReportWarning("contact-glued", text, where)
        if card.broken and not card.damage:
            text = "a line of the contact is broken in two, so its name, address or labels may be cut. Export it again"
            yield ReportWarning("contact-broken", text, where)
        for prop in card.values("EMAIL"):
            if unescape(prop.value).strip() and not written_addresses(unescape(prop.value)):
                text = "an email address of the contact is not valid, so it is ignored. Correct it"
                yield ReportWarning("contact-address-invalid", text, f"{self.shown_as}:{prop.line}")


_GUARDIAN_INVALID = (
    "the guardian of a contact (RELATED;TYPE=parent) is neither an address nor a contact with one, so is ignored. "
    "Write an address there"
)


def _contact(
    card: Card, labels: Mapping[str, Sequence[str]], addresses_by_uid: Mapping[str, Sequence[str]], where: str
) -> Contact:
    addresses = _addresses(card)
    guardians = (address for prop in _parents(card) for address in _guardians(prop, addresses_by_uid))
    own = [unescape(label).strip() for prop in card.values("CATEGORIES") for label in split(prop.value, ",")]
    keys = [_member(prop.value) for prop in card.values("UID")] + [fold(address) for address in addresses]
    assigned = [label for key in dict.fromkeys(keys) for label in labels.get(key, ())]
    every_label = tuple(dict.fromkeys(filter(None, own + assigned)))
    return Contact(_name(card), addresses, every_label, where, tuple(dict.fromkeys(guardians)))


def _addresses(card: Card) -> tuple[str, ...]:
    values = (unescape(prop.value) for prop in card.values("EMAIL"))
    return tuple(dict.fromkeys(address for value in values for address in written_addresses(value)))


def _parents(card: Card) -> list[ContentLine]:
    """The properties about the person's parents (RFC 6350, 6.6.6), among which the guardians' addresses are."""
    return [
        prop
        for prop in card.values("RELATED")
        if "parent" in ",".join(prop.params.get("TYPE", ())).lower().replace(" ", "").split(",")
    ]


def _guardians(prop: ContentLine, addresses_by_uid: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """A parent's addresses: the property has them, or the UID of the contact that has them."""
    return written_addresses(unescape(prop.value)) or addresses_by_uid.get(_member(prop.value), ())


def _name(card: Card) -> str:
    """The person's name: FN, else the parts of N, else the nickname, else the organisation; empty if there is none."""
    full = sorted(card.values("FN"), key=_preference)
    candidates = [unescape(prop.value) for prop in full]
    for prop in card.values("N"):  # family; given; additional; prefixes; suffixes (RFC 6350, 6.2.2)
        family, given_name, additional = ([*_components(prop.value), "", "", ""])[:3]
        candidates.append(f"{given_name} {additional} {family}")
    candidates += [_components(prop.value)[0] for name in ("NICKNAME", "ORG") for prop in card.values(name)]
    return next(filter(None, (" ".join(name.split()) for name in candidates)), "")


def _components(value: str) -> list[str]:
    """The components of a structured value, including empty ones."""
    parts, part = [], ""
    escaped = False
    for char in value:
        if char == ";" and not escaped:
            parts.append(unescape(part))
            part = ""
        else:
            part += char
        escaped = char == "\\" and not escaped
    return [*parts, unescape(part)]


def _preference(prop: ContentLine) -> int:
    text = prop.param("PREF")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 101  # noqa: PLR2004 - RFC 6350, 5.3


def _is_group(card: Card) -> bool:
    kinds = card.values("KIND") + card.values("X-ADDRESSBOOKSERVER-KIND")
    return any(prop.value.strip().lower() == "group" for prop in kinds)


def _group_labels(groups: Iterable[Card]) -> Mapping[str, Sequence[str]]:
    """The names of groups by their members' UID or address (RFC 6350, 6.6.5, and Apple's older properties)."""
    labels: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for group in groups:
        name = _name(group)
        for prop in group.values("MEMBER") + group.values("X-ADDRESSBOOKSERVER-MEMBER"):
            labels[_member(prop.value)][name] = None
    return {member: tuple(names) for member, names in labels.items()}


def _member(value: str) -> str:
    """The key of a group's member: its UID without the URI scheme, or its address."""
    text = value.strip()
    if text[:7].lower() == "mailto:":
        return fold(unquote(text[7:].partition("?")[0]))
    return text[9:].lower() if text[:9].lower() == "urn:uuid:" else text.lower()
