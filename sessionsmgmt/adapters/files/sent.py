"""The outbox as the place where the mail that left can be seen."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime
from pathlib import Path

from sessionsmgmt.adapters.mail_headers import mail_from_headers, sender_address
from sessionsmgmt.domain.delivery.reconciliation import Mail
from sessionsmgmt.errors import InputError

LONGEST_HEADERS = 65_536
"""Bytes of a file that are looked at; what ``compose`` writes has its headers in the first two thousand."""


@dataclass(frozen=True, slots=True)
class OutboxSent:
    """The .eml files of the folder that ``Outbox`` fills. A folder that is not there yet has none."""

    folder: Path

    def since(self, instant: datetime) -> tuple[Mail, ...]:
        """See ``ports.SentFolder``. A mail left at its Date, or when its file was written if it has none.

        A file that can't be read is passed over: the outbox does not write such. Raises InputError if the folder is
        none.
        """
        return tuple(one for one, _ in self._all() if one.at >= instant)

    def sender(self, message_id: str) -> str | None:
        """See ``ports.SentFolder``."""
        return next((address for one, address in self._all() if one.message_id == message_id), None)

    def _all(self) -> Sequence[tuple[Mail, str | None]]:
        """Every mail, and the address it is from."""
        try:
            if self.folder.is_symlink():
                raise InputError("The outbox is a link.", "Give the path of a folder itself.")
            return list(_mails(self.folder))
        except FileNotFoundError:
            return ()
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else "the path is not valid"
            raise InputError(f"The outbox can't be read: {reason}.", "Check mail.path and its permissions.") from None


def _mails(folder: Path) -> Iterator[tuple[Mail, str | None]]:
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda one: one.name):
            if entry.name.endswith(".eml") and not entry.name.startswith("."):
                with suppress(OSError, ValueError, OverflowError):
                    if entry.is_file(follow_symlinks=False):
                        yield _mail(Path(entry.path))


def _mail(path: Path) -> tuple[Mail, str | None]:
    """The message in the file, under the id that ``Outbox.send`` gave it, and whom it is from."""
    with path.open("rb") as file:
        message = BytesHeaderParser().parsebytes(file.read(LONGEST_HEADERS))
    message_id = str(message["Message-ID"] or "").strip() or path.name
    at = _date(message) or datetime.fromtimestamp(path.stat().st_mtime, UTC)
    headers = [(name, str(value)) for name, value in message.items()]
    return mail_from_headers(message_id, at, headers), sender_address(headers)


def _date(headers: Message) -> datetime | None:
    """The message's own date; one without a zone is in UTC (RFC 5322, 3.3: -0000)."""
    try:
        date = parsedate_to_datetime(str(headers["Date"] or ""))
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
