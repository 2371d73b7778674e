"""A mail service that knows which mails really left, and what it answers to each run that sends one."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from enum import Enum
from typing import TypeVar

from sessionsmgmt.domain.delivery.reconciliation import MARK, Mail
from sessionsmgmt.domain.model.notice import Key
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.errors import UnreachableError
from sessionsmgmt.ports.mail import Delivered, Limited, Outcome, Undelivered, Unknown
from tests.delivery.gates import TIMEOUT, DiedError

T = TypeVar("T")


class Fate(Enum):
    """What becomes of a mail, and of the run that sends it."""

    DELIVERED = "it leaves"
    REFUSED = "it does not leave, and the run is told so"
    LEFT = "it leaves, and the run can't know"
    LOST = "it does not leave, and the run can't know"
    LATER = "a limit turns it away, and then it leaves"
    LIMITED = "a limit turns it away, and lasts"
    ENDING = "it leaves, and meanwhile somebody wants the run to end"
    DIED_LEFT = "it leaves, and the run dies before it is told"
    DIED_LOST = "the run dies before it leaves"

    @property
    def leaves(self) -> bool:
        """Whether the mail really leaves."""
        return self in {Fate.DELIVERED, Fate.LEFT, Fate.ENDING, Fate.LATER, Fate.DIED_LEFT}


@dataclass(frozen=True, slots=True)
class SentMail:
    """A mail that left: the sessions that it is about, by the hand of which run, and when."""

    keys: tuple[Key, ...]
    run: str
    at: datetime
    message_id: str
    message: EmailMessage


def keys_of(message: EmailMessage) -> tuple[Key, ...]:
    """What the mail is about, by its own headers."""
    notice, sessions = str(message["X-Sessionsmgmt-Notice"]), str(message["X-Sessionsmgmt-Session"])
    return tuple(Key(notice, session) for session in sessions.split(", "))


@dataclass
class MailService:
    """What left, in its order; ``keeps_headers`` says whether our own are still there in the Sent folder."""

    keeps_headers: bool = True
    lag: timedelta = timedelta(0)
    left: list[SentMail] = field(default_factory=list)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def take(self, message: EmailMessage, run: str, at: datetime) -> SentMail:
        """Let the mail leave."""
        with self._turn:
            mail = SentMail(keys_of(message), run, at, f"{len(self.left)}@post", message)
            self.left.append(mail)
        return mail

    def folder(self, now: datetime) -> tuple[Mail, ...]:
        """What the Sent folder shows by now."""
        return tuple(self._mail(one) for one in self.left if one.at + self.lag <= now)

    def _mail(self, mail: SentMail) -> Mail:
        recipients = tuple(address.addr_spec for address in mail.message["To"].addresses)
        mark = str(mail.message[MARK]) if self.keeps_headers else ""
        return Mail(mail.message_id, recipients, str(mail.message["Subject"]), mail.at, mark)


@dataclass
class StopRequest:
    """Somebody who may want a run to end. See ``ports.Stop``; the time that is left then is never up."""

    asked: bool = False

    def defer(self) -> None:
        """Runs of this kind are never ended at once: they die (see ``gates``)."""

    def unless_asked(self, act: Callable[[], T], otherwise: T) -> T:
        return otherwise if self.asked else act()

    def seconds_left(self) -> float:
        return 1.0 if self.asked else math.inf


@dataclass
class RunMailer:
    """One run's mailer. The mail whose fate was not told leaves, and the run is told so; ``leaves`` is called then.

    The fate of a mail about several sessions is that of the first of them.
    """

    mail_service: MailService
    run: str
    clock: Callable[[], datetime]
    leaves: Callable[[SentMail], None]
    stop: StopRequest = field(default_factory=StopRequest)
    fates: Mapping[Key, Fate] = field(default_factory=dict)
    _decided: set[Key] = field(default_factory=set)
    _all_decided: threading.Condition = field(default_factory=threading.Condition)

    def tell(self, fates: Mapping[Key, Fate]) -> None:
        """What becomes of the mails that are handed in next, all at the same time."""
        self.fates = fates
        self._decided.clear()

    def prepare(self) -> None:
        """See ``ports.Mailer``."""

    def warnings(self) -> tuple[ReportWarning, ...]:
        """See ``ports.Mailer``."""
        return ()

    def send(self, message: EmailMessage) -> Outcome:
        """See ``ports.Mailer``."""
        keys = keys_of(message)
        fate = self.fates.get(keys[0], Fate.DELIVERED)
        if fate in {Fate.LATER, Fate.LIMITED} and keys[0] not in self._decided:
            return self._turned_away(keys, lasts=fate is Fate.LIMITED)
        mail = self.mail_service.take(message, self.run, self.clock()) if fate.leaves else None
        try:
            if mail:
                self.leaves(mail)
        finally:
            with self._all_decided:
                self._decided.update(keys)
                self._all_decided.notify_all()
        match fate:
            case Fate.REFUSED:
                return Undelivered(UnreachableError("The mail service is closed.", "Run again."))
            case Fate.LEFT | Fate.LOST:
                return Unknown("the line went dead")
            case Fate.DIED_LEFT | Fate.DIED_LOST:
                self._let_the_others_be_decided()
                raise DiedError
            case Fate.LIMITED:
                raise AssertionError("a limit that lasts is not tried again")
            case Fate.DELIVERED | Fate.LATER | Fate.ENDING:
                self.stop.asked = self.stop.asked or fate is Fate.ENDING
                assert mail
                return Delivered(mail.message_id)

    def _turned_away(self, keys: tuple[Key, ...], *, lasts: bool) -> Limited:
        with self._all_decided:
            self._decided.update(keys)
            self._all_decided.notify_all()
        return Limited(UnreachableError("The mail service is full.", "Run again."), math.inf if lasts else 0.0)

    def _let_the_others_be_decided(self) -> None:
        """Or it would be up to the machine whether a mail that goes at the same time leaves or not."""
        with self._all_decided:
            assert self._all_decided.wait_for(lambda: self.fates.keys() <= self._decided, TIMEOUT)
