"""The outbox as a Sent folder: what is in it besides the messages that the outbox wrote."""

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
    return [one.message_id for one in OutboxSent(folder).since(LONG_AGO)]


def written(folder: Path, headers: str) -> datetime:
    """When a message left that has these headers and whose file was written in 2020."""
    path = folder / "a.eml"
    path.write_bytes(headers.encode("utf-8", "surrogateescape") + b"\r\n\r\ntext")
    os.utime(path, (1_600_000_000, 1_600_000_000))
    [mail] = OutboxSent(folder).since(datetime.min.replace(tzinfo=UTC))
    return mail.at


def test_what_is_no_message_is_passed_over(tmp_path: Path) -> None:
    Outbox(tmp_path).send(message(7))
    (tmp_path / "folder.eml").mkdir()
    (tmp_path / "notes.txt").write_text("Message-ID: <note>")
    (tmp_path / ".hidden.eml").write_text("Message-ID: <hidden>")
    (tmp_path / "link.eml").symlink_to(tmp_path / "notes.txt")
    (tmp_path / "gone.eml").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.eml")

    assert ids(tmp_path) == ["<7@sessionsmgmt.invalid>"]


def test_a_file_that_is_no_mail_is_one_without_recipients(tmp_path: Path) -> None:
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
def test_a_message_left_at_its_date_or_else_when_its_file_was_written(tmp_path: Path, headers: str, year: int) -> None:
    at = written(tmp_path, headers)
    assert (at.year, at.utcoffset()) == (year, UTC.utcoffset(None))
    assert at == (datetime(2026, 11, 6, 23, tzinfo=UTC) if year == 2026 else datetime.fromtimestamp(1_600_000_000, UTC))


def test_nobody_reads_beyond_the_headers(tmp_path: Path) -> None:
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
def test_what_can_be_no_folder_is_refused_and_not_taken_for_an_empty_one(tmp_path: Path, path: str) -> None:
    (tmp_path / "outbox").write_bytes(b"")
    with pytest.raises(InputError, match="can't be read") as caught:
        OutboxSent(tmp_path / path).since(LONG_AGO)
    assert str(tmp_path) not in str(caught.value)


def test_a_folder_that_is_not_there_yet_has_no_mail(tmp_path: Path) -> None:
    assert OutboxSent(tmp_path / "a" / "b").since(LONG_AGO) == ()
