"""Golden emails: the files of each case's email, and the command that writes them again.

``python -m tests.unit.email.golden`` writes them. Look at every difference before you commit it.
"""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

from tests.unit.email.cases import CASES

FOLDER = Path(__file__).parents[2] / "fixtures" / "golden"


def files(email: EmailMessage) -> dict[str, bytes]:
    """The email's files by their suffixes: the whole message, its plain text and its HTML page."""
    return {".eml": email.as_bytes(), ".txt": part(email, "plain").encode(), ".html": part(email, "html").encode()}


def part(email: EmailMessage, kind: str) -> str:
    """The plain text or the HTML of an email, with line feeds as line ends."""
    body = email.get_body((kind,))
    if body is None:
        raise AssertionError(f"the email has no {kind} part")
    return str(body.get_content()).replace("\r\n", "\n")


def regenerate() -> None:
    """Write the files of every case, and remove the files of former cases."""
    for old in FOLDER.iterdir():
        old.unlink()
    for name, case in CASES.items():
        for ending, content in files(case.email()).items():
            (FOLDER / f"{name}{ending}").write_bytes(content)


if __name__ == "__main__":
    regenerate()
