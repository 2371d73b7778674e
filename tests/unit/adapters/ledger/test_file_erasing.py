from __future__ import annotations

import threading
from pathlib import Path

import pytest

from sessionsmgmt.adapters.ledger.file import FileLedger
from sessionsmgmt.domain.delivery.claims import Begin
from sessionsmgmt.domain.model.notice import Key
from sessionsmgmt.errors import RefusedError
from tests.builders import NOW, RETENTION, announcement


def begun(path: Path, session: str = "lab") -> FileLedger:
    ledger = FileLedger(path, RETENTION)
    ledger.write(ledger.read(NOW), [Begin(Key("campus", session), "we", None, announcement())], NOW)
    return ledger


def test_the_folder_that_was_the_ledgers_alone_goes_with_it(tmp_path: Path) -> None:
    assert begun(tmp_path / ".sessionsmgmt" / "ledger.json").erase() is True
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_something_else_in_it_stays_with_all_of_that(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    (tmp_path / ".gitignore").write_text("*\n", encoding="utf-8")
    begun(tmp_path / "ledger.json").erase()

    assert {one.name for one in tmp_path.iterdir()} == {"notes.txt", ".gitignore"}


def test_an_empty_folder_that_somebody_made_for_it_stays(tmp_path: Path) -> None:
    ledger = begun(tmp_path / "ledger.json")
    (tmp_path / ".gitignore").write_text("# mine\n", encoding="utf-8")
    ledger.erase()

    assert [one.name for one in tmp_path.iterdir()] == [".gitignore"]


def test_what_a_killed_run_left_goes_too(tmp_path: Path) -> None:
    path = tmp_path / ".sessionsmgmt" / "ledger.json"
    begun(path)
    path.with_name("ledger.json.tmp").write_bytes(b"half")
    path.unlink()

    assert FileLedger(path, RETENTION).erase() is True
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_goes_as_well(tmp_path: Path) -> None:
    path = tmp_path / ".sessionsmgmt" / "ledger.json"
    begun(path)
    path.write_bytes(b"garbage")

    assert FileLedger(path, RETENTION).erase() is True
    assert not path.exists()


def test_a_folder_in_its_place_is_somebody_elses(tmp_path: Path) -> None:
    path = tmp_path / "ledger.json"
    path.mkdir()

    with pytest.raises(RefusedError, match="is no file"):
        FileLedger(path, RETENTION).erase()
    assert path.is_dir()


def test_a_link_in_its_place_goes_and_what_it_leads_to_stays(tmp_path: Path) -> None:
    target = tmp_path / "precious.json"
    target.write_text("mine", encoding="utf-8")
    (tmp_path / "ledger.json").symlink_to(target)

    assert FileLedger(tmp_path / "ledger.json", RETENTION).erase() is True
    assert target.read_text("utf-8") == "mine"


def test_writers_that_meet_an_erasing_lose_nothing_that_was_written_after_it(tmp_path: Path) -> None:
    path = tmp_path / ".sessionsmgmt" / "ledger.json"
    failures: list[BaseException] = []

    def write(number: int) -> None:
        try:
            for turn in range(20):
                begun(path, f"{number}-{turn}")
                if number == 0:
                    FileLedger(path, RETENTION).erase()
        except FileNotFoundError as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    begun(path, "last")
    assert Key("campus", "last") in FileLedger(path, RETENTION).read(NOW).entries
