"""What the job needs from outside, and what every implementation promises.

Each port has one contract suite in ``tests/contract`` that all its implementations pass.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from enum import StrEnum
from typing import Protocol, TypeVar

from sessionsmgmt.domain.claims import Book, Refused, Step
from sessionsmgmt.domain.confirm import Mail
from sessionsmgmt.domain.model import CalendarReading, Caution, ContactsReading, Key
from sessionsmgmt.errors import Exit, SessionsError

T = TypeVar("T")


class Calendar(Protocol):
    """Where the sessions are kept."""

    def read(self, since: datetime, until: datetime, ids: Collection[str]) -> CalendarReading:
        """Every event under way at or after ``since`` that begins no later than ``until``, and those of ``ids``.

        An event of ``ids`` is wanted wherever it stands now; one that is not there any more is left out. Raises
        UnreachableError if the calendar could not be read whole, and InputError if it is no calendar at all: never
        returns less than there is.
        """
        ...


class Contacts(Protocol):
    """Where the people are kept."""

    def read(self) -> ContactsReading:
        """Every contact with its labels. Raises UnreachableError or InputError, never returns less than there is."""
        ...


@dataclass(frozen=True, slots=True)
class Delivered:
    """The mail left. ``message_id`` is what the provider calls it."""

    message_id: str


@dataclass(frozen=True, slots=True)
class Undelivered:
    """The mail certainly did not leave. ``cause`` says why, in a sentence for the person who has to mend it.

    ``everywhere`` says that every other mail would meet with the same, so that no more need be tried.
    """

    cause: SessionsError
    everywhere: bool = False


@dataclass(frozen=True, slots=True)
class Limited:
    """The mail certainly did not leave, because a limit is reached: it may be sent again after ``wait`` seconds."""

    cause: SessionsError
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can know whether the mail left: the connection broke after the request, or the service failed."""

    reason: str


Outcome = Delivered | Undelivered | Limited | Unknown


class Mailer(Protocol):
    """What sends."""

    def prepare(self) -> None:
        """Do all that can be done before there is a mail to send, such as signing in; done again, it does no harm.

        Raises a SessionsError where no mail could be sent now.
        """
        ...

    def send(self, message: EmailMessage) -> Outcome:
        """Try once, never again, and say which of the four it was. May be called from several threads at once."""
        ...

    def cautions(self) -> tuple[Caution, ...]:
        """What a person should know about the sending, as far as it was learnt on the way."""
        ...


class Stop(Protocol):
    """Whether somebody wants the run to end early, as by a signal, and how much time is left then."""

    def defer(self) -> None:
        """From now on let the work at hand ask for it: until then, the run ends at once when it is wanted."""
        ...

    def unless_asked(self, act: Callable[[], T], otherwise: T) -> T:
        """What ``act`` returns; ``otherwise`` if the run is to end, at once even while ``act`` is at work."""
        ...

    def seconds_left(self) -> float:
        """The seconds that replies may still be awaited: infinity while nobody wants the run to end, and at last 0."""
        ...


class Consent(Protocol):
    """How the account's owner agrees, once, to what the club needs."""

    def explanation(self) -> str:
        """What will be read and sent, and what is kept: several lines to read before agreeing."""
        ...

    def obtain(self, visit: Callable[[str], None]) -> str:
        """Call ``visit`` with the address to agree at, wait for the answer, and return the credential as JSON.

        Raises ConsentError where the person declined or agreed to a part only, UnreachableError where nobody answers;
        nothing is kept then.
        """
        ...


@dataclass(frozen=True, slots=True)
class Renewed:
    """What renewing a credential gave. ``credential`` is to be stored from now on: another text only if it was issued.

    ``ends`` is when the consent behind it lapses, aware, where the provider says so.
    """

    credential: str = field(repr=False)
    ends: datetime | None = None
    cautions: tuple[Caution, ...] = ()


class Grantor(Protocol):
    """What renews the credential that an account is used by."""

    def renew(self, credential: str) -> Renewed:
        """Use the credential, which keeps it alive, and take a new one if the provider gives one.

        A new one has the form of the old, with every field and its place. Raises ConsentError where a person has to
        agree again, InputError where the credential is none, UnreachableError where nobody answers.
        """
        ...

    def meanwhile(self) -> str:
        """In a sentence: what works, and how long, while a new credential could not be stored."""
        ...


@dataclass(frozen=True, slots=True)
class Sealed:
    """A value that nobody but the place it is for can open, so that it may be shown.

    ``text`` is base64 of a sealed box (libsodium, ``crypto_box_seal``) for the public key that GitHub calls ``key_id``.
    """

    text: str
    key_id: str


class SecretStore(Protocol):
    """The one secret that a credential is kept in. It can be written and never be read."""

    @property
    def title(self) -> str:
        """The secret as a sentence names it: "the repository's secret GOOGLE_CREDENTIALS"."""
        ...

    def seal(self, value: str) -> Sealed:
        """Seal for the store's key, which is asked for once and again after ``put`` found that it had changed.

        Raises InputError for a value that is too large, before anything is asked, and otherwise as ``put`` does.
        """
        ...

    def put(self, sealed: Sealed) -> bool:
        """Store it. False where it was sealed for a key that is not the store's now, and nothing was changed.

        Raises RefusedError where the secret may not be written, UnreachableError where nobody answers.
        """
        ...

    def written(self) -> datetime | None:
        """When the secret was last written, aware; None where there is none. Raises as ``put`` does."""
        ...

    def delete(self) -> bool:
        """Delete it, and say whether there was one. Raises as ``put`` does."""
        ...

    def by_hand(self, sealed: Sealed) -> str:
        """The one command line that stores it without this program."""
        ...


