"""The way in: a sessions.yml becomes a Config, or a list of everything that is wrong with it.

Nothing is read besides the file itself and the templates it names; of the other files it names it is only seen whether
they are there. Nothing is written.

A file is read in two passes: ``document`` and ``schema`` say what can be said without knowing what a key means,
``sections`` and this module say the rest. The Config is defined in ``model``.
"""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

from sessionsmgmt.config.clubs import LARGEST
from sessionsmgmt.config.document import Document, parse
from sessionsmgmt.config.findings import Findings
from sessionsmgmt.config.model import Config, FileStore, IcsCalendar, VcardContacts
from sessionsmgmt.config.names import ACCOUNTS, role_fault, zone_fault
from sessionsmgmt.config.notices import locale, notices
from sessionsmgmt.config.paths import Folder, around, is_file, real
from sessionsmgmt.config.reading import WHOLE, UnreadableError, read
from sessionsmgmt.config.schema import check
from sessionsmgmt.config.sections import Section, Text, chosen, repeated, texts
from sessionsmgmt.config.sources import calendar, contacts, credentials, ledger, mail, organizers, sample
from sessionsmgmt.domain.model.people import Disclose, Role
from sessionsmgmt.errors import InputError, Problem
from sessionsmgmt.safe_files import resolved

VERSION = 1
"""The newest version of the format this program knows."""

LOCALE = "en_US"
"""The locale of a club that names none."""


def load(path: Path, workspace: Path | None = None) -> Config:
    """The configuration in a file. ``workspace`` is where a job of GitHub Actions has its checkout, if this is one.

    Raises InputError with every problem there is, by file and line; the path stands in them as it was given.
    """
    folder = around(path, workspace)
    try:
        document = parse(_text(path, folder))
        _judgeable(document)
    except UnreadableError as error:
        raise _refusal(path, [Problem(str(path), *error.place, error.where, error.text)]) from None
    findings = Findings(str(path), document)
    for fault in document.faults:
        findings.add_fault(fault)
    check(document, findings)
    top = Section(document.value if isinstance(document.value, dict) else {}, (), findings)
    config = _config(path, folder, top)
    _check_overwriting(config, folder, top)
    if problems := findings.all():
        raise _refusal(path, problems)
    return config


def _refusal(path: Path, problems: list[Problem]) -> InputError:
    count = len(problems)
    return InputError(f"{path} has {count} {'problem' if count == 1 else 'problems'}.", problems=problems)


def _text(path: Path, folder: Folder) -> str:
    if not is_file(path):
        raise UnreadableError(WHOLE, "there is no such file; run `sessionsmgmt init` to make one")
    if not real(path).is_relative_to(folder.root):
        raise UnreadableError(WHOLE, "the file is a link that leads out of the repository; put the file here")
    try:
        resolved(path.parent, folder.root)
    except OSError as error:
        raise UnreadableError(WHOLE, f"{error.strerror}; name the folder that it leads to") from None
    return read(path, LARGEST)


def _judgeable(document: Document) -> None:
    """See that the file is not of a newer version, in which every key may mean something else."""
    version = document.value.get("version") if isinstance(document.value, dict) else None
    if isinstance(version, int) and version > VERSION:
        text = f"is newer than this program, which knows version {VERSION}; use a newer sessionsmgmt"
        raise UnreadableError(document.place(("version",)), text, "version")


def _config(path: Path, folder: Folder, top: Section) -> Config:
    """The configuration, or a stand-in for it if there are findings in the end."""
    roles = _roles(top.section("roles"))
    source = calendar(top.section("calendar"), folder)
    return Config(
        path=path,
        root=folder.root,
        folder=folder.name,
        team=top.text("team").value,
        zone=_zone(top),
        locale=locale(top) or LOCALE,
        calendar=source,
        organizers=organizers(top.section("calendar")),
        contacts=contacts(top.section("contacts"), folder),
        mail=mail(top.section("mail"), folder),
        roles=roles,
        ledger=ledger(top.section("ledger"), folder, source),
        notices=notices(top, roles, folder),
        credentials=credentials(top.section("credentials"), folder, _providers(top))
        if "credentials" in top.data
        else None,
        sample=sample(top.section("preview").section("sample"), folder) if "preview" in top.data else None,
    )


def _providers(top: Section) -> frozenset[str]:
    """The providers of the accounts that the club uses."""
    sections = (top.section(name) for name in ("calendar", "contacts", "mail"))
    return frozenset(section.text("provider").value for section in sections) & frozenset(ACCOUNTS)


def _check_overwriting(config: Config, folder: Folder, top: Section) -> None:
    """See that a ledger in a file does not take the place of a file that people write."""
    taken = [real(config.path)]
    taken += [folder.path(notice.template.name) for notice in config.notices if notice.template]
    taken += [one.path for one in (config.calendar, config.contacts) if isinstance(one, IcsCalendar | VcardContacts)]
    taken += [config.sample.calendar, config.sample.contacts] if config.sample else []
    store = config.ledger.store
    if isinstance(store, FileStore) and store.path in taken:
        top.section("ledger").wrong("path", "is a file with another use; the ledger needs one of its own")


def _zone(top: Section) -> ZoneInfo:
    name = top.text("timezone")
    if fault := zone_fault(name.value):
        top.findings.add(name.trail, fault)
        return ZoneInfo("UTC")
    return ZoneInfo(name.value)


def _roles(section: Section) -> tuple[Role, ...]:
    """The roles, without those whose name is none."""
    roles = []
    for name, value in section.data.items():
        if fault := role_fault(name):
            section.findings.add_key((*section.trail, name), fault)
            continue
        role = section.section(name)
        labels: list[Text] = role.texts("labels") if role.data else texts(value, role.trail)
        for label, first in repeated(labels):
            section.findings.add(label.trail, f"is the same label as {first.name}; case is ignored")
        roles.append(
            Role(name, tuple(label.value for label in labels), chosen(role.text("disclose").value, Disclose.NAMES))
        )
    return tuple(roles)
