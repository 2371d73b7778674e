"""The encoding of an .ics file, which has to be UTF-8 (RFC 5545, 3.1.4)."""

from __future__ import annotations

import re

from sessionsmgmt.errors import InputError

_FOLD = re.compile(rb"\r*\n[ \t]")


def checked_utf8(data: bytes, shown_as: str) -> bytes:
    """The data without a byte order mark. Raises InputError if it is not UTF-8 (RFC 5545, 3.1.4).

    The encoding is not guessed, since a wrong guess would garble people's names.
    """
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        data.decode()
    except UnicodeDecodeError:
        try:
            _FOLD.sub(b"", data).decode()  # a line may be folded in the middle of a character
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise InputError(
                f"{shown_as} is not a calendar in UTF-8 (see around line {line}).",
                "Export it again, or save it in the encoding UTF-8.",
            ) from None
    return data
