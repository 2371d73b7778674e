"""Opens and reads files that may be missing, too large or not files at all."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from sessionsmgmt.errors import InputError


@contextmanager
def open_bounded(path: Path, shown_as: str, limit: int) -> Iterator[BinaryIO]:
    """The open file, if it is a regular file of at most ``limit`` bytes.

    ``shown_as`` is how messages write the path. Raises InputError for everything that keeps the file from being read
    completely, including disk errors inside the ``with`` block.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # opening a pipe would wait for its other end
            raise InputError(f"{shown_as} is not a file.", "Give the path of the exported file itself.")
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


def read_bounded(file: BinaryIO, shown_as: str, limit: int) -> bytes:
    """The whole content of an open file. Raises InputError if the file has grown beyond the limit meanwhile."""
    data = file.read(limit + 1)
    if len(data) > limit:
        raise InputError(f"{shown_as} grew while it was read.", "Try again when the file is complete.")
    return data
