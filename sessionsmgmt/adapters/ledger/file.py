"""The ledger as a file on this machine.

Reading takes no lock: the file is only ever replaced as a whole, so a reader sees the old ledger or the new one.
Writing takes the lock, reads again, and is on the disk when it returns. A run that is killed in between leaves the old
ledger or the new one, and at most a temporary file that nobody reads and that the next writer removes.
"""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import stat
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

from sessionsmgmt.adapters.ledger.codec import decode, encode
from sessionsmgmt.adapters.ledger.retention import Retention
from sessionsmgmt.domain.delivery.claims import SECRET_BYTES, LedgerSnapshot, Step
from sessionsmgmt.errors import InputError, RefusedError, SessionsError, UnreachableError
from sessionsmgmt.ports.ledger import WriteResult
from sessionsmgmt.safe_files import IGNORED, own_file, own_folder

LOCK_WAIT = timedelta(seconds=20)
"""How long a writer waits for the others: each holds the lock for as long as writing a small file takes."""

_PAUSE = 0.01  # seconds between two attempts to take the lock
_UNFIT = {
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
    errno.ENOTDIR,
    errno.EEXIST,
    errno.EISDIR,
    errno.ENAMETOOLONG,
}  # the place is wrong, and will be the next time


class FileLedger:
    """The announcements, in the file at ``path``. What ``retention`` does not keep is forgotten with the next write.

    Beside the file there are ``path`` with ``.lock``, which stays, and with ``.tmp``, which exists while writing. All
    are for the user alone (mode 0600). A folder that has to be made, or has nothing else in it, gets a ``.gitignore``,
    so that nobody commits it by accident. ``lock_wait`` is how long a writer waits for the lock. Needs a system with
    ``flock`` (Linux, macOS, BSD).
    """

    def __init__(self, path: Path, retention: Retention, lock_wait: timedelta = LOCK_WAIT) -> None:
        self._path = path
        self._shown = os.path.relpath(path)
        self._lock = path.with_name(f"{path.name}.lock")
        self._draft = path.with_name(f"{path.name}.tmp")
        self._retention = retention
        self._lock_wait = lock_wait

    def read(self, now: datetime, earlier: LedgerSnapshot | None = None) -> LedgerSnapshot:  # noqa: ARG002 - other stores need the instant
        """The ledger as it is now; where there is no file yet, an empty one whose secret the first write will store.

        Raises RefusedError for a file that is damaged or of a newer version, InputError for a place that can't be
        used, UnreachableError where the system fails.
        """
        with _explained(self._shown):
            return self._load() or LedgerSnapshot(earlier.secret if earlier else secrets.token_bytes(SECRET_BYTES))

    def write(self, snapshot: LedgerSnapshot, steps: Sequence[Step], now: datetime) -> WriteResult:
        """Take the steps; see ``ports.Ledger``. Raises as ``read`` does, UnreachableError if the lock stays taken."""
        with _explained(self._shown):
            if not steps and not self._is_outgrown(now):
                return WriteResult(snapshot)
            with self._locked():
                stored = self._load()
                before = stored or LedgerSnapshot(snapshot.secret)
                after, refused = before.advanced(steps, now, snapshot.secret)
                after = self._retention.pruned(after, now)
                if after != before:
                    if stored is None:
                        self._keep_out_of_git()
                    self._replace(encode(after))
        return WriteResult(after if after.secret == snapshot.secret else snapshot, refused)

    def erase(self) -> bool:
        """Delete the file and the files that were made for it; see ``ports.ErasableLedger``.

        The folder is deleted too where it has nothing but the ledger in it.
        """
        with _explained(self._shown):
            ignore = self._path.with_name(".gitignore")
            files = [self._path, self._draft, self._lock]
            if not self._path.parent.is_dir() or not any(map(os.path.lexists, files)):
                return False
            with self._locked():
                for path in files:
                    _unlink(path, self._shown)
                _sync_folder(self._path.parent)
                if _is_ours(ignore) and {file.name for file in ignore.parent.iterdir()} == {ignore.name}:
                    ignore.unlink()
                    with suppress(OSError):  # another process may have begun anew in it
                        self._path.parent.rmdir()
        return True

    def _is_outgrown(self, now: datetime) -> bool:
        snapshot = self._load()
        return snapshot is not None and snapshot != self._retention.pruned(snapshot, now)

    def _load(self) -> LedgerSnapshot | None:
        try:
            # Not through a link, which may lead anywhere; and a pipe would wait for its other end.
            descriptor = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except FileNotFoundError:
            return None
        with _closing(descriptor):
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise RefusedError(f"{self._shown} is no file.", "Move it away, or give another path for the ledger.")
            with open(descriptor, "rb", closefd=False) as file:
                return decode(file.read(), self._shown)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the lock for the block, alone among all processes and threads. The end of the process releases it too.

        A lock file that was deleted while this process waited for it locks nothing any more; the present one is taken.
        """
        deadline = time.monotonic() + self._lock_wait.total_seconds()
        while True:
            with _closing(self._lock_file()) as descriptor:
                with suppress(FileNotFoundError):  # its folder was just deleted; then the lock is not there any more
                    own_file(descriptor, self._path.parent)
                while not _taken(descriptor):
                    if time.monotonic() >= deadline:
                        raise UnreachableError(
                            f"{self._shown}: another process has been writing the ledger for too long.",
                            "Look for one that hangs, and run again; nothing is lost.",
                        )
                    time.sleep(_PAUSE)
                if _is_there(self._lock, descriptor):
                    yield
                    return

    def _lock_file(self) -> int:
        """The lock file, opened. Another process that erases the ledger may delete the folder at the same time."""
        while True:
            _make_folder(self._path.parent)
            with suppress(FileNotFoundError):
                return os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)

    def _replace(self, data: bytes) -> None:
        self._draft.unlink(missing_ok=True)
        with _closing(os.open(self._draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)) as descriptor:
            own_file(descriptor, self._path.parent)
            _put(descriptor, data)
        self._draft.replace(self._path)
        _sync_folder(self._path.parent)

    def _keep_out_of_git(self) -> None:
        """Write a .gitignore into a folder that has only the ledger, on each attempt until the ledger is begun."""
        ignore = self._path.with_name(".gitignore")
        if {file.name for file in ignore.parent.iterdir()} - {ignore.name, self._lock.name, self._draft.name}:
            return
        with _closing(os.open(ignore, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600)) as descriptor:
            if os.fstat(descriptor).st_size == 0:
                own_file(descriptor, ignore.parent)
                _put(descriptor, IGNORED)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_there(path: Path, descriptor: int) -> bool:
    """Whether the open file is still the file of that name."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.lstat(path))
    except FileNotFoundError:
        return False


