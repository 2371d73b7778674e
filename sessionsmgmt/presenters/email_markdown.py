"""An email as GitHub's Markdown can show it: the HTML that is sent, without its styles.

GitHub accepts some HTML elements in its Markdown. Only those on a list are written, on lines without a blank line
between them, so that nothing in them is read as Markdown (CommonMark 0.31, 4.6). The text is escaped by
``presenters.markdown``, which also breaks up mentions and references.
"""

from __future__ import annotations

import html
import re
import unicodedata
from email.message import EmailMessage
from html.parser import HTMLParser
from itertools import accumulate
from typing import cast

from sessionsmgmt.presenters.markdown import plain

LONGEST = 24_000
"""About how many bytes one email may take, so that there is room for the others, too."""

LONGEST_WORD = 100
"""How far a cut moves back to the space between two words. A longer word, or text without spaces, is split."""

SHORTENED = "<p><i>This email goes on.</i></p>"

_KEPT = frozenset(
    "blockquote code del em h3 h4 li ol p s strong table tbody td th thead tr ul".split()  # noqa: SIM905 - it is read
)
# the only span in a notice is the badge beside its heading
_RENAMED = {"h1": "h3", "h2": "h4", "h3": "h4", "h4": "h4", "h5": "h4", "h6": "h4", "pre": "blockquote", "span": "code"}
_EMPTY = frozenset({"br", "hr"})
_INVISIBLE = frozenset({"head", "script", "style", "title"})
_ENDS_LINE = frozenset({"blockquote", "h3", "h4", "ol", "p", "table", "tr", "ul"})
_STRUCTURE = frozenset({"ol", "table", "tbody", "thead", "tr", "ul"})
"""Elements without text of their own: text in them only lays out their source."""

_LINK = re.compile(r"(?:https?://|mailto:)[\x21-\x7e]{1,2000}", re.IGNORECASE)


def email_markdown(email: EmailMessage, most: int = LONGEST) -> str:
    """The email's HTML part as lines for Markdown. A part that is too long is cut, which is said at the end."""
    part = cast(EmailMessage | None, email.get_body(("html",)))
    reader = _Reader(most)
    reader.feed(str(part.get_content()) if part else "")
    reader.close()
    return reader.finished()


class _Reader(HTMLParser):
    """Writes what it reads, as far as there is room. Elements that are open at the end are closed."""

    def __init__(self, room: int) -> None:
        super().__init__(convert_charrefs=True)
        self._room = room
        self._written: list[str] = []
        self._open: list[str] = []
        self._unseen = 0
        self._table_waits = False
        self._lines_kept = False
        self._full = False

    def finished(self) -> str:
        """What was written, with every element closed."""
        whole = "".join([*self._written, *(f"</{tag}>" for tag in reversed(self._open))])
        lines = "\n".join(line.strip() for line in whole.splitlines() if line.strip())
        return f"{lines}\n{SHORTENED}" if self._full else lines

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in _INVISIBLE
        self._lines_kept = self._lines_kept or tag == "pre"
        shown = _RENAMED.get(tag, tag)
        if tag == "a":
            address = dict(attrs).get("href") or ""
            if _LINK.fullmatch(address):
                self._begin("a", f'<a href="{html.escape(address)}">')
        elif tag == "table":
            self._table_waits = True  # its caption, a heading, goes before it
        elif shown in _EMPTY:
            self._write(f"<{shown}>")
        elif shown in _KEPT:
            if self._table_waits and shown in {"thead", "tbody", "tr"}:
                self._table_waits = False
                self._begin("table", "<table>")
            aligned = shown in {"td", "th"} and "right" in (dict(attrs).get("style") or "")
            self._begin(shown, f'<{shown} align="right">' if aligned else f"<{shown}>")

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in _INVISIBLE
        self._lines_kept = self._lines_kept and tag != "pre"
        shown = _RENAMED.get(tag, tag)
        if shown in self._open:
            while (last := self._open.pop()) != shown:
                self._written.append(f"</{last}>")
            self._written.append(f"</{shown}>" + "\n" * (shown in _ENDS_LINE))

    def handle_data(self, data: str) -> None:
        if self._unseen or not self._open or self._open[-1] in _STRUCTURE:
            return
        lines = data.strip("\n").splitlines() if self._lines_kept else [re.sub(r"\s+", " ", data)]
        for number, line in enumerate(lines):
            if number:
                self._write("<br>")
            self._write_text(line)

    def _begin(self, tag: str, written: str) -> None:
        self._room -= len(f"</{tag}>")
        if self._write(written):
            self._open.append(tag)

    def _write(self, text: str) -> bool:
        """Write the text if there is room. Once there is none, nothing more is written."""
        self._room -= len(text.encode())
        self._full = self._full or self._room < 0
        if not self._full:
            self._written.append(text)
        return not self._full

    def _write_text(self, text: str) -> None:
        """Write the text or, where there is not enough room, its beginning."""
        room, escaped = self._room, plain(text)
        if not self._full and len(escaped.encode()) > room:
            self._written.append(f"{plain(beginning(text, room))}…")
        self._write(escaped)


def beginning(text: str, room: int) -> str:
    """The beginning of the text that takes at most so many bytes when escaped, cut between two words if possible."""
    sizes = accumulate(len(plain(character).encode()) for character in text)
    end = next((place for place, size in enumerate(sizes) if size > room), len(text))
    if end == len(text):
        return text
    blank = text.rfind(" ", max(0, end - LONGEST_WORD), end + 1)
    if blank >= 0:
        return text[:blank].rstrip()
    while end and (_joins(text[end]) or text[end - 1] == _JOINER):
        end -= 1
    return text[:end]


def _joins(character: str) -> bool:
    """Whether the character is shown together with the one before it."""
    return character == _JOINER or unicodedata.category(character).startswith("M")


_JOINER = "\u200d"
"""The zero-width joiner, which joins two characters into one sign."""
