"""One of several processes that want the same notices.

    python -m tests.unit.adapters.ledger.claiming_process PATH NAME FIRST

reads the ledger at PATH, says so, waits for a line, and then tries to claim each of ``KEYS`` in a write of its own,
beginning with the one numbered FIRST. Prints as JSON what it got and the secret it had read, in hexadecimal.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from sessionsmgmt.adapters.ledger.file import FileLedger
from sessionsmgmt.domain.delivery.claims import Begin
from sessionsmgmt.domain.model.notice import Key
from tests.builders import NOW, RETENTION, announcement
from tests.ledger_run import LedgerRun

KEYS = [Key("campus", str(number)) for number in range(12)]


def race(path: Path, name: str, first: int) -> None:
    ledger = LedgerRun(FileLedger(path, RETENTION))
    secret = ledger.read(NOW).secret
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    order = KEYS[first:] + KEYS[:first]
    won = [key.session for key in order if not ledger.write([Begin(key, name, None, announcement())], NOW)]
    sys.stdout.write(json.dumps({"won": won, "secret": secret.hex()}) + "\n")


if __name__ == "__main__":
    race(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
