"""Writing several files: all of them or none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from sessionsmgmt import safe_files
from sessionsmgmt.errors import InputError

LARGEST = 16_777_216
"""Bytes that a file which is replaced may have: it is put back where another file can't be written."""


def write_all(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write all the files into the folder. Raises InputError where one can't be written; none is written then."""
    try:
        with _undone_on_failure() as undo:
            for name, content in files.items():
                path = folder / name
                _check_links(name, folder)
                _make_folder(path.parent, undo)
                undo.append(_restoring(path))
                _put(path, content, folder)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(f"The files can't be written to {folder} ({reason}). Nothing was written.") from error


def _check_links(name: str, folder: Path) -> None:
    try:
        safe_files.resolved(folder / name, folder)
    except OSError:
        raise InputError(f"{name} is a link, or behind one. Nothing was written.", "Remove the link.") from None


def _put(path: Path, content: bytes, folder: Path) -> None:
    with safe_files.made_folder(path.parent, folder) as opened:
        safe_files.publish(opened, path.name, content)


@contextmanager
def _undone_on_failure() -> Iterator[list[Callable[[], object]]]:
    """A list of calls that undo the steps. If the block fails, they are made, the last step first."""
    undo: list[Callable[[], object]] = []
    try:
        yield undo
    except BaseException:
        for step in reversed(undo):
            with suppress(OSError):
                step()
        raise


def _make_folder(folder: Path, undo: list[Callable[[], object]]) -> None:
    if not folder.exists():
        _make_folder(folder.parent, undo)
        folder.mkdir()
        undo.append(folder.rmdir)


def _restoring(path: Path) -> Callable[[], object]:
    """A call that restores the path to what it is now: this file, or no file."""
    with safe_files.made_folder(path.parent, path.parent) as opened:
        if not safe_files.is_there(opened, path.name):
            return lambda: path.unlink(missing_ok=True)
        content = safe_files.read(opened, path.name, LARGEST)
    return lambda: _put(path, content, path.parent)