def _unlink(path: Path, shown: str) -> None:
    """Delete a file, if there is one, or a link and not its target. Anything else is refused: it is not ours."""
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return
    if not (stat.S_ISREG(mode) or stat.S_ISLNK(mode)):
        raise RefusedError(
            f"{shown} is no file, so it is not the ledger's.", "Look what it is, and delete it yourself."
        )
    path.unlink()


def _is_ours(ignore: Path) -> bool:
    """Whether ``FileLedger`` wrote this .gitignore, because the folder had only the ledger in it."""
    try:
        return ignore.read_bytes() == IGNORED
    except OSError:
        return False


def _make_folder(folder: Path) -> None:
    """Make the folder and those above it where they are missing, for the user alone, and write them to the disk."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    try:
        folder.mkdir(0o700)
        own_folder(folder)
    except FileExistsError:  # by another process, unless it is something else
        if not folder.is_dir():
            raise
    _sync_folder(folder.parent)


def _put(descriptor: int, data: bytes) -> None:
    """Write all of the data, and wait until the disk has it. One call may write less than it was given."""
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]
    os.fsync(descriptor)


def _sync_folder(folder: Path) -> None:
    """A rename is on the disk when its folder is (POSIX, fsync)."""
    with _closing(os.open(folder, os.O_RDONLY | os.O_DIRECTORY)) as descriptor:
        os.fsync(descriptor)


@contextmanager
def _closing(descriptor: int) -> Iterator[int]:
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _explained(shown: str) -> Iterator[None]:
    """Turn the system's errors into errors that say what to do."""
    try:
        yield
    except OSError as error:
        raise _explanation(error, shown) from None


def _explanation(error: OSError, shown: str) -> SessionsError:
    reason = os.strerror(error.errno) if error.errno else "it failed"
    if error.errno == errno.ELOOP:
        return RefusedError(
            f"{shown}, or a file beside it, is a symbolic link.",
            "Put a file there, or give another path for the ledger.",
        )
    if error.errno in _UNFIT:
        return InputError(
            f"The ledger can't be kept at {shown}: {reason}.",
            "Make its folder one that may be written, or give another path for the ledger.",
        )
    return UnreachableError(f"The ledger at {shown} failed: {reason}.", "Mend that and run again; nothing is lost.")
