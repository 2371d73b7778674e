"""A folder that is written and written again: what was written last time is replaced, what others put there stays."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path

from sessionsmgmt.errors import InputError

MANIFEST = ".sessionsmgmt-preview"
"""The list of what was written, a name a line, kept in the folder itself."""

OURS = re.compile(r"index\.html|emails/[0-9a-z-]+\.(?:eml|html|txt|ics)")
"""Every name that is ever written. A list that names anything else was not written here, and is not obeyed."""


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Make the folder hold these files, named as ``OURS`` says, in place of those that were written to it before.

    The files are written in the order given, each whole or not at all, before old ones go. Raises InputError where a
    file in the way is somebody else's, in which case nothing is changed, or where the folder can't be written.
    """
    try:
        before = _written_before(folder)
        _make_sure_nothing_is_in_the_way(folder, files.keys() - before)
        (folder / "emails").mkdir(parents=True, exist_ok=True)
        _write(folder / MANIFEST, _listed(before | files.keys()))
        for name, content in files.items():
            _write(folder / name, content)
        for name in before - files.keys():
            (folder / name).unlink(missing_ok=True)
        _write(folder / MANIFEST, _listed(files))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(f"The preview can't be written to {folder} ({reason}).", "Choose another folder.") from error


def _written_before(folder: Path) -> set[str]:
    manifest = folder / MANIFEST
    names = manifest.read_text(encoding="utf-8", errors="replace").splitlines() if manifest.is_file() else []
    return {name for name in names if OURS.fullmatch(name)}


def _make_sure_nothing_is_in_the_way(folder: Path, names: Collection[str]) -> None:
    foreign = [name for name in sorted(names) if (folder / name).exists() or (folder / name).is_symlink()]
    if (folder / "emails").is_symlink():
        foreign.append("emails")
    if foreign:
        raise InputError(
            f"{folder / foreign[0]} is there already and was not written by a preview.",
            "Choose another folder, or move it away.",
        )


def _listed(names: Collection[str]) -> bytes:
    return "".join(f"{name}\n" for name in sorted(names)).encode()


def _write(path: Path, content: bytes) -> None:
    """Write the file so that nobody ever sees half of it."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    unfinished.write_bytes(content)
    unfinished.replace(path)
