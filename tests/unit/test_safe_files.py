"""Files that are written whole, for their owner alone, and through no link."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from sessionsmgmt import safe_files

Opening = Callable[[Path, Path], AbstractContextManager[object]]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository as somebody's branch left it: ``linked`` and ``file`` lead out of it."""
    folder = tmp_path / "repository"
    (folder / ".git").mkdir(parents=True)
    (folder / "kept").mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "mine").write_text("mine", encoding="utf-8")
    (folder / "linked").symlink_to(tmp_path / "outside")
    (folder / "file").symlink_to(tmp_path / "outside" / "mine")
    (folder / "kept" / "up").symlink_to("..")
    return folder


def outside(repository: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in (repository.parent / "outside").iterdir()}


def replaced(path: Path, root: Path) -> None:
    with safe_files.replacing(path, root) as write:
        write(b"new")


def created(path: Path, root: Path) -> None:
    with safe_files.creating(path, root) as write:
        write(b"new")


def appended(path: Path, root: Path) -> None:
    with safe_files.appending(path, root) as descriptor:
        safe_files.append(descriptor, b"new")


def put(path: Path, root: Path) -> None:
    with safe_files.made_folder(path.parent, root) as folder:
        safe_files.replace(folder, path.name, b"new")


def added(path: Path, root: Path) -> None:
    with safe_files.made_folder(path.parent, root) as folder:
        safe_files.add(folder, path.name, b"new")


WRITES = (replaced, created, appended, put, added)


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize(
    "name",
    ["file", "linked/new", "linked/mine", "linked/deep/new", "kept/../linked/new", "kept/up/new", "kept/up/linked/new"],
)
def test_nothing_is_written_through_a_link_in_a_repository(
    repository: Path, write: Callable[[Path, Path], None], name: str
) -> None:
    before = sorted(path.relative_to(repository) for path in repository.rglob("*"))
    with pytest.raises(OSError, match=r"symbolic link|exists") as caught:
        write(repository / name, repository)

    assert caught.value.strerror
    assert outside(repository) == {"mine": "mine"}
    assert sorted(path.relative_to(repository) for path in repository.rglob("*")) == before


@pytest.mark.parametrize("write", WRITES)
def test_without_gits_folder_the_root_that_is_named_counts(
    repository: Path, write: Callable[[Path, Path], None]
) -> None:
    (repository / ".git").rmdir()
    with pytest.raises(OSError, match="symbolic link"):
        write(repository / "linked" / "new", repository)
    assert outside(repository) == {"mine": "mine"}


def test_the_repository_counts_whatever_root_is_named(repository: Path, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="symbolic link"):
        replaced(repository / "linked" / "new", tmp_path / "elsewhere")
    assert outside(repository) == {"mine": "mine"}


def test_a_link_above_every_repository_is_followed(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "home").symlink_to(repository.parent)
    replaced(tmp_path / "home" / "repository" / "new", tmp_path / "home" / "repository")
    replaced(tmp_path / "home" / "outside" / "new", tmp_path / "home" / "repository")

    assert (repository / "new").read_text("utf-8") == "new"
    assert outside(repository) == {"mine": "mine", "new": "new"}


def test_a_relative_path_counts_from_where_the_command_was_started(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository / "kept")
    replaced(Path("../new"), Path())
    with pytest.raises(OSError, match=r"\.\./linked is a symbolic link"):
        replaced(Path("../linked/new"), Path())

    assert (repository / "new").read_text("utf-8") == "new"
    assert outside(repository) == {"mine": "mine"}


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o777])
def test_what_is_written_is_its_owners_alone_whatever_the_umask_is(
    tmp_path: Path, write: Callable[[Path, Path], None], umask: int
) -> None:
    if write is appended:
        return  # those files are the runner's, which makes them itself
    path = tmp_path / "new" / "folder" / "file"
    before = os.umask(umask)
    try:
        write(path, tmp_path)
    finally:
        os.umask(before)

    assert path.read_bytes() == b"new"
    assert [stat.S_IMODE(one.stat().st_mode) for one in (path, *path.parents[:2])] == [0o600, 0o700, 0o700]
    assert [one.name for one in path.parent.iterdir()] == ["file"]


@pytest.mark.parametrize("write", WRITES)
def test_what_root_makes_belongs_to_the_owner_of_the_folder(
    tmp_path: Path, write: Callable[[Path, Path], None]
) -> None:
    if write is appended:
        return
    if os.geteuid() == 0:
        os.chown(tmp_path, 4711, 4712)
    write(tmp_path / "new" / "file", tmp_path)

    owner = tmp_path.stat()
    for path in (tmp_path / "new", tmp_path / "new" / "file"):
        assert (path.stat().st_uid, path.stat().st_gid) == (owner.st_uid, owner.st_gid)


@pytest.mark.parametrize("write", [replaced, put])
def test_another_name_of_the_file_that_was_there_keeps_its_content(
    tmp_path: Path, write: Callable[[Path, Path], None]
) -> None:
    (tmp_path / "theirs").write_text("theirs", encoding="utf-8")
    os.link(tmp_path / "theirs", tmp_path / "file")
    write(tmp_path / "file", tmp_path)

    assert (tmp_path / "theirs").read_text("utf-8") == "theirs"
    assert (tmp_path / "file").read_text("utf-8") == "new"


