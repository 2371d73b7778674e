"""A new file that a person asks for. It is opened before anything is done for its content."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sessionsmgmt import safe_files
from sessionsmgmt.errors import InputError


@contextmanager
def new_file(option: str, path: Path, root: Path) -> Iterator[Callable[[str], None]]:
    """Open a new file that only its owner can read, and yield what writes a text into it.

    ``option`` is the option that names the file. Raises InputError, at once or at the end, where it can't be written.
    """
    with ExitStack() as opened:
        try:
            write = opened.enter_context(safe_files.creating(path, root))
        except OSError as error:
            raise _unwritable(option, path, error) from None

        def save(text: str) -> None:
            try:
                write(text.encode("utf-8", "backslashreplace"))
            except OSError as error:
                raise _unwritable(option, path, error) from None

        yield save


def _unwritable(option: str, path: Path, error: OSError) -> InputError:
    return InputError(f"{option}: {path} can't be written ({error.strerror}).", "Choose a new file.")
