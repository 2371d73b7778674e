"""The outbox writes one .eml file for each message."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.adapters.files.outbox import Outbox
from sessionsmgmt.errors import InputError
from sessionsmgmt.ports.mail import Delivered, Undelivered
from tests.contract.mailers import message


def files(folder: Path) -> list[str]:
    """The files in the folder, without the file that hides it from git."""
    return sorted(path.name for path in folder.iterdir() if path.name != ".gitignore")


def refusal(folder: Path) -> str:
    outcome = Outbox(folder).send(message())
    assert isinstance(outcome, Undelivered)
    assert isinstance(outcome.cause, InputError)
    assert str(folder) not in str(outcome.cause)
    return str(outcome.cause)


def test_a_file_is_named_by_time_notice_and_kind_so_that_a_folder_sorts(tmp_path: Path) -> None:
    Outbox(tmp_path).send(message())
    (name,) = files(tmp_path)
    assert name.startswith("20261106T230000Z-campus-new-")
    assert name.endswith(".eml")


def test_the_name_of_a_file_is_short_for_any_notice(tmp_path: Path) -> None:
    sent = message()
    sent.replace_header("X-Sessionsmgmt-Notice", "x" * 500)
    assert isinstance(Outbox(tmp_path).send(sent), Delivered)
    assert len(files(tmp_path)[0]) < 100


def test_a_message_is_delivered_under_its_own_id(tmp_path: Path) -> None:
    assert Outbox(tmp_path).send(message(7)) == Delivered("<7@sessionsmgmt.invalid>")


def test_a_message_without_an_id_gets_the_same_one_each_time(tmp_path: Path) -> None:
    sent = message()
    del sent["Message-ID"]
    sent.set_boundary("b")
    outcomes = {Outbox(tmp_path).send(sent) for _ in range(2)}
    assert len(outcomes) == 1
    assert len(files(tmp_path)) == 1


def test_a_message_that_exists_already_is_delivered_without_a_second_file(tmp_path: Path) -> None:
    again = message(body="another text")
    again.replace_header("Date", "Sat, 07 Nov 2026 18:00:00 -0500")
    assert Outbox(tmp_path).send(message()) == Outbox(tmp_path).send(again) == Delivered("<1@sessionsmgmt.invalid>")
    (name,) = files(tmp_path)
    assert b"another text" not in (tmp_path / name).read_bytes()


def test_an_email_that_the_outbox_had_before_is_warned_about(tmp_path: Path) -> None:
    first, second = Outbox(tmp_path), Outbox(tmp_path)
    first.send(message())
    second.send(message(body="another text"))
    assert first.warnings() == ()
    assert [warning.code for warning in second.warnings()] == ["outbox-kept"]


def test_a_file_has_the_line_ends_of_mail_and_a_sender_nobody_answers(tmp_path: Path) -> None:
    Outbox(tmp_path).send(message(body="one\ntwo\n"))
    data = (tmp_path / files(tmp_path)[0]).read_bytes()
    assert data.count(b"\n") == data.count(b"\r\n") > 5
    assert message_from_bytes(data, policy=policy.default)["From"] == "sessionsmgmt <outbox@sessionsmgmt.invalid>"


def test_the_folder_is_made_with_those_above_it(tmp_path: Path) -> None:
    assert isinstance(Outbox(tmp_path / "a" / "b").send(message()), Delivered)
    assert len(files(tmp_path / "a" / "b")) == 1


def test_a_link_in_place_of_the_folder_is_refused_and_nothing_leaves_through_it(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "outbox").symlink_to(tmp_path / "elsewhere")
    assert "link" in refusal(tmp_path / "outbox")
    assert files(tmp_path / "elsewhere") == []


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_bytes(b"")
    assert "can't be written to" in refusal(tmp_path / "outbox")


def test_an_invalid_path_is_refused() -> None:
    assert "not valid" in refusal(Path("a\0b"))


def test_a_folder_below_a_file_is_refused() -> None:
    assert "can't be written to" in refusal(Path("/dev/null/outbox"))


@pytest.fixture
def full_disk() -> Iterator[None]:
    """Limit the size of files to a few bytes: a write fails in the middle, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, ignored)


@pytest.mark.usefixtures("full_disk")
def test_a_full_disk_leaves_no_partial_message(tmp_path: Path) -> None:
    assert "can't be written to" in refusal(tmp_path)
    assert files(tmp_path) == []


def test_a_partial_file_of_an_interrupted_run_is_ignored(tmp_path: Path) -> None:
    (tmp_path / ".0123456789abcdef.part").write_bytes(b"half a mess")
    assert isinstance(Outbox(tmp_path).send(message()), Delivered)
    assert len([name for name in files(tmp_path) if name.endswith(".eml")]) == 1


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o777])
def test_a_message_is_for_the_owner_of_the_folder_alone(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    Outbox(tmp_path / "new" / "outbox").send(message())
    os.umask(before)
    [mail] = (tmp_path / "new" / "outbox").glob("*.eml")
    assert [oct(path.stat().st_mode & 0o777) for path in (mail, mail.parent, mail.parent.parent)] == [
        "0o600",
        "0o700",
        "0o700",
    ]


def test_a_folder_of_nothing_but_messages_is_hidden_from_git(tmp_path: Path) -> None:
    Outbox(tmp_path / "outbox").send(message())
    assert (tmp_path / "outbox" / ".gitignore").read_text("utf-8") == "*\n"
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "notes.txt").touch()
    Outbox(tmp_path / "other").send(message())
    assert not (tmp_path / "other" / ".gitignore").exists()


@given(notice=st.text(max_size=80), kind=st.text(max_size=80), date=st.text(max_size=30), number=st.text(max_size=30))
def test_whatever_the_headers_hold_the_file_stays_in_the_folder_under_a_plain_name(
    tmp_path_factory: pytest.TempPathFactory, notice: str, kind: str, date: str, number: str
) -> None:
    root = tmp_path_factory.mktemp("root")
    mail = EmailMessage()
    for name, text in {
        "X-Sessionsmgmt-Notice": notice,
        "X-Sessionsmgmt-Kind": kind,
        "Date": date,
        "Message-ID": number,
    }.items():
        try:
            mail[name] = text
        except ValueError:
            continue  # the library refuses line breaks itself
    outcome = Outbox(root / "outbox").send(mail)
    assert files(root) in (["outbox"], [])
    if isinstance(outcome, Delivered):
        (name,) = files(root / "outbox")
        assert name.removesuffix(".eml").replace("-", "").isalnum()
        assert name.isascii()
        assert len(name) < 200


def unready(folder: Path) -> str:
    with pytest.raises(InputError) as caught:
        Outbox(folder).prepare()
    return str(caught.value)


def test_prepare_creates_the_folder_and_leaves_it_empty(tmp_path: Path) -> None:
    Outbox(tmp_path / "new" / "outbox").prepare()

    assert files(tmp_path / "new" / "outbox") == []


def test_prepare_refuses_a_link_a_file_and_an_invalid_path(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    (tmp_path / "file").write_bytes(b"")

    assert "is a symbolic link" in unready(tmp_path / "link")
    assert "can't be written to" in unready(tmp_path / "file")
    assert "can't be written to" in unready(tmp_path / "file" / "below")
    assert "can't be written to" in unready(Path("nul\0"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "link"]
