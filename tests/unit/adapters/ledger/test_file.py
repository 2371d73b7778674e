from __future__ import annotations

import errno
import fcntl
import json
import os
import stat
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sessionsmgmt.adapters.ledger.codec import encode
from sessionsmgmt.adapters.ledger.file import FileLedger
from sessionsmgmt.domain.delivery.claims import Begin, Claim, Entry, Refusal, Refused, Sent
from sessionsmgmt.domain.model.notice import Key
from sessionsmgmt.errors import InputError, RefusedError, SessionsError, UnreachableError
from tests.builders import NOW, RETENTION, announcement, snapshot
from tests.ledger_run import LedgerRun
from tests.unit.adapters.ledger.claiming_process import KEYS
from tests.unit.adapters.ledger.failing_writer import DONE, FULL, LEDGER, STEP, STRIDE, system_calls

ROOT = Path(__file__).parents[4]
LAB = Key("campus", "lab")
BEGIN = Begin(LAB, "we", None, announcement())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / LEDGER


def opened(path: Path, lock_wait: timedelta = timedelta(0)) -> LedgerRun[FileLedger]:
    return LedgerRun(FileLedger(path, RETENTION, lock_wait))


def begun(path: Path) -> Path:
    """A ledger in which one notice is claimed."""
    opened(path).write([BEGIN], NOW)
    return path


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_ledger_is_for_its_user_alone_whatever_the_umask(path: Path) -> None:
    before = os.umask(0)
    try:
        begun(path)
    finally:
        os.umask(before)

    assert mode(path.parent) == 0o700
    assert {file.name: mode(file) for file in path.parent.iterdir() if file.name != ".gitignore"} == {
        "ledger.json": 0o600,
        "ledger.json.lock": 0o600,
    }


def test_git_looks_away_from_a_folder_that_is_the_ledgers_alone(path: Path) -> None:
    club = path.parent.parent
    subprocess.run(["git", "init", "--quiet", club], check=True)
    begun(path)

    shown = subprocess.run(["git", "-C", club, "status", "--porcelain"], check=True, capture_output=True).stdout
    assert shown == b""


@pytest.mark.parametrize("name", ["sessions.yml", ".git"])
def test_a_folder_with_other_things_in_it_gets_no_gitignore(path: Path, name: str) -> None:
    path.parent.mkdir()
    (path.parent / name).touch()
    begun(path)

    assert not (path.parent / ".gitignore").exists()


def test_a_gitignore_that_somebody_wrote_stays(path: Path) -> None:
    path.parent.mkdir()
    (path.parent / ".gitignore").write_text("*.tmp\n", encoding="utf-8")
    begun(path)

    assert (path.parent / ".gitignore").read_text("utf-8") == "*.tmp\n"


def test_looking_at_a_ledger_that_is_not_there_makes_nothing(path: Path) -> None:
    ledger = opened(path)
    ledger.read(NOW)
    ledger.write([], NOW)

    assert list(path.parent.parent.iterdir()) == []


def test_a_write_that_changes_nothing_leaves_the_file_alone(path: Path) -> None:
    before = begun(path).stat()
    opened(path).write([BEGIN], NOW)
    opened(path).write([], NOW)

    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_file_of_another_run_that_began_the_ledger_is_not_claimed_in(path: Path) -> None:
    late = opened(path)
    late.read(NOW)
    begun(path)

    refused = late.write([Begin(Key("campus", "shop"), "they", None, announcement())], NOW)

    assert refused == (Refused(Key("campus", "shop"), Refusal.ANOTHER_LEDGER_SECRET),)
    assert opened(path).read(NOW).entries == {LAB: Entry(claim=Claim("we", NOW, announcement()))}


def test_whoever_reads_again_may_claim_in_a_ledger_that_another_run_began(path: Path) -> None:
    late = opened(path)
    late.read(NOW)
    begun(path)
    late.read(NOW)

    assert late.write([Begin(Key("campus", "shop"), "they", None, announcement())], NOW) == ()


def test_a_ledger_that_is_removed_while_it_is_in_use_is_begun_again_with_the_secret_that_was_read(path: Path) -> None:
    ledger = opened(begun(path))
    secret = ledger.read(NOW).secret
    path.unlink()

    refused = ledger.write([Sent(LAB, "we", "mail 1"), Begin(Key("campus", "shop"), "we", None, announcement())], NOW)

    assert refused == (Refused(LAB, Refusal.CLAIM_OF_ANOTHER_RUN),)
    assert opened(path).read(NOW).secret == secret


