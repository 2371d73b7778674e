"""The arguments of each command, as data: names, types, defaults and help.

A field's help stands in its metadata; ``registry.parameters`` reads it. A field is an option of the command line by its
own name, or by the name in its metadata where that is a word that Python keeps for itself.
"""

from __future__ import annotations

from dataclasses import field
from pathlib import Path
from typing import Any

from sessionsmgmt.characters import find_invisible
from sessionsmgmt.domain.frozen import dataclass


def option(help_: str, default: object = "", *, name: str = "", metavar: str = "", off: str = "") -> Any:
    """A field for an optional parameter. ``off`` is the option that turns a flag off which is on by default."""
    return field(default=default, metadata={"help": help_, "name": name, "metavar": metavar, "off": off})


def required(help_: str, *, name: str = "", metavar: str = "") -> Any:
    """A field for a parameter that must be given."""
    return field(metadata={"help": help_, "name": name, "metavar": metavar, "off": ""})


@dataclass(frozen=True, slots=True)
class NoArguments:
    """The arguments of a command that takes none."""


@dataclass(frozen=True, slots=True)
class InitArguments:
    """The answers that are given beforehand, a MantaBots configuration to translate, and what may be replaced."""

    team: str = option("It stands in every email.")
    timezone: str = option("The clock on the wall of the premises (IANA name).")
    provider: str = option("'files' needs no account.")
    calendar: str = option("Its name at Google, or the path of an .ics file here.")
    match: str = option("Other events are ignored.")
    recipients: str = option("The premises owner's addresses, with commas between them.")
    presence: str = option(
        "'whole-day' lets times move within the day without another email; 'event' says the session's own."
    )
    disclose: str = option("They are minors: choose the least that the premises owner can do with.")
    mantabots: Path | None = option("Translate this conf.json of MantaBots.", None, name="from", metavar="FILE")
    action: str = option("Where the workflows take the Action from.", metavar="OWNER/NAME@VERSION")
    overwrite: tuple[Path, ...] = option("A file that may be replaced.", (), metavar="FILE")
    keep: tuple[Path, ...] = option("A file that stays as it is if it is there.", (), metavar="FILE")
    yes: bool = option("Ask nothing: use the suggested answer to every question that is not answered.", False)


@dataclass(frozen=True, slots=True)
class PreviewArguments:
    """Where the preview is written, published and mailed, and whether it is of the club's own data."""

    out: Path | None = option("Write index.html and every email here.", None, metavar="DIR")
    publish: bool = option("Show it on the pull request: a check and a comment.", False)
    live: bool = option("On a pull request too, use the club's own calendar and contacts.", False)
    mail: str | None = option("Send the emails to this address alone, marked as a preview.", None, metavar="ADDRESS")

    def fault(self) -> str:
        """What is wrong with the address; empty if nothing is."""
        if self.mail is None:
            return ""
        from sessionsmgmt.config.validators import address_problem  # only this option needs it

        problem = address_problem(self.mail.strip()) if "@" in self.mail else "takes an address"
        return f"--mail {problem}" if problem else ""


@dataclass(frozen=True, slots=True)
class RunArguments:
    """Whether the run only says what it would send."""

    dry_run: bool = option("Decide and compose, but send and record nothing.", False)


@dataclass(frozen=True, slots=True)
class RotateArguments:
    """Whether the rotation only says what it would do, or stores what an earlier one could not store."""

    dry_run: bool = option("Check whether it could be done; do not ask the provider.", False)
    recover: Path | None = option("Store the credential that a rotation could not store.", None, metavar="FILE")

    def fault(self) -> str:
        """What is wrong with the combination; empty if nothing is."""
        if self.recover and self.dry_run:
            return "--recover stores what is in the file: it has no --dry-run"
        return ""


@dataclass(frozen=True, slots=True)
class LoginArguments:
    """The client to agree for, and where the credential goes."""

    client: Path = required("The client's JSON file.", metavar="FILE")
    save: Path | None = option("Write the credential into a new file.", None, metavar="FILE")
    printed: bool = option("Print the credential on standard output.", False, name="print")
    browser: bool = option("Open the page by itself, or only show its address.", True, off="no-browser")

    def fault(self) -> str:
        """What is wrong with the combination; empty if nothing is."""
        if self.printed and self.save:
            return "the credential goes to one place: --save FILE or --print, not both"
        return ""


@dataclass(frozen=True, slots=True)
class RevokeArguments:
    """Whether the command only says what it would do."""

    dry_run: bool = option("Say what would be done, and do nothing.", False)


@dataclass(frozen=True, slots=True)
class ResolveArguments:
    """Which held notice is meant, and what became of its email; or that a ledger is taken over."""

    notice: str = option("The id of the notice in sessions.yml, if several are held.")
    session: str = option("The id of the session, if several are held.")
    sent: bool = option("The mail did arrive.", False)
    resend: bool = option("The mail did not arrive: the next run decides anew.", False)
    adopt: bool = option("Take over the ledger of a club that has moved.", False)

    def fault(self) -> str:
        """What is wrong with the combination; empty if nothing is."""
        if [self.sent, self.resend, self.adopt].count(True) != 1:
            return "say just one of --sent, if the mail did arrive, --resend, if it did not, and --adopt"
        if self.adopt and (self.notice or self.session):
            return "--adopt takes over the whole ledger: leave --notice and --session out"
        return ""


@dataclass(frozen=True, slots=True)
class PlanArguments:
    """The folder to search, and which part of the clubs in it."""

    root: Path = option("Where the clubs are.", Path(), metavar="DIR")
    batch: int = option("Which batch of 256 clubs to print.", 1)


@dataclass(frozen=True, slots=True)
class ExportArguments:
    """Whose data is shown, and where it is written."""

    person: str | None = option("Only what is kept about whoever has this address.", None, metavar="ADDRESS")
    out: Path | None = option("Write it into a new file.", None, metavar="FILE")

    def fault(self) -> str:
        """What is wrong with the address; empty if nothing is."""
        return person_fault(self.person)


@dataclass(frozen=True, slots=True)
class ForgetArguments:
    """Whose data is deleted, whether the command only says so, and whether it asks before."""

    person: str | None = option("Only what is kept about whoever has this address.", None, metavar="ADDRESS")
    dry_run: bool = option("Say what would be deleted, and delete nothing.", False)
    yes: bool = option("Ask nothing.", False)

    def fault(self) -> str:
        """What is wrong with the address; empty if nothing is."""
        return person_fault(self.person)

    def confirmation(self) -> str:
        """What the person must confirm before; empty if nothing."""
        if self.dry_run or self.yes:
            return ""
        what = "what is kept about that person" if self.person else "everything that is kept about the club"
        return f"This deletes {what}, and nobody can bring it back. Go on?"


def person_fault(person: str | None) -> str:
    """What is wrong with a person's address; empty if nothing is, or if nobody is meant.

    A text that is no address must not be taken for "nobody in particular", which means the whole club.
    """
    address = (person or "").strip()
    if hidden := find_invisible(address):
        return f"--person {hidden.predicate}"
    return "--person takes an address" if person is not None and "@" not in address else ""
