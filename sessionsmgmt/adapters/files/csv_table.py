"""A CSV file as spreadsheets and address books export it (RFC 4180): its encoding, its separator and its rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence

from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.errors import InputError

MAX_ROWS = 50_000
"""The most lines of a file."""

MAX_COLUMNS = 1_000
"""The most columns of a file. Google's export has about 100."""

MAX_CELL = 65_536
"""The most characters of a cell."""

_SEPARATORS = ",;\t"
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx and .ods; .xls


@dataclass(frozen=True, slots=True)
class Row:
    """A row behind the header row. ``damage`` says why it can't be read; empty if it can be."""

    line: int
    cells: tuple[str, ...] = ()
    damage: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """The header row and the rows behind it, without the empty ones. ``guessed`` says that the encoding is a guess."""

    headings: tuple[str, ...]
    header_line: int
    rows: tuple[Row, ...]
    guessed: bool


def read_table(data: bytes, shown_as: str, known: Callable[[str], bool]) -> Table:
    """The table in the file's bytes. The separator is the one with which most headings are ``known``.

    Cells are text: nothing in them is calculated. Raises InputError where the file is no CSV file, is larger than the
    limits, or where quotation marks do not match, since nobody knows then where the following rows begin.
    """
    text, guessed = _text(data, shown_as)
    lines = list(io.StringIO(text, newline=""))
    if len(lines) > MAX_ROWS:
        raise InputError(f"{shown_as} has more than {MAX_ROWS:,} lines.", "Export only the people of the club.")
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)

    def score(separator: str) -> int:
        header = next(_rows(lines[first : first + 1], separator, shown_as, first), Row(0))
        return sum(known(heading) for heading in header.cells)

    rows = list(_rows(lines[first:], max(_SEPARATORS, key=score), shown_as, first))
    header = rows[0] if rows else Row(1)
    width = len(header.cells)
    if width > MAX_COLUMNS:
        raise InputError(f"{shown_as} has more than {MAX_COLUMNS:,} columns.", "Export only the people of the club.")
    return Table(
        tuple(heading.strip() for heading in header.cells),
        header.line,
        tuple(_fitting(row, width) for row in rows[1:] if row.damage or any(cell.strip() for cell in row.cells)),
        guessed,
    )


def _text(data: bytes, shown_as: str) -> tuple[str, bool]:
    """The text, and whether its encoding is a guess. Windows-1252 is what Excel writes in Western Europe."""
    if data.startswith(_SPREADSHEETS):
        raise InputError(f"{shown_as} is the file of a spreadsheet program.", "Save it as CSV (UTF-8) there.")
    encoding = _utf_16(data)
    try:
        return (data.decode(encoding) if encoding else data.decode("utf-8-sig")), False
    except UnicodeDecodeError:
        if encoding:
            raise InputError(
                f"{shown_as} is not in UTF-16 to its end, so it may be cut off.", "Export it again as CSV (UTF-8)."
            ) from None
    return data.decode("cp1252", "replace"), True


def _utf_16(data: bytes) -> str:
    """Python's name of the form of UTF-16 that the data has; empty for any other encoding."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if data[:1] and data[1:2] == b"\0":
        return "utf-16-le"
    return "utf-16-be" if data[:1] == b"\0" and data[1:2] else ""


def _rows(lines: Sequence[str], separator: str, shown_as: str, skipped: int) -> Iterator[Row]:
    """The rows of the lines, ``skipped`` lines of the file being before them."""
    reader = csv.reader(iter(lines), delimiter=separator, strict=True)
    while True:
        before = reader.line_num
        line = skipped + before + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            if sum(text.count('"') for text in lines[before : reader.line_num]) % 2:
                raise InputError(
                    f'{shown_as}:{line}: a quotation mark (") has no counterpart, so nothing behind it can be read.',
                    "Correct the row, or export the file again.",
                ) from None
            yield Row(line, damage="its quotation marks or its length are wrong")
        else:
            yield Row(line, tuple(cells))


def _fitting(row: Row, width: int) -> Row:
    """The row with as many cells as there are headings. Programs leave out empty cells at the end of a row."""
    cells = row.cells[:width] + ("",) * (width - len(row.cells))
    if any(cell.strip() for cell in row.cells[width:]):
        return Row(row.line, damage="it has more cells than there are columns, so a separator may lack its quotes")
    if any(len(cell) > MAX_CELL for cell in cells):
        return Row(row.line, damage=f"a cell has more than {MAX_CELL:,} characters")
    return Row(row.line, cells, row.damage)
