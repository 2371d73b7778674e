"""How this program writes files: completely or not at all, readable by their owner only, and through no symbolic link.

A branch under review can contain symbolic links, and a write through such a link could change any file of the reviewer.
So no link inside a repository is followed, neither at the file nor at a folder above it. New content is written under a
random name first. A folder is opened step by step, so that a link that is made during the write is not followed either.

A file that root makes gets the owner of its folder. Otherwise the files of a step that runs in a container would belong
to root in somebody's workspace. The modes do not depend on the umask.

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
"""The bytes that are reserved on the disk for a file whose content is written later."""

IGNORED = b"*\n"
"""A .gitignore that hides the whole folder it is in."""

_FILE, _FOLDER, _PUBLIC = 0o600, 0o700, 0o666
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_LAST = os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_RDONLY
_STEP = os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC | getattr(os, "O_PATH", os.O_RDONLY)
_DESCRIPTOR = re.compile(r"/dev/(?:fd/([0-9]{1,6})|stdout|stderr)|/proc/self/fd/([0-9]{1,6})")

_TEMPORARY = re.compile(r"\.[0-9a-f]{16}\.part")

Write = Callable[[bytes], None]
"""Writes the content of a file with reserved room. It is called once, or not at all."""


def resolved(path: Path, root: Path) -> Path:
    """The absolute path without links. Raises OSError for a link that is inside a repository or inside ``root``.

    ``root`` counts as a repository even if it has no ``.git``.
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
    """The folder, opened for the block. Missing folders on the way are made."""
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
    """A folder inside an open folder, opened for the block. It is made if it is missing."""
    folder = _made(name, above, _LAST)
    try:
        yield folder
    finally:
        os.close(folder)


def replace(folder: int, name: str, content: bytes) -> None:
    """Put a file into the open folder. It replaces a file of the same name."""
    with _drafted(folder) as (draft, temporary):
        write_all(draft, content)
        _take_place(folder, temporary, name)


def publish(folder: int, name: str, content: bytes) -> None:
    """Put a file into the open folder that others may read, as the umask allows, since it is to be committed."""
    with _drafted(folder, _PUBLIC) as (draft, temporary):
        write_all(draft, content)
        _take_place(folder, temporary, name)


def add(folder: int, name: str, content: bytes) -> None:
    """Put a new file into the open folder, and wait until it is on the disk. Raises FileExistsError if it exists."""
    with _drafted(folder) as (draft, temporary):
        write_all(draft, content)
        os.fsync(draft)
        os.link(temporary, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    with suppress(OSError):  # the file is there; only a power cut right now could lose it
        os.fsync(folder)


def try_out(folder: int) -> None:
    """Check that files can be made in the open folder. Raises OSError if not."""
    with _drafted(folder):
        pass


@contextmanager
def replacing(path: Path, root: Path) -> Iterator[Write]:
    """A function that writes the file at the end of a command and replaces an existing file. Room is reserved now.

    A device, a pipe or an open descriptor (``/dev/stdout``, ``/dev/fd/3``) is written to directly.
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
        os.write(stream, b"")  # fails if the device is full
        yield lambda content: write_all(stream, content)
    finally:
        os.close(stream)


@contextmanager
def creating(path: Path, root: Path) -> Iterator[Write]:
    """A function that writes a new file at the end of a command. Room is reserved now.

    Raises FileExistsError if the file exists, now or at the end.
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
    """A file to append to, opened for the block, and made if it is missing. A line break is appended as a test."""
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
    """Append the whole content to an open file, or nothing."""
    before = size(descriptor)
    try:
        write_all(descriptor, content)
    except OSError:
        with suppress(OSError):
            os.ftruncate(descriptor, before)
        raise


def size(descriptor: int) -> int:
    """The number of bytes in an open file."""
    return os.fstat(descriptor).st_size


def read(folder: int, name: str, largest: int) -> bytes:
    """The content of a regular file in the open folder, ``largest`` bytes at most. Raises OSError for anything else."""
    descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, f"{name} is no file")
        return file.read(largest)