def test_what_a_writer_left_that_was_killed_is_replaced(path: Path) -> None:
    draft = begun(path).with_name("ledger.json.tmp")
    draft.write_bytes(path.read_bytes()[:40])
    draft.chmod(0o444)

    assert opened(path).read(NOW).entries.keys() == {LAB}
    assert opened(path).write([Sent(LAB, "we", "mail 1")], NOW) == ()
    assert opened(path).read(NOW).entry(LAB).message_id == "mail 1"
    assert not draft.exists()


def test_a_link_in_place_of_the_temporary_file_is_not_followed(path: Path, tmp_path: Path) -> None:
    victim = tmp_path / "precious"
    victim.write_text("as it was", encoding="utf-8")
    begun(path).with_name("ledger.json.tmp").symlink_to(victim)

    opened(path).write([Sent(LAB, "we", "mail 1")], NOW)

    assert victim.read_text("utf-8") == "as it was"
    assert opened(path).read(NOW).entry(LAB).message_id == "mail 1"


@pytest.mark.parametrize("data", [b"", b"not JSON", encode(snapshot({LAB: Entry(announcement())}))[:-10]])
def test_a_damaged_file_is_refused_and_stays_as_it_is(path: Path, data: bytes) -> None:
    begun(path).write_bytes(data)

    ledger = opened(path)
    for act in (partial(ledger.read, NOW), partial(ledger.write, [BEGIN], NOW), partial(ledger.write, [], NOW)):
        with pytest.raises(RefusedError) as caught:
            act()
        assert caught.value.text.startswith(f"{os.path.relpath(path)}:")
    assert path.read_bytes() == data


def link(path: Path) -> None:
    path.with_name("elsewhere").write_bytes(encode(snapshot()))
    path.symlink_to(path.with_name("elsewhere"))


def link_as_lock(path: Path) -> None:
    path.with_name("ledger.json.lock").symlink_to(path.with_name("elsewhere"))


def loose_link(path: Path) -> None:
    path.symlink_to(path.with_name("nowhere"))


def pipe(path: Path) -> None:
    os.mkfifo(path)


def folder(path: Path) -> None:
    path.mkdir()


def folder_as_draft(path: Path) -> None:
    path.with_name("ledger.json.tmp").mkdir()


@pytest.mark.parametrize(
    ("place", "kind", "text"),
    [
        (link, RefusedError, "is a symbolic link"),
        (loose_link, RefusedError, "is a symbolic link"),
        (link_as_lock, RefusedError, "is a symbolic link"),
        (pipe, RefusedError, "is no file"),
        (folder, RefusedError, "is no file"),
        (folder_as_draft, InputError, "Is a directory"),
    ],
)
def test_something_else_in_place_of_the_file_is_refused(
    path: Path, place: Callable[[Path], None], kind: type[SessionsError], text: str
) -> None:
    path.parent.mkdir()
    place(path)

    with pytest.raises(kind) as caught:
        opened(path).write([BEGIN], NOW)
    assert text in caught.value.text
    assert caught.value.hint
    assert not path.with_name("nowhere").exists()


def test_a_file_in_place_of_the_folder_is_a_mistake_in_the_path(path: Path) -> None:
    path.parent.touch()

    for act in (lambda: opened(path).read(NOW), lambda: opened(path).write([BEGIN], NOW)):
        with pytest.raises(InputError, match=r"can't be kept at .*ledger\.json: "):
            act()


def test_a_lock_that_stays_taken_is_given_up_on(path: Path) -> None:
    lock = begun(path).with_name("ledger.json.lock")
    with lock.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)

        with pytest.raises(
            UnreachableError, match="another process has been writing the ledger for too long"
        ) as caught:
            opened(path).write([Sent(LAB, "we", "mail 1")], NOW)
        assert isinstance(caught.value, UnreachableError)
        assert opened(path).read(NOW).entries.keys() == {LAB}, "reading waits for nobody"

    assert opened(path).write([Sent(LAB, "we", "mail 1")], NOW) == ()


def victims(how: str, tmp_path: Path) -> Iterator[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.unit.adapters.ledger.failing_writer", how, str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=300,
    )
    return (json.loads(line) for line in done.stdout.splitlines())


