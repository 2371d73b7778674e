"""The .gitignore of a club: git must not see what later commands write."""

from __future__ import annotations

from pathlib import Path

IGNORE = ".gitignore"
"""The name of the file."""

LARGEST = 1_048_576
"""Bytes of a .gitignore that lines are added to. A larger one is left as it is."""

_PATTERNS = ("/.sessionsmgmt/", "/client.json", "/credential.json", "/outbox/", "/preview/", "/report.json")
_WHY = "# Made by sessionsmgmt, and for nobody else: it names people, or opens the club's account."


def new_ignore() -> bytes:
    """The whole content of a new .gitignore."""
    return "\n".join((_WHY, *_PATTERNS, "")).encode()


def completed_ignore(path: Path) -> bytes:
    """The content of the .gitignore at the path with the lines that it lacks; empty if nothing is to be written.

    A link, and what can't be read, is left as it is.
    """
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > LARGEST:
            return b""
        return completed(path.read_bytes())
    except OSError:
        return b""


def completed(there: bytes) -> bytes:
    """The content with the lines that it lacks at its end, in the line ends that it has; empty if it lacks none."""
    lines = {line.strip() for line in there.splitlines()}
    lacking = [pattern for pattern in _PATTERNS if lines.isdisjoint(_spellings(pattern))]
    if not lacking:
        return b""
    line_end = b"\r\n" if b"\r\n" in there else b"\n"
    before = there if not there or there.endswith(b"\n") else there + line_end
    return before + b"".join(line.encode() + line_end for line in (_WHY, *lacking))


def _spellings(pattern: str) -> set[bytes]:
    """The pattern, and others that ignore at least the same."""
    bare = pattern.strip("/")
    return {text.encode() for text in (pattern, pattern.rstrip("/"), bare, f"{bare}/")}
