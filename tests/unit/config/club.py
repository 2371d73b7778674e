"""A small club on disk, and the problems of its sessions.yml."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from sessionsmgmt.bootstrap.providers import PROVIDERS
from sessionsmgmt.bootstrap.wording import WORDING
from sessionsmgmt.config.load import load as load_config
from sessionsmgmt.config.model import Config
from sessionsmgmt.errors import InputError
from tests.settings import load as load_as_the_product

BASE = """\
version: 1
team: MantaBots
timezone: America/New_York
calendar: {provider: google, name: Team}
contacts: {provider: google}
mail: {provider: google}
roles:
  adults: [Adult]
  students: [Student]
notices:
  - id: campus
    match: Team Session
    to: [office@example.org]
"""
"""A valid file. The notice is at its end, so that tests can append keys of the notice, and sections."""

WHOLE = """\
version: 1
team: MantaBots
timezone: America/New_York
locale: fr-CA

calendar:
  provider: ics
  path: calendar.ics
  organizers: [coach@example.org]
contacts:
  provider: vcard
  path: contacts.vcf
mail:
  provider: outbox
  path: out/mails
  from: coaches@example.org
  reply_to: [coach@example.org]
  confirm: sent-folder
  signature: signature.md
roles:
  adults: [Adult, Parent]
  students:
    labels: [Student]
    disclose: count
contact: {name: Coach Lee, phone: "+1 555 0100"}

ledger:
  store: file
  path: kept/ledger.json
  migrate_from: {store: git, branch: club/ledger}
  keep: 8 weeks

credentials:
  secret: GOOGLE_CREDENTIALS
  scope: environment
  environment: production
  rotate_after: 36 hours

preview:
  sample: {calendar: sample.ics, contacts: sample.vcf}

attending: accepted
alerts: {to: [coach@example.org]}
silence: 4 weeks

notices:
  - id: campus
    match: Team Session
    within: 2 weeks
    presence: event
    to: [office@example.org]
    cc: [coach@example.org]
    template: notice.md
    locale: de
    attach_calendar: false
    kinds: [new, cancelled]
    include: [Student, U12]
    require:
      adults: 2
      students_per_adult: 8
"""
"""A valid file with every key there is."""


def load_with_every_provider(path: Path) -> Config:
    """The configuration in a file, also for the providers that can be read and not used yet."""
    nothing: frozenset[str] = frozenset()
    sections = PROVIDERS.sections
    return load_config(path, replace(sections, absent=dict.fromkeys(sections.absent, nothing)), WORDING)


class Club:
    """A repository with one sessions.yml and the files that it may name."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.file = root / "sessions.yml"
        (root / ".git").mkdir()
        (root / ".git" / "config").write_text("[core]\n", encoding="utf-8")
        for name in ("calendar.ics", "contacts.vcf", "sample.ics", "sample.vcf"):
            (root / name).touch()
        (root / "folder").mkdir()
        (root / "signature.md").write_text("**Coach Lee**\n", encoding="utf-8")
        (root / "notice.md").write_text("Subject: {{ team }}\n\nHello\n", encoding="utf-8")

    def load(self, text: str = BASE, read: Callable[[Path], Config] = load_as_the_product) -> Config:
        """The configuration of a sessions.yml with this text."""
        self.file.write_text(text, encoding="utf-8")
        return read(self.file)

    def problems(self, text: str | bytes, read: Callable[[Path], Config] = load_as_the_product) -> list[str]:
        """The problems of a sessions.yml with this text, without the folder in the file's path."""
        self.file.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        try:
            read(self.file)
        except InputError as error:
            return [str(problem).removeprefix(f"{self.root}/") for problem in error.problems]
        return []


def changed(old: str, new: str) -> str:
    """The valid file with one part of its text replaced."""
    assert BASE.count(old) == 1
    return BASE.replace(old, new)
