"""The outbox is read as a Sent folder, also when other files are in it."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sessionsmgmt.adapters.files.outbox import Outbox
from sessionsmgmt.adapters.files.sent import OutboxSent
from sessionsmgmt.errors import InputError
from tests.contract.mailers import message

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def ids(folder: Path) -> list[str]:
    return [mail.message_id for mail in OutboxSent(folder).since(LONG_AGO)]


def written(folder: Path, headers: str) -> datetime:
    """The sent time of a message with these headers, whose file was written in 2020."""
    path = folder / "a.eml"
    path.write_bytes(headers.encode("utf-8", "surrogateescape") + b"\r\n\r\ntext")
    os.utime(path, (1_600_000_000, 1_600_000_000))
    [mail] = OutboxSent(folder).since(datetime.min.replace(tzinfo=UTC))
    return mail.at


def test_files_that_are_not_messages_are_skipped(tmp_path: Path) -> None:
    Outbox(tmp_path).send(message(7))
    (tmp_path / "folder.eml").mkdir()
    (tmp_path / "notes.txt").write_text("Message-ID: <note>", encoding="utf-8")
    (tmp_path / ".hidden.eml").write_text("Message-ID: <hidden>", encoding="utf-8")
    (tmp_path / "link.eml").symlink_to(tmp_path / "notes.txt")
    (tmp_path / "gone.eml").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.eml")

    assert ids(tmp_path) == ["<7@sessionsmgmt.invalid>"]


def test_a_file_without_headers_is_an_email_without_recipients(tmp_path: Path) -> None:
    (tmp_path / "noise.eml").write_bytes(bytes(range(256)) * 1_000)
    [mail] = OutboxSent(tmp_path).since(LONG_AGO)

    assert (mail.message_id, mail.recipients, mail.subject, mail.mark) == ("noise.eml", (), "", "")


@pytest.mark.parametrize(
    ("headers", "year"),
    [
        ("Date: Fri, 06 Nov 2026 18:00:00 -0500", 2026),
        ("Date: Fri, 06 Nov 2026 23:00:00 -0000", 2026),
        ("Date: Fri, 06 Nov 2026 23:00:00", 2026),
        ("Date: Fri, 32 Nov 2026 23:00:00 +0000", 2020),
        ("Date: Fri, 31 Dec 9999 23:00:00 -2300", 2020),
        ("Date: \udcff", 2020),
        ("Subject: none", 2020),
    ],
)
def test_the_time_of_an_email_is_its_date_or_the_time_of_its_file(tmp_path: Path, headers: str, year: int) -> None:
    at = written(tmp_path, headers)
    assert (at.year, at.utcoffset()) == (year, UTC.utcoffset(None))
    assert at == (datetime(2026, 11, 6, 23, tzinfo=UTC) if year == 2026 else datetime.fromtimestamp(1_600_000_000, UTC))


def test_only_the_headers_are_read(tmp_path: Path) -> None:
    with (tmp_path / "large.eml").open("wb") as file:
        file.write(b"Message-ID: <large>\r\n\r\n")
        file.truncate(1 << 40)  # more than fits into memory

    assert ids(tmp_path) == ["<large>"]


def test_a_link_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "outbox").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="link"):
        OutboxSent(tmp_path / "outbox").since(LONG_AGO)


@pytest.mark.parametrize("path", ["outbox", "outbox/below", "a\0b"])
def test_a_path_that_is_not_a_folder_is_refused(tmp_path: Path, path: str) -> None:
    (tmp_path / "outbox").write_bytes(b"")
    with pytest.raises(InputError, match="can't be read") as caught:
        OutboxSent(tmp_path / path).since(LONG_AGO)
    assert str(tmp_path) not in str(caught.value)


def test_a_missing_folder_has_no_emails(tmp_path: Path) -> None:
    assert OutboxSent(tmp_path / "a" / "b").since(LONG_AGO) == ()
