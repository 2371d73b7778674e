"""Reads the emails that the outbox has written, as the Sent folder of an account."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime
from pathlib import Path

from sessionsmgmt.adapters.mail_headers import mail_from_headers, sender_address
from sessionsmgmt.domain.delivery.reconciliation import Mail
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.errors import InputError

MAX_HEADER_BYTES = 65_536
"""The most bytes of a file that are read. The headers that ``compose`` writes end within the first 2,000 bytes."""


@dataclass(frozen=True, slots=True)
class OutboxSent:
    """The .eml files in the folder that ``Outbox`` writes. A missing folder has no files."""

    folder: Path

    def since(self, instant: datetime) -> tuple[Mail, ...]:
        """See ``ports.SentFolder``. The time of an email is its Date, or the time of its file if it has no Date.

        An unreadable file is skipped, since the outbox does not write such files. Raises InputError if the path is not
        a folder.
        """
        return tuple(mail for mail, _ in self._all() if mail.at >= instant)

    def sender(self, message_id: str) -> str | None:
        """See ``ports.SentFolder``."""
        return next((address for mail, address in self._all() if mail.message_id == message_id), None)

    def _all(self) -> Sequence[tuple[Mail, str | None]]:
        """Every email and the address of its sender."""
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
        for entry in sorted(entries, key=lambda mail: mail.name):
            if entry.name.endswith(".eml") and not entry.name.startswith("."):
                with suppress(OSError, ValueError, OverflowError):
                    if entry.is_file(follow_symlinks=False):
                        yield _mail(Path(entry.path))


def _mail(path: Path) -> tuple[Mail, str | None]:
    """The email in the file, with the id that ``Outbox.send`` returned, and the address of its sender."""
    with path.open("rb") as file:
        message = BytesHeaderParser().parsebytes(file.read(MAX_HEADER_BYTES))
    message_id = str(message["Message-ID"] or "").strip() or path.name
    at = _date(message) or datetime.fromtimestamp(path.stat().st_mtime, UTC)
    headers = [(name, str(value)) for name, value in message.items()]
    return mail_from_headers(message_id, at, headers), sender_address(headers)


def _date(headers: Message) -> datetime | None:
    """The message's Date. A Date without a zone is in UTC (RFC 5322, 3.3: -0000)."""
    try:
        date = parsedate_to_datetime(str(headers["Date"] or ""))
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
