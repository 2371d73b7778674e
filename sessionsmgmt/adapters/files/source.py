"""A file as it comes from disk: opened with care, and never larger than it may be."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from sessionsmgmt.errors import InputError


@contextmanager
def opened(path: Path, shown_as: str, limit: int) -> Iterator[BinaryIO]:
    """The file for reading, if it is an ordinary one of at most ``limit`` bytes.

    ``shown_as`` is how messages write the path. Raises InputError for whatever keeps the file from being read whole,
    errors of the disk inside the block included.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # opening a pipe would wait for its other end
            raise InputError(f"{shown_as} is no file.", "Give the path of the exported file itself.")
        with path.open("rb") as file:
            size = path.stat().st_size
            if size > limit:
                raise InputError(
                    f"{shown_as} has {size // 2**20} MiB; at most {limit // 2**20} MiB are read.",
                    "Export only what is needed, without attachments and pictures.",
                )
            yield file
    except FileNotFoundError:
        raise InputError(f"{shown_as} does not exist.", "Export it again, or correct its path.") from None
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL in it
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "the path is not valid"
        raise InputError(f"{shown_as} can't be read: {reason}.", "Check the path and the file's permissions.") from None


def bounded(file: BinaryIO, shown_as: str, limit: int) -> bytes:
    """All of an open file; a file that grew beyond the limit since it was opened is refused."""
    data = file.read(limit + 1)
    if len(data) > limit:
        raise InputError(f"{shown_as} grew while it was read.", "Try again once it is written.")
    return data
