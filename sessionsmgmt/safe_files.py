"""How this program writes files: whole or not at all, for their owner alone, and through no link.

A branch that somebody is asked to look at can hold links, which would lead a write to any file of the reader. So no
link is followed that stands within a repository, neither at the file nor at a folder above it, and new content begins
under a name that nobody can foresee. A folder is opened step by step, so that a link that appears meanwhile is not
followed either.

What root makes belongs to the owner of the folder it is made in: in a container, the files of a step would else be left
to root in somebody's workspace. Modes don't depend on the umask.

Every function raises OSError, with a text for a person in ``strerror``.

The module has over 300 lines, since all functions share the steps by which a folder is opened, and a reader who checks
that no link is followed needs them together.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOM = 65_536
"""Bytes that are taken beforehand for a file that is written later."""

IGNORED = b"*\n"
"""A .gitignore that hides the whole folder it is in."""

_FILE, _FOLDER, _PUBLIC = 0o600, 0o700, 0o666
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_LAST = os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_RDONLY
_STEP = os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC | getattr(os, "O_PATH", os.O_RDONLY)
_DESCRIPTOR = re.compile(r"/dev/(?:fd/([0-9]{1,6})|stdout|stderr)|/proc/self/fd/([0-9]{1,6})")

_TEMPORARY = re.compile(r"\.[0-9a-f]{16}\.part")

Write = Callable[[bytes], None]
"""Writes the content of a file whose room is taken. It is called once, or not at all."""


def resolved(path: Path, root: Path) -> Path:
    """The absolute path without links. Raises OSError at a link that stands within a repository or within ``root``.

    ``root`` is the folder that counts as the repository where git's folder is not there to tell.
    """
    here, top = Path.cwd(), Path(os.path.realpath(root))
    for part in path.parts:
        step = here / part  # an absolute part begins anew
        if part == "..":
            here = here.parent
        elif not os.path.islink(step):  # noqa: PTH114 - unlike Path.is_symlink it never raises
            here = step
        elif _is_within(here, top):
            raise OSError(errno.ELOOP, f"{os.path.relpath(step)} is a symbolic link")
        else:
            here = Path(os.path.realpath(step))
    return here


@contextmanager
def made_folder(path: Path, root: Path) -> Iterator[int]:
    """The folder, opened for the block. It and those above it are made where they are missing."""
    start, place = _beginning(path, root)
    here, steps = _nearest(start, place)
    try:
        for index, name in enumerate(steps):
            inner = _made(name, here, _STEP if index < len(steps) - 1 else _LAST)
            os.close(here)
            here = inner
        yield here
    finally:
        os.close(here)


@contextmanager
def inner_folder(name: str, above: int) -> Iterator[int]:
    """A folder in an open one, opened for the block. It is made where it is missing."""
    folder = _made(name, above, _LAST)
    try:
        yield folder
    finally:
        os.close(folder)


def replace(folder: int, name: str, content: bytes) -> None:
    """Put a file into the open folder, in the place of the file of that name if there is one."""
    with _drafted(folder) as (draft, temporary):
        write_all(draft, content)
        _take_place(folder, temporary, name)


def publish(folder: int, name: str, content: bytes) -> None:
    """The same with a file for whomever the umask allows: one that is to be committed."""
    with _drafted(folder, _PUBLIC) as (draft, temporary):
        write_all(draft, content)
        _take_place(folder, temporary, name)


def add(folder: int, name: str, content: bytes) -> None:
    """Put a new file into the open folder, on the disk when it returns. Raises FileExistsError where there is one."""
    with _drafted(folder) as (draft, temporary):
        write_all(draft, content)
        os.fsync(draft)
        os.link(temporary, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    with suppress(OSError):  # the file is there; only a power cut this very moment could still take it away
        os.fsync(folder)


def try_out(folder: int) -> None:
    """See that files can be made in the open folder."""
    with _drafted(folder):
        pass


@contextmanager
def replacing(path: Path, root: Path) -> Iterator[Write]:
    """What writes the file at the end of a command, in the place of the one that is there. Room is taken before.

    A device, a pipe or an open descriptor (``/dev/stdout``, ``/dev/fd/3``) is written to as it is.
    """
    stream = _stream(path, root)
    if stream is None:
        with made_folder(path.parent, root) as folder, _drafted(folder) as (draft, temporary):
            _check_replaceable(folder, path.name)
            _take_room(draft)

            def write(content: bytes) -> None:
                _fill(draft, content)
                _take_place(folder, temporary, path.name)

            yield write
        return
    try:
        os.write(stream, b"")  # a device that is full says so
        yield lambda content: write_all(stream, content)
    finally:
        os.close(stream)


@contextmanager
def creating(path: Path, root: Path) -> Iterator[Write]:
    """What writes a new file at the end of a command. Room is taken before.

    Raises FileExistsError where there is one already, or at the end.
    """
    with made_folder(path.parent, root) as folder, _drafted(folder) as (draft, temporary):
        _check_replaceable(folder, path.name)
        if is_there(folder, path.name):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        _take_room(draft)

        def write(content: bytes) -> None:
            _fill(draft, content)
            os.fsync(draft)
            os.link(temporary, path.name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
            os.fsync(folder)

        yield write


@contextmanager
def appending(path: Path, root: Path) -> Iterator[int]:
    """A file to add to, opened for the block and made where it is missing. One line break is added to try it."""
    place = resolved(path, root)
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    descriptor = os.open(place, flags, 0o644)
    try:
        os.set_blocking(descriptor, True)
        write_all(descriptor, b"\n")
        yield descriptor
    finally:
        os.close(descriptor)


def append(descriptor: int, content: bytes) -> None:
    """Add the content to an open file, all of it or nothing."""
    before = size(descriptor)
    try:
        write_all(descriptor, content)
    except OSError:
        with suppress(OSError):
            os.ftruncate(descriptor, before)
        raise


def size(descriptor: int) -> int:
    """How many bytes are in an open file."""
    return os.fstat(descriptor).st_size


def read(folder: int, name: str, largest: int) -> bytes:
    """The content of a regular file in the open folder, ``largest`` bytes at most. Raises OSError for anything else."""
    descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, f"{name} is no file")
        return file.read(largest)


def own_file(descriptor: int, folder: Path) -> None:
    """Let a file that was just made in the folder be its owner's alone, and its owner be the folder's."""
    os.fchmod(descriptor, _FILE)
    if os.geteuid() == 0:
        found = folder.stat()
        with suppress(OSError):
            os.fchown(descriptor, found.st_uid, found.st_gid)


def own_folder(folder: Path) -> None:
    """The same for a folder that was just made."""
    folder.chmod(_FOLDER)
    if os.geteuid() == 0:
        found = folder.parent.stat()
        with suppress(OSError):
            os.chown(folder, found.st_uid, found.st_gid, follow_symlinks=False)


def write_all(descriptor: int, content: bytes) -> None:
    """Write all of it. One call may write less than it was given."""
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]


def remove(folder: int, name: str) -> None:
    """Delete a file or a link in the open folder, if there is one."""
    with suppress(FileNotFoundError):
        os.unlink(name, dir_fd=folder)


def is_there(folder: int, name: str) -> bool:
    """Whether there is anything of that name in the open folder, a link that leads nowhere included."""
    return _mode(folder, name) != 0


def is_link(folder: int, name: str) -> bool:
    """Whether there is a link of that name in the open folder."""
    return stat.S_ISLNK(_mode(folder, name))


def names(folder: int) -> list[str]:
    """The names of what is in the open folder."""
    return os.listdir(folder)


def hide_from_git(folder: int, known: Callable[[str], bool]) -> None:
    """Give the open folder a .gitignore that hides all of it, if nothing is in it but what is ``known`` by its name."""
    there = {name for name in names(folder) if not _TEMPORARY.fullmatch(name)}
    if ".gitignore" not in there and all(map(known, there)):
        with suppress(FileExistsError):
            add(folder, ".gitignore", IGNORED)


def _is_within(folder: Path, top: Path) -> bool:
    repository = any(os.path.lexists(above / ".git") for above in (folder, *folder.parents))
    return repository or folder.is_relative_to(top)


def _beginning(path: Path, root: Path) -> tuple[Path, Path]:
    """The folder from which on no link is followed on the way to a place, and that place."""
    place = Path.cwd() / path
    if ".." not in place.parts and place.is_relative_to(root):
        return root, place
    place = resolved(path, root)
    repositories = [above for above in place.parents if os.path.lexists(above / ".git")]
    return (repositories or [place])[-1], place


def _nearest(start: Path, place: Path) -> tuple[int, tuple[str, ...]]:
    """The folder to start from or, where that is not there, the next above it, opened; and the steps to the place."""
    for above in (start, *start.parents):
        steps = place.relative_to(above).parts
        with suppress(FileNotFoundError):
            return os.open(above, (_STEP if steps else _LAST) & ~os.O_NOFOLLOW), steps
    raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))


def _made(name: str, above: int, flags: int) -> int:
    """A folder in an open one, opened with the flags. It is made where it is missing."""
    try:
        return os.open(name, flags, dir_fd=above)
    except FileNotFoundError:
        with suppress(FileExistsError):
            _make(name, above)
        return os.open(name, flags, dir_fd=above)
    except NotADirectoryError:
        if is_link(above, name):
            raise OSError(errno.ELOOP, f"{name} is a symbolic link") from None
        raise


def _make(name: str, above: int) -> None:
    os.mkdir(name, _FOLDER, dir_fd=above)
    if stat.S_IMODE(os.stat(name, dir_fd=above, follow_symlinks=False).st_mode) != _FOLDER:
        os.chmod(name, _FOLDER, dir_fd=above)
    owner = _heir(above)
    if owner:
        with suppress(OSError):
            os.chown(name, *owner, dir_fd=above, follow_symlinks=False)


def _heir(folder: int) -> tuple[int, int] | None:
    """Whom something belongs to that root makes in the folder."""
    found = os.fstat(folder)
    return (found.st_uid, found.st_gid) if os.geteuid() == 0 and found.st_uid != 0 else None


@contextmanager
def _drafted(folder: int, mode: int = _FILE) -> Iterator[tuple[int, str]]:
    """A new file in the folder under a random name, opened to write; at the end of the block that name is gone."""
    temporary = f".{secrets.token_hex(8)}.part"
    draft = os.open(temporary, _NEW, mode, dir_fd=folder)
    try:
        if mode == _FILE:
            os.fchmod(draft, mode)
        owner = _heir(folder)
        if owner:
            with suppress(OSError):
                os.fchown(draft, *owner)
        yield draft, temporary
    finally:
        os.close(draft)
        with suppress(OSError):
            os.unlink(temporary, dir_fd=folder)


def _take_place(folder: int, temporary: str, name: str) -> None:
    _check_replaceable(folder, name)
    os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)


def _mode(folder: int, name: str) -> int:
    """The mode of what has the name, 0 where there is nothing."""
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return 0


def _check_replaceable(folder: int, name: str) -> None:
    """See that under the name there is a file or nothing."""
    if name in {"", "..", "."}:
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))
    mode = _mode(folder, name)
    if stat.S_ISLNK(mode):
        raise OSError(errno.ELOOP, f"{name} is a symbolic link")
    if mode and not stat.S_ISREG(mode):
        raise OSError(errno.EEXIST, f"{name} is there already and is no file")


def _take_room(draft: int) -> None:
    write_all(draft, bytes(ROOM))


def _fill(draft: int, content: bytes) -> None:
    """The content in the place of what only took the room."""
    os.lseek(draft, 0, os.SEEK_SET)
    write_all(draft, content)
    os.ftruncate(draft, len(content))


def _stream(path: Path, root: Path) -> int | None:
    """What is no file, opened to write: an open descriptor by its name, a device or a pipe. None for all else."""
    if found := _DESCRIPTOR.fullmatch(str(path)):
        number = found[1] or found[2] or ("2" if path.name == "stderr" else "1")
        return os.dup(int(number))
    place = resolved(path, root)
    try:
        mode = os.lstat(place).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        return None
    descriptor = os.open(place, os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    os.set_blocking(descriptor, True)
    return descriptor