@pytest.mark.parametrize("write", [created, added])
def test_what_is_new_replaces_nothing(tmp_path: Path, write: Callable[[Path, Path], None]) -> None:
    (tmp_path / "file").write_text("theirs", encoding="utf-8")
    with pytest.raises(FileExistsError):
        write(tmp_path / "file", tmp_path)

    assert (tmp_path / "file").read_text("utf-8") == "theirs"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_what_appears_meanwhile_is_not_replaced_by_what_is_new(tmp_path: Path) -> None:
    with safe_files.creating(tmp_path / "file", tmp_path) as write:
        (tmp_path / "file").write_text("theirs", encoding="utf-8")
        with pytest.raises(FileExistsError):
            write(b"new")
    assert (tmp_path / "file").read_text("utf-8") == "theirs"


def test_a_folder_is_no_file_to_replace(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "folder", tmp_path, tmp_path / "folder" / ".."):
        with pytest.raises(OSError, match=r"no file|directory"):
            replaced(path, tmp_path)


@pytest.mark.parametrize("opening", [safe_files.replacing, safe_files.creating])
def test_what_is_never_written_leaves_nothing(tmp_path: Path, opening: Opening) -> None:
    with opening(tmp_path / "file", tmp_path):
        [draft] = tmp_path.iterdir()
        assert draft.stat().st_size == safe_files.ROOM
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"x", bytes(safe_files.ROOM), b"y" * (safe_files.ROOM + 1)])
def test_what_is_written_is_as_long_as_it_is(tmp_path: Path, content: bytes) -> None:
    with safe_files.replacing(tmp_path / "file", tmp_path) as write:
        write(content)
    assert (tmp_path / "file").read_bytes() == content


@pytest.mark.parametrize("opening", [safe_files.replacing, safe_files.creating, safe_files.appending])
@pytest.mark.parametrize("place", ["file/below", "file/below/deeper"])
def test_a_path_below_a_file_is_refused_before_anything_is_written(
    tmp_path: Path, opening: Opening, place: str
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError), opening(tmp_path / place, tmp_path):
        pytest.fail("it could be opened")


@pytest.mark.parametrize("opening", [safe_files.replacing, safe_files.appending])
def test_a_device_that_is_full_is_noticed_before_anything_is_written(opening: Opening) -> None:
    with pytest.raises(OSError, match="No space left"), opening(Path("/dev/full"), Path("/")):
        pytest.fail("it could be opened")


@pytest.mark.parametrize("opening", [safe_files.replacing, safe_files.appending])
def test_a_pipe_that_nobody_reads_is_not_waited_for(tmp_path: Path, opening: Opening) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="No such device"), opening(tmp_path / "pipe", tmp_path):
        pytest.fail("it could be opened")


def test_a_pipe_that_somebody_reads_gets_the_content(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append((tmp_path / "pipe").read_bytes()))
    reader.start()
    while True:
        try:
            replaced(tmp_path / "pipe", tmp_path)
            break
        except OSError:  # the reader has not opened it yet
            continue
    reader.join()
    assert read == [b"new"]


@pytest.mark.parametrize("form", ["/dev/fd/{}", "/proc/self/fd/{}"])
def test_an_open_descriptor_is_written_to_as_it_is(form: str) -> None:
    reading, writing = os.pipe()
    replaced(Path(form.format(writing)), Path("/"))
    os.close(writing)
    assert os.read(reading, 10) == b"new"
    os.close(reading)


def test_a_descriptor_that_is_not_open_is_refused() -> None:
    with pytest.raises(OSError, match="Bad file descriptor"):
        replaced(Path("/dev/fd/4711"), Path("/"))


def test_appending_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("one\n", encoding="utf-8")
    appended(tmp_path / "file", tmp_path)
    assert (tmp_path / "file").read_text("utf-8") == "one\n\nnew"


def test_a_folder_that_is_ours_alone_is_hidden_from_git(tmp_path: Path) -> None:
    with safe_files.made_folder(tmp_path / "ours", tmp_path) as folder:
        safe_files.hide_from_git(folder, lambda name: name == "mine")
        assert (tmp_path / "ours" / ".gitignore").read_text("utf-8") == "*\n"


@pytest.mark.parametrize("name", ["theirs", ".gitignore"])
def test_a_folder_that_others_use_keeps_what_git_sees(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("theirs", encoding="utf-8")
    with safe_files.made_folder(tmp_path, tmp_path) as folder:
        safe_files.hide_from_git(folder, lambda name: name == "mine")
    assert {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()} == {name: "theirs"}


def test_only_a_regular_file_is_read_and_no_more_of_it_than_was_asked_for(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("content", encoding="utf-8")
    (tmp_path / "link").symlink_to("file")
    os.mkfifo(tmp_path / "pipe")
    with safe_files.made_folder(tmp_path, tmp_path) as folder:
        assert safe_files.read(folder, "file", 4) == b"cont"
        for name in ("link", "pipe", "nothing"):
            with pytest.raises(OSError, match=r"symbolic|no file|No such"):
                safe_files.read(folder, name, 4)
