"""Writes each message into a folder as an .eml file, which any mail program opens."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from copy import deepcopy
from dataclasses import field
from datetime import UTC
from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from pathlib import Path
from threading import Lock

from sessionsmgmt import safe_files
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.errors import InputError
from sessionsmgmt.ports.mail import Delivered, Outcome, Undelivered

SENDER = "sessionsmgmt <outbox@sessionsmgmt.invalid>"
"""The sender of a message that has none. Its domain can't receive mail (RFC 2606)."""


_KEPT = (
    "the outbox has the file of this email from before, and it stays as it is, even if the wording has changed since; "
    "delete the file before a run that should write the email anew"
)


@dataclass(frozen=True, slots=True)
class Outbox:
    """The folder that gets the messages. It is created for the first message. Several threads may send at once."""

    folder: Path
    _lock: Lock = field(default_factory=Lock, init=False, repr=False, compare=False)
    _warnings: list[ReportWarning] = field(default_factory=list, init=False, repr=False, compare=False)

    def prepare(self) -> None:
        """Create the folder if needed, and check that files can be created in it. See ``ports.Mailer``."""
        try:
            with self._lock, self._open_folder() as folder:
                safe_files.try_out(folder)
        except (OSError, ValueError) as error:
            raise _unwritable(error) from None

    def warnings(self) -> tuple[ReportWarning, ...]:
        """See ``ports.Mailer``: the outbox warns of messages that it had before."""
        return tuple(self._warnings)

    def send(self, message: EmailMessage) -> Outcome:
        """See ``ports.Mailer``. If the folder has a file with the same Message-ID, the message is already delivered.

        A file appears completely or not at all, and files are never overwritten. An interrupted run can leave a partial
        file, whose name begins with a dot.
        """
        try:
            text, message_id = _serialized(message)
        except (MessageError, ValueError, LookupError, TypeError, AttributeError):
            return Undelivered(
                InputError("The message can't be written as mail.", "Check its template and recipients.")
            )
        tail = f"-{hashlib.sha256(message_id.encode()).hexdigest()[:16]}.eml"
        try:
            with self._lock, self._open_folder() as folder:
                if any(name.endswith(tail) for name in safe_files.names(folder)):
                    self._warnings.append(ReportWarning("outbox-kept", _KEPT))
                else:
                    with suppress(FileExistsError):  # another process has just written the same message
                        safe_files.add(folder, _file_stem(message) + tail, text)
        except (OSError, ValueError) as error:
            return Undelivered(_unwritable(error))
        return Delivered(message_id)

    @contextmanager
    def _open_folder(self) -> Iterator[int]:
        """The open folder. A new folder is only for its owner, and git ignores it if it has nothing but messages."""
        with safe_files.made_folder(self.folder, self.folder.parent) as folder:
            safe_files.hide_from_git(folder, lambda name: name.endswith(".eml"))
            yield folder


def _unwritable(error: Exception) -> InputError:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else "the path is not valid"
    return InputError(f"The outbox can't be written to: {reason}.", "Check mail.path, its permissions and the disk.")


def _serialized(message: EmailMessage) -> tuple[bytes, str]:
    """The message as it would be sent (RFC 5322: CRLF), with a sender and a Message-ID; and its Message-ID."""
    copy = deepcopy(message)
    if not copy["From"]:
        del copy["From"]
        copy["From"] = SENDER
    message_id = str(copy["Message-ID"] or "").strip()
    if not message_id:
        del copy["Message-ID"]
        message_id = f"<{hashlib.sha256(copy.as_bytes(policy=policy.SMTP)).hexdigest()[:32]}@sessionsmgmt.invalid>"
        copy["Message-ID"] = message_id
    return copy.as_bytes(policy=policy.SMTP), message_id


def _file_stem(message: EmailMessage) -> str:
    """The beginning of the file's name: the time, the notice and the kind. The time is first, so files sort by time."""
    sent = getattr(message["Date"], "datetime", None)
    when = f"{sent.astimezone(UTC):%Y%m%dT%H%M%SZ}" if sent else "undated"
    parts = [when, *(str(message[name] or "") for name in ("X-Sessionsmgmt-Notice", "X-Sessionsmgmt-Kind"))]
    safe = (re.sub(r"[^A-Za-z0-9]+", "-", part[:200]).strip("-")[:40] for part in parts)
    return "-".join(filter(None, safe))
