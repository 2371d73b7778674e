"""Address books to read from, described as a coach would; each implementation of the port has a world of its own.

``put`` makes the address book hold exactly these people, ``spoil`` makes it impossible to read.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sessionsmgmt.adapters.files.contacts import VcardFile
from sessionsmgmt.adapters.files.csv_people import CsvPeople
from sessionsmgmt.ports.contacts import Contacts
from tests.contract.calendars import escaped


@dataclass(frozen=True, slots=True)
class Friend:
    """Somebody in the address book."""

    name: str = "Ann Moreau"
    addresses: Sequence[str] = ("ann@example.org",)
    labels: Sequence[str] = ("Adult",)
    guardians: Sequence[str] = ()


class ContactsWorld(Protocol):
    """An address book that a test can edit."""

    def put(self, *people: Friend) -> None:
        """Make the address book hold these people and no others."""
        ...

    def spoil(self) -> None:
        """Make the address book impossible to read."""
        ...

    def open(self) -> Contacts:
        """The address book as the product reads it."""
        ...


@dataclass(frozen=True, slots=True)
class VcardWorld:
    """A .vcf file in a folder of its own."""

    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / "contacts.vcf"

    def put(self, *people: Friend) -> None:
        self.path.write_bytes("".join(_card(person) for person in people).encode())

    def spoil(self) -> None:
        self.path.write_bytes(b"<!DOCTYPE html><title>Sign in</title>")

    def open(self) -> Contacts:
        return VcardFile(self.path, "contacts.vcf")


def _card(person: Friend) -> str:
    lines = ["BEGIN:VCARD", "VERSION:4.0", f"FN:{escaped(person.name)}"]
    lines += [f"EMAIL:{escaped(address)}" for address in person.addresses]
    lines += [f"RELATED;TYPE=parent:{'mailto:' if '@' in guardian else ''}{guardian}" for guardian in person.guardians]
    if person.labels:
        lines.append("CATEGORIES:" + ",".join(escaped(label) for label in person.labels))
    return "".join(f"{line}\r\n" for line in [*lines, "END:VCARD"])


@dataclass(frozen=True, slots=True)
class CsvWorld:
    """A .csv file in a folder of its own. A label has no semicolon, and each address is of one person."""

    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / "people.csv"

    def put(self, *people: Friend) -> None:
        with self.path.open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            table.writerow(["labels", "name", "guardian", "email"])
            for person in people:
                labels, guardians, emails = map(";".join, (person.labels, person.guardians, person.addresses))
                table.writerow([labels, person.name, guardians, emails])

    def spoil(self) -> None:
        self.path.write_bytes(b"<!DOCTYPE html><title>Sign in</title>")

    def open(self) -> Contacts:
        return CsvPeople(self.path, "people.csv")