def own_file(descriptor: int, folder: Path) -> None:
    """Make a new file readable by its owner only. If root made the file, the owner becomes the folder's owner."""
    os.fchmod(descriptor, _FILE)
    if os.geteuid() == 0:
        status = folder.stat()
        with suppress(OSError):
            os.fchown(descriptor, status.st_uid, status.st_gid)


def own_folder(folder: Path) -> None:
    """Make a new folder readable by its owner only, with the owner of the folder above if root made it."""
    folder.chmod(_FOLDER)
    if os.geteuid() == 0:
        status = folder.parent.stat()
        with suppress(OSError):
            os.chown(folder, status.st_uid, status.st_gid, follow_symlinks=False)


def write_all(descriptor: int, content: bytes) -> None:
    """Write the whole content. A single ``os.write`` may write only a part."""
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]


def remove(folder: int, name: str) -> None:
    """Delete a file or a link in the open folder, if there is one."""
    with suppress(FileNotFoundError):
        os.unlink(name, dir_fd=folder)


def is_there(folder: int, name: str) -> bool:
    """Whether the open folder has anything of that name. A broken link counts."""
    return _mode(folder, name) != 0


def is_link(folder: int, name: str) -> bool:
    """Whether the open folder has a symbolic link of that name."""
    return stat.S_ISLNK(_mode(folder, name))


def names(folder: int) -> list[str]:
    """The names of everything in the open folder."""
    return os.listdir(folder)


def hide_from_git(folder: int, known: Callable[[str], bool]) -> None:
    """Add a .gitignore that hides the whole open folder, if ``known`` is true for every name in the folder."""
    there = {name for name in names(folder) if not _TEMPORARY.fullmatch(name)}
    if ".gitignore" not in there and all(map(known, there)):
        with suppress(FileExistsError):
            add(folder, ".gitignore", IGNORED)


def _is_within(folder: Path, top: Path) -> bool:
    repository = any(os.path.lexists(above / ".git") for above in (folder, *folder.parents))
    return repository or folder.is_relative_to(top)


def _beginning(path: Path, root: Path) -> tuple[Path, Path]:
    """The folder below which no link is followed, and the absolute path."""
    place = Path.cwd() / path
    if ".." not in place.parts and place.is_relative_to(root):
        return root, place
    place = resolved(path, root)
    repositories = [above for above in place.parents if os.path.lexists(above / ".git")]
    return (repositories or [place])[-1], place


def _nearest(start: Path, place: Path) -> tuple[int, tuple[str, ...]]:
    """The folder to start from, opened, and the steps from there. If it is missing, the nearest folder above it."""
    for above in (start, *start.parents):
        steps = place.relative_to(above).parts
        with suppress(FileNotFoundError):
            return os.open(above, (_STEP if steps else _LAST) & ~os.O_NOFOLLOW), steps
    raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))


def _made(name: str, above: int, flags: int) -> int:
    """A folder inside an open folder, opened with the flags. It is made if it is missing."""
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
    """The user and group that get what root makes in the folder; None if the owner stays as it is."""
    status = os.fstat(folder)
    return (status.st_uid, status.st_gid) if os.geteuid() == 0 and status.st_uid != 0 else None


@contextmanager
def _drafted(folder: int, mode: int = _FILE) -> Iterator[tuple[int, str]]:
    """A new file in the folder under a random name, opened to write. The name is removed when the block ends."""
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
    """The mode of the entry with that name; 0 if there is none."""
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return 0


def _check_replaceable(folder: int, name: str) -> None:
    """Raise OSError if the name is taken by something that is not a regular file."""
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
    """Replace the reserved room by the content."""
    os.lseek(draft, 0, os.SEEK_SET)
    write_all(draft, content)
    os.ftruncate(draft, len(content))


def _stream(path: Path, root: Path) -> int | None:
    """A descriptor to write to a device, a pipe or an open descriptor that the path names; None for other paths."""
    if match := _DESCRIPTOR.fullmatch(str(path)):
        number = match[1] or match[2] or ("2" if path.name == "stderr" else "1")
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
