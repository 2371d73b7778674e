"""Golden emails: what each case's email is kept as, and how the files are written anew.

``python -m tests.unit.email.golden`` writes them; look at every difference before you keep it.
"""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

from tests.unit.email.cases import CASES

FOLDER = Path(__file__).parents[2] / "fixtures" / "golden"


def files(email: EmailMessage) -> dict[str, bytes]:
    """The email as files, by their endings: as it is sent, its text and its page."""
    return {".eml": email.as_bytes(), ".txt": part(email, "plain").encode(), ".html": part(email, "html").encode()}


def part(email: EmailMessage, kind: str) -> str:
    """The text or the HTML of an email, with the line ends of this machine's files."""
    body = email.get_body((kind,))
    if body is None:
        raise AssertionError(f"the email has no {kind} part")
    return str(body.get_content()).replace("\r\n", "\n")


def regenerate() -> None:
    """Write the files of every case, and remove those of cases that are no more."""
    for old in FOLDER.iterdir():
        old.unlink()
    for name, case in CASES.items():
        for ending, content in files(case.email()).items():
            (FOLDER / f"{name}{ending}").write_bytes(content)


if __name__ == "__main__":
    regenerate()