@dataclass(frozen=True, slots=True)
class Unwritten:
    """A step that a store could not write although it wrote others. ``cause`` says why, in a sentence for a person."""

    key: Key
    cause: SessionsError


class Ledger(Protocol):
    """What remembers what was said. ``now`` is the run's own; stores have no clock."""

    def read(self, now: datetime) -> Book:
        """The book as it stands. Raises RefusedError if it can't be trusted, UnreachableError if it can't be had."""
        ...

    def write(self, steps: Sequence[Step], now: datetime) -> tuple[Refused | Unwritten, ...]:
        """Take all the steps that the entries then allow, atomically each, and return those that were not taken.

        Once this returns, the steps last, and what is old enough to be forgotten is gone; with no steps it does only
        that, and nothing at all where there is nothing to forget. ``read`` was called before. Raises as ``read`` does;
        what was not written then is as if never asked.
        """
        ...


class Erasable(Ledger, Protocol):
    """A ledger that can be done away with, for good."""

    def erase(self) -> bool:
        """Delete all of it, whether or not it can be read, and say whether there was anything; asked again, no.

        Raises RefusedError where what is there is not the ledger's alone, and else as ``read`` does.
        """
        ...


class Cautioning(Erasable, Protocol):
    """A ledger that has more to say to a person than what is in it."""

    def warnings(self) -> tuple[Caution, ...]:
        """What a person should know about the ledger itself, by all that was asked of it so far."""
        ...


@dataclass(frozen=True, slots=True)
class Adopted:
    """A ledger that was taken over: how many notices it remembers, and the branch that it was on."""

    notices: int
    branch: str


class Adoptable(Cautioning, Protocol):
    """A ledger that says whose it is, so that a club that moved has to take it over."""

    def adopt(self) -> Adopted:
        """Make the ledger of this club's former place its own, once.

        Raises InputError where there is none to be taken over, and otherwise as ``read`` does.
        """
        ...


@dataclass(frozen=True, slots=True)
class Kept:
    """One thing that is kept about the club or was made for it, in words, and where it can be seen. Names nobody."""

    text: str
    link: str = ""


class Trace(Protocol):
    """What is kept or was made in one place, and can be looked at and deleted there."""

    def look(self) -> Sequence[Kept]:
        """All there is, and nothing is changed. Raises RefusedError, UnreachableError or what the place's own are."""
        ...

    def delete(self) -> Sequence[Kept]:
        """Delete all of it, and say what that was; asked again, there is nothing. Raises as ``look`` does."""
        ...


class SentFolder(Protocol):
    """Where the mail that left can be seen."""

    def sender(self, message_id: str) -> str | None:
        """The address that the mail left from; None where it is not to be seen. Raises as ``since`` does."""
        ...

    def since(self, instant: datetime) -> tuple[Mail, ...]:
        """All the mail that left at that instant or later. Raises as the mailer's account does, never returns less."""
        ...


@dataclass(frozen=True, slots=True)
class Note:
    """Something for a person to do: a heading, and in Markdown what and how. It names nobody."""

    title: str
    text: str


class Board(Protocol):
    """Where a person who does not read logs is told what wants their attention: one note a topic."""

    def post(self, topic: str, note: Note) -> None:
        """Put the note up, or bring the one that is there up to date.

        Raises RefusedError where the board may not be written to, UnreachableError where it can't be reached.
        """
        ...

    def clear(self, topic: str, text: str) -> None:
        """Take the note down, if there is one, and say why with ``text``. Raises as ``post`` does."""
        ...


class Conclusion(StrEnum):
    """What a preview comes to."""

    SUCCESS = "success"
    NEUTRAL = "neutral"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that is wrong at a place of a file.

    ``file`` is relative to the repository's root; ``line`` and ``column`` count from 1, a ``column`` of 0 is unknown.
    ``title`` and ``text`` are plain.
    """

    file: str
    line: int
    column: int
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A preview, as those who review a change see it.

    ``title`` is a few plain words on what it comes to, ``heading`` says in Markdown whose preview it is. ``text`` gives
    the rest in Markdown, cut to the bytes that there is room for.
    """

    title: str
    heading: str
    conclusion: Conclusion
    text: Callable[[int], str] = field(repr=False)
    remarks: tuple[Remark, ...] = ()


class Display(Protocol):
    """A place where those who review a change look."""

    def show(self, exhibit: Exhibit) -> None:
        """Put the exhibit up in the place of an earlier one; nothing is written where nothing has changed.

        Raises RefusedError where it may not be written to, UnreachableError where it can't be reached.
        """
        ...


class Health(StrEnum):
    """How a row stands."""

    GOOD = "ok"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One row: what was looked at, how it stands, and what to do about it. Names no person and no address."""

    topic: str
    health: Health
    text: str
    advice: str = ""
    exit: Exit = Exit.DONE
    is_secret: bool = False
    """Whether its text may tell of a single session or person, so that strangers are not shown it."""


Check = Callable[[], Iterable[Finding]]
"""What a provider can say about itself; called once, it looks and changes nothing."""


def failed(topic: str, error: SessionsError) -> Finding:
    """The row of a check that could not be made."""
    return Finding(topic, Health.BAD, error.text, error.hint, error.exit)
