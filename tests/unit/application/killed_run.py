"""A run that is killed while it sends.

    python -m tests.unit.application.killed_run FOLDER COUNT NUMBER before|after

sends what is due of COUNT sessions to ``FOLDER/outbox``, and dies for good just before or just after the mail of that
number, counted from 0, was written.
"""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from threading import Lock

from sessionsmgmt.adapters.files.outbox import Outbox
from sessionsmgmt.application.notices.run import send_due
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.ports.mail import Outcome
from tests.unit.application.job import clock_at_now, job, store


@dataclass
class FatalMailer:
    """A mailer that is the end of its process."""

    outbox: Outbox
    number: int
    written: bool
    turn: Lock

    def prepare(self) -> None:
        """See ``ports.Mailer``."""

    def warnings(self) -> tuple[ReportWarning, ...]:
        """See ``ports.Mailer``."""
        return ()

    def send(self, message: EmailMessage) -> Outcome:
        with self.turn:  # one after the other, so that exactly so many are written
            if self.number == 0:
                if self.written:
                    self.outbox.send(message)
                os.kill(os.getpid(), signal.SIGKILL)
            self.number -= 1
            return self.outbox.send(message)


if __name__ == "__main__":
    folder, count, number, when = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    mailer = FatalMailer(Outbox(folder / "outbox"), number, when == "after", Lock())
    send_due(job(store(folder), count), mailer, "the run that died", clock_at_now)