@pytest.mark.parametrize("starts_with", ["nothing", "a ledger", "a torn draft"])
def test_a_writer_may_be_killed_before_and_after_any_call_to_the_system(tmp_path: Path, starts_with: str) -> None:
    start = tmp_path / "start"
    start.mkdir()
    entries = {}
    if starts_with in {"a ledger", "a torn draft"}:
        begun(start / LEDGER)
        entries = dict(opened(start / LEDGER).read(NOW).entries)
    if starts_with == "a torn draft":
        (start / LEDGER).with_name("ledger.json.tmp").write_bytes(b'{"version":1,"sec')
    claimed = {**entries, STEP.key: Entry(claim=Claim(STEP.run, NOW, STEP.announcement))}

    places = Counter[str]()
    for end in victims("calls", tmp_path):
        places[end["at"]] += 1
        path = Path(end["folder"]) / LEDGER
        found = opened(path).read(NOW).entries
        assert found in (entries, claimed), end
        assert found == claimed or end["status"] != DONE, end

        opened(path).write([Begin(Key("campus", "next"), "the next", None, announcement())], NOW)
        assert opened(path).read(NOW).entries == {
            **found,
            Key("campus", "next"): Entry(claim=Claim("the next", NOW, announcement())),
        }
        assert {file.name for file in path.parent.iterdir()} == {".gitignore", "ledger.json", "ledger.json.lock"}, end
        assert (path.parent / ".gitignore").read_bytes() == b"*\n", end

    assert {f"{when} {call}" for when in ("c_call", "c_return") for call in ("flock", "write", "fsync")} <= set(places)
    assert places["c_call fsync"] >= 2, "the file and its folder"


def test_a_disk_that_is_full_leaves_the_ledger_as_it_was(tmp_path: Path) -> None:
    before = begun(tmp_path / "start" / LEDGER).read_bytes()

    *short, done = victims("bytes", tmp_path)

    assert len(short) * STRIDE >= len(before)
    assert {end["status"] for end in short} == {FULL}
    assert {(Path(end["folder"]) / LEDGER).read_bytes() for end in short} == {before}
    assert opened(Path(done["folder"]) / LEDGER).read(NOW).entries.keys() == {LAB, STEP.key}


@contextmanager
def failing(number: int, code: int) -> Iterator[list[str]]:
    """The system call of that number fails; closing does not count. Gives the names of the calls there were."""
    calls: list[str] = []

    def hook(event: str, name: str) -> None:
        if event == "c_call" and name != "close":
            calls.append(name)
            if len(calls) == number + 1:
                raise OSError(code, os.strerror(code))

    sys.setprofile(system_calls(hook))
    try:
        yield calls
    finally:
        sys.setprofile(None)


FAULTS = {
    errno.ENOSPC: UnreachableError,
    errno.EIO: UnreachableError,
    errno.EACCES: InputError,
    errno.EROFS: InputError,
}


def attempt(act: Callable[[], object]) -> SessionsError | None:
    try:
        act()
    except SessionsError as error:
        return error
    return None


def descriptors() -> int:
    return sum(1 for _ in Path("/dev/fd").iterdir())


@pytest.mark.parametrize("code", FAULTS, ids=errno.errorcode.get)
def test_whatever_call_fails_is_explained_and_the_ledger_is_the_old_or_the_new_one(tmp_path: Path, code: int) -> None:
    number, failed, seen, before = 0, True, set[str](), descriptors()
    sent, new = Sent(LAB, "we", "mail 1"), {LAB: Entry(announcement(), None, "mail 1", NOW)}
    while failed:
        path = begun(tmp_path / str(number) / LEDGER)
        old = opened(path).read(NOW).entries
        ledger = opened(path)

        with failing(number, code) as calls:
            error = attempt(partial(ledger.write, [sent], NOW))

        found = opened(path).read(NOW).entries
        assert found == new or (error and found == old)
        if error:
            assert isinstance(error, FAULTS[code])
            assert error.hint
        assert opened(path).write([sent], NOW) == ()
        assert opened(path).read(NOW).entries == new
        failed, number, seen = len(calls) > number, number + 1, seen.union(calls)

    assert {"stat", "open", "flock", "fstat", "write", "fsync"} <= seen
    assert descriptors() == before, "whatever was opened is closed"


@pytest.mark.parametrize("fresh", [True, False])
def test_of_many_processes_that_race_exactly_one_gets_each_notice(path: Path, fresh: bool) -> None:
    if not fresh:
        begun(path)
    runs = [
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.unit.adapters.ledger.claiming_process",
                str(path),
                f"run {number}",
                str(number),
            ],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(8)
    ]
    for run in runs:
        assert run.stdout
        assert run.stdout.readline() == "ready\n"
    for run in runs:
        assert run.stdin
        run.stdin.write("go\n")
        run.stdin.flush()
    results = [json.loads(run.communicate(timeout=300)[0]) for run in runs]

    snapshot = opened(path).read(NOW)
    claims = {key.session: entry.claim.run for key, entry in snapshot.entries.items() if entry.claim and key != LAB}
    assert [run.returncode for run in runs] == [0] * 8
    assert sorted(session for result in results for session in result["won"]) == sorted(key.session for key in KEYS)
    assert claims == {session: f"run {number}" for number, result in enumerate(results) for session in result["won"]}
    assert {result["secret"] for result in results if result["won"]} == {snapshot.secret.hex()}
