"""An address book in a CSV file: a plain table, or what Google Contacts and Outlook export.

Sources: the headings of "Export contacts" at contacts.google.com (Google CSV, before and since 2024), and of Outlook's
"Export to a file". Google writes `` ::: `` between several values of a cell, and ``* `` before its own groups.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path

from sessionsmgmt.adapters.files.bounded_file import open_bounded, read_bounded
from sessionsmgmt.adapters.files.csv_table import Row, Table, read_table
from sessionsmgmt.adapters.files.shortened_warnings import shortened
from sessionsmgmt.adapters.written_address import written_address, written_addresses
from sessionsmgmt.domain.addresses import fold
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.people import Contact, ContactsReading
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.domain.text import caseless, fold_label
from sessionsmgmt.errors import InputError

MAX_BYTES = 16 * 2**20
"""The most bytes of a CSV file."""

_NAME = "name"
_NAME_PARTS = (("first name", "given name"), ("middle name", "additional name"), ("last name", "family name"))
_EMAIL = re.compile(r"e-?mail( address)?|e-?mail \d{1,3} address|e-?mail \d{1,3} - value")
_LABELS = frozenset({"labels", "group membership", "categories"})
_GUARDIAN = "guardian"
_CUSTOM_LABEL = re.compile(r"(custom field \d{1,3}) - (?:label|type)")
_EVERY_NAME_PART = frozenset(heading for part in _NAME_PARTS for heading in part)
_SEVERAL = re.compile(r";|:::")


@dataclass(frozen=True, slots=True)
class CsvPeople:
    """The address book in the file at ``path``. ``shown_as`` is how messages write the path."""

    path: Path
    shown_as: str

    def read(self) -> ContactsReading:
        """See ``ports.Contacts``. Raises InputError if the file is no table of people, or lacks a column.

        A row that can't be read is left out with a warning. So are all rows of an address that two people have.
        """
        with open_bounded(self.path, self.shown_as, MAX_BYTES) as file:
            data = read_bounded(file, self.shown_as, MAX_BYTES)
        table = read_table(data, self.shown_as, lambda heading: _is_known(fold_label(heading)))
        columns = _columns(table, self.shown_as)
        warnings = [ReportWarning("contact-encoding", _ENCODING, self.shown_as)] if table.guessed else []
        rows = []
        for row in table.rows:
            if damage := row.damage or columns.damage(row):
                text = f"the row can't be read: {damage}. It is left out; correct it"
                warnings.append(self._warning("contact-unreadable", text, row))
            else:
                rows.append(row)
        contacts = [_contact(row, columns, f"{self.shown_as}:{row.line}") for row in rows]
        for row, contact in zip(rows, contacts, strict=True):
            warnings += self._doubts(row, contact, columns)
        shared = _shared_addresses(contacts)
        alone = []
        for contact in contacts:
            if shared.isdisjoint(map(fold, contact.addresses)):
                alone.append(contact)
            else:
                warnings.append(ReportWarning("contact-address-shared", _SHARED, contact.where))
        return ContactsReading(tuple(alone), shortened(warnings))

    def _doubts(self, row: Row, contact: Contact, columns: _Columns) -> Iterable[ReportWarning]:
        if not all(map(written_addresses, columns.texts(row, columns.emails))):
            yield self._warning("contact-address-invalid", _ADDRESS_INVALID, row)
        if not all(map(written_addresses, columns.guardian_texts(row))):
            yield self._warning("contact-guardian-invalid", _GUARDIAN_INVALID, row)
        if contact.addresses and not contact.name:
            yield self._warning("contact-without-name", _NO_NAME, row)

    def _warning(self, code: str, text: str, row: Row) -> ReportWarning:
        return ReportWarning(code, text, f"{self.shown_as}:{row.line}")


_ENCODING = (
    "the file is neither in UTF-8 nor in UTF-16 and is read as Windows-1252; letters with accents may be wrong. Save "
    "it as CSV UTF-8"
)
_ADDRESS_INVALID = "an email address in the row is not valid, so it is ignored. Correct it"
_GUARDIAN_INVALID = "a guardian in the row is not an email address, so is ignored. Write an address there"
_NO_NAME = "the row has no name, so a notice can't name the person. Write one"
_SHARED = (
    "the email address of the row stands for another person too, so both are left out. Give each an address of their "
    "own, or write a parent's address into the column guardian"
)


@dataclass(frozen=True, slots=True)
class _Columns:
    """The numbers of the columns. ``custom`` has the columns of a custom field's name, each with that of its value."""

    names: Sequence[Sequence[int]]
    emails: Sequence[int]
    labels: Sequence[int]
    guardians: Sequence[int]
    custom: Sequence[tuple[int, int]]

    def texts(self, row: Row, numbers: Iterable[int]) -> list[str]:
        """What the cells of the columns hold, several values of a cell apart."""
        return [text for number in numbers for text in _parts(row.cells[number])]

    def damage(self, row: Row) -> str:
        """Why the row can't be believed; empty if it can be. A quotation mark too many joins the rows behind it."""
        read = [*chain.from_iterable(self.names), *self.emails, *self.labels, *self.guardians]
        joined = any(len(row.cells[number].strip().splitlines()) > 1 for number in read)
        return "a name, an address or a label has several lines, so a quotation mark may be wrong" if joined else ""

    def guardian_texts(self, row: Row) -> list[str]:
        """What the row says about guardians."""
        custom = [value for name, value in self.custom if fold_label(row.cells[name]) == _GUARDIAN]
        return self.texts(row, [*self.guardians, *custom])


