"""Mail into a folder: each message becomes one .eml file, which any mail program opens."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC
from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from pathlib import Path
from threading import Lock

from sessionsmgmt import safe_files
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.errors import InputError
from sessionsmgmt.ports.mail import Delivered, Outcome, Undelivered

SENDER = "sessionsmgmt <outbox@sessionsmgmt.invalid>"
"""Who a message is from that names nobody: a name no mail goes to (RFC 2606)."""


@dataclass(frozen=True, slots=True)
class Outbox:
    """The folder that gets the messages; it is made when the first one comes. Several threads may send at once."""

    folder: Path
    _turn: Lock = field(default_factory=Lock, init=False, repr=False, compare=False)

    def prepare(self) -> None:
        """Make the folder if it is not there yet, and see that files can be made in it. See ``ports.Mailer``."""
        try:
            with self._turn, self._opened() as folder:
                safe_files.try_out(folder)
        except (OSError, ValueError) as error:
            raise _unwritable(error) from None

    def warnings(self) -> tuple[ReportWarning, ...]:
        """There is nothing to know. See ``ports.Mailer``."""
        return ()

    def send(self, message: EmailMessage) -> Outcome:
        """See ``ports.Mailer``. A message whose Message-ID is there already is delivered already.

        A file appears whole or not at all, and none is ever overwritten; what a run that died left behind has a name
        that begins with a dot.
        """
        try:
            text, message_id = _written(message)
        except (MessageError, ValueError, LookupError, TypeError, AttributeError):
            return Undelivered(
                InputError("The message can't be written as mail.", "Check its template and recipients.")
            )
        tail = f"-{hashlib.sha256(message_id.encode()).hexdigest()[:16]}.eml"
        try:
            with self._turn, self._opened() as folder:
                if not any(name.endswith(tail) for name in safe_files.names(folder)):
                    with suppress(FileExistsError):  # by now it is there, and holds the same message
                        safe_files.add(folder, _stem(message) + tail, text)
        except (OSError, ValueError) as error:
            return Undelivered(_unwritable(error))
        return Delivered(message_id)

    @contextmanager
    def _opened(self) -> Iterator[int]:
        """The folder, for its owner alone where it has to be made; git looks away from it if it holds nothing else."""
        with safe_files.made_folder(self.folder, self.folder.parent) as folder:
            safe_files.hide_from_git(folder, lambda name: name.endswith(".eml"))
            yield folder


def _unwritable(error: Exception) -> InputError:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else "the path is not valid"
    return InputError(f"The outbox can't be written to: {reason}.", "Check mail.path, its permissions and the disk.")


def _written(message: EmailMessage) -> tuple[bytes, str]:
    """The message as it goes over the wire (RFC 5322: CRLF), with a sender and an id, and that id."""
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


def _stem(message: EmailMessage) -> str:
    """The beginning of the file's name: when, which notice and which kind, so that a folder sorts by time."""
    sent = getattr(message["Date"], "datetime", None)
    when = f"{sent.astimezone(UTC):%Y%m%dT%H%M%SZ}" if sent else "undated"
    parts = [when, *(str(message[name] or "") for name in ("X-Sessionsmgmt-Notice", "X-Sessionsmgmt-Kind"))]
    safe = (re.sub(r"[^A-Za-z0-9]+", "-", part[:200]).strip("-")[:40] for part in parts)
    return "-".join(filter(None, safe))
