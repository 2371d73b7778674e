"""A secret and a provider of credentials that are as strict as any, and may stop at any moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.errors import ConsentError, SessionsError
from sessionsmgmt.ports.credentials import Renewed, Sealed
from sessionsmgmt.secret_masking import Secret
from tests.settings import secret


class StoppedError(BaseException):
    """The process is gone, in this very moment."""


@dataclass
class World:
    """A secret and a provider. After ``last`` moments nothing happens any more; ``faults`` happen instead, in order.

    Each use of a newer token ends all that were issued before it, as careful providers do (RFC 9700, 4.14.2).
    """

    stored: str = "token 0"
    renews: bool = True
    last: int = 1_000
    written_at: datetime | None = None
    faults: list[SessionsError | None] = field(default_factory=list)
    key: int = 1
    calls: list[str] = field(default_factory=list)
    issued: Iterator[int] = field(default_factory=lambda: count(1))
    used: list[str] = field(default_factory=list)
    newest_used: int = 0
    known: int = 1
    warnings: tuple[ReportWarning, ...] = ()

    title = "the secret"

    def moment(self, call: str) -> None:
        if len(self.calls) >= self.last:
            raise StoppedError
        self.calls.append(call)
        fault = self.faults.pop(0) if self.faults else None
        if fault:
            raise fault

    def seal(self, value: Secret) -> Sealed:
        if not self.known:
            self.moment("key")
            self.known = self.key
        return Sealed(value.reveal(), str(self.known))

    def put(self, sealed: Sealed) -> bool:
        self.moment("put")
        if sealed.key_id != str(self.key):
            self.known = 0
            return False
        self.stored = sealed.text
        return True

    def written(self) -> datetime | None:
        self.moment("written")
        return self.written_at

    def delete(self) -> bool:
        raise NotImplementedError

    def by_hand(self, sealed: Sealed) -> str:
        return f"store {sealed.text}"

    def renew(self, credential: Secret) -> Renewed:
        self.moment("renew")
        self.used.append(credential.reveal())
        number = int(credential.reveal().split()[1])
        if number < self.newest_used:
            raise ConsentError("This token has ended.")
        self.newest_used = number
        return Renewed(secret(f"token {next(self.issued)}") if self.renews else credential, warnings=self.warnings)

    def meanwhile(self) -> str:
        return "The former works."

    def works(self, credential: str) -> bool:
        return int(credential.split()[1]) >= self.newest_used