def _parts(cell: str) -> list[str]:
    """The values of a cell. An address may have a separator in the name before it, in quotation marks."""
    whole = [cell] if written_address(cell) else _SEVERAL.split(cell)
    return [part.strip() for part in whole if part.strip()]


def _is_known(heading: str) -> bool:
    """Whether a heading, folded, names a column that is read."""
    return (
        heading in _LABELS | _EVERY_NAME_PART | {_NAME, _GUARDIAN}
        or _EMAIL.fullmatch(heading) is not None
        or _CUSTOM_LABEL.fullmatch(heading) is not None
    )


def _columns(table: Table, shown_as: str) -> _Columns:
    """Where the columns are. Raises InputError where one is missing, or where there are several names."""
    headings = [fold_label(heading) for heading in table.headings]

    def where(wanted: Iterable[str]) -> list[int]:
        return [number for number, heading in enumerate(headings) if heading in wanted]

    whole, parts = where([_NAME]), [where(part) for part in _NAME_PARTS]
    emails = [number for number, heading in enumerate(headings) if _EMAIL.fullmatch(heading)]
    found = {"name": whole or any(parts), "email": emails, "labels": where(_LABELS)}
    if missing := [column for column, there in found.items() if not there]:
        raise InputError(
            f"{shown_as}:{table.header_line}: the header row lacks the column {' and the column '.join(missing)}.",
            "The first row names the columns: name, email, labels, and guardian if there is one, in any order.",
        )
    if len(whole) > 1:
        raise InputError(f"{shown_as}:{table.header_line}: two columns are called name.", "Rename one of them.")
    values = {heading: number for number, heading in enumerate(headings)}
    custom = [
        (number, values[f"{match[1]} - value"])
        for number, heading in enumerate(headings)
        if (match := _CUSTOM_LABEL.fullmatch(heading)) and f"{match[1]} - value" in values
    ]
    return _Columns([*([whole] if whole else []), *parts], emails, where(_LABELS), where([_GUARDIAN]), custom)


def _contact(row: Row, columns: _Columns, where: str) -> Contact:
    labels = (label.removeprefix("* ").strip() for label in columns.texts(row, columns.labels))
    return Contact(
        _name(row, columns),
        _addresses(columns.texts(row, columns.emails)),
        tuple(dict.fromkeys(filter(None, labels))),
        where,
        _addresses(columns.guardian_texts(row)),
    )


def _name(row: Row, columns: _Columns) -> str:
    """The cell of the column name; else what the columns of first, middle and last name hold together."""
    cells = [" ".join(row.cells[number] for number in numbers) for numbers in columns.names]
    whole = cells[:1] if len(cells) > len(_NAME_PARTS) and cells[0].strip() else cells
    return " ".join(" ".join(whole).split())


def _addresses(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(address for text in texts for address in written_addresses(text)))


def _shared_addresses(contacts: Iterable[Contact]) -> frozenset[str]:
    """The folded addresses that contacts of different names have."""
    names: defaultdict[str, set[str]] = defaultdict(set)
    for contact in contacts:
        for address in contact.addresses:
            names[fold(address)].add(caseless(contact.name))
    return frozenset(address for address, theirs in names.items() if len(theirs) > 1)
