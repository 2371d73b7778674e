"""A folder that each preview writes anew: its own files are replaced, and files of others are kept."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path

from sessionsmgmt import safe_files
from sessionsmgmt.errors import InputError

MANIFEST = ".sessionsmgmt-preview"
"""The list of the files that were written, one name a line. It is in the folder itself."""

INDEX, EMAILS = "index.html", "emails"

LARGEST_MANIFEST = 4_194_304
"""Bytes that are read of the list. It has a line of less than 100 bytes for each of the four files of an email."""

OURS = re.compile(r"index\.html|emails/[0-9a-z-]+\.(?:eml|html|txt|ics)")
"""Every name that is ever written. Other names in the list are ignored: they were not written here."""


def write_files(folder: Path, files: Mapping[str, bytes], root: Path) -> None:
    """Write these files, with names as in ``OURS``, into the folder, and remove those of the preview before.

    Each file is written whole or not at all, in the given order; old files are removed last. ``root`` is as in
    ``safe_files``. Raises InputError where a file of somebody else is in the way, and nothing is changed then, or where
    the folder can't be written.
    """
    try:
        with safe_files.made_folder(folder, root) as top:
            before = _written_before(top)
            _make_sure_nothing_is_in_the_way(folder, top, files.keys() - before)
            with safe_files.inner_folder(EMAILS, top) as emails:
                safe_files.hide_from_git(top, lambda name: name in {EMAILS, INDEX, MANIFEST})
                safe_files.replace(top, MANIFEST, _listed(before | files.keys()))
                for name, content in files.items():
                    safe_files.replace(*_place(name, top, emails), content)
                for name in before - files.keys():
                    safe_files.remove(*_place(name, top, emails))
                safe_files.replace(top, MANIFEST, _listed(files))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(f"The preview can't be written to {folder} ({reason}).", "Choose another folder.") from error


def _place(name: str, top: int, emails: int) -> tuple[int, str]:
    """The open folder that a file is in, and its name in it."""
    return (top, name) if name == INDEX else (emails, name.removeprefix(f"{EMAILS}/"))


def _written_before(top: int) -> set[str]:
    try:
        listed = safe_files.read(top, MANIFEST, LARGEST_MANIFEST)
    except FileNotFoundError:
        return set()
    return {name for name in listed.decode(errors="replace").splitlines() if OURS.fullmatch(name)}


def _make_sure_nothing_is_in_the_way(folder: Path, top: int, names: Collection[str]) -> None:
    foreign = [name for name in sorted(names) if safe_files.is_there(top, name)]
    if safe_files.is_link(top, EMAILS):
        foreign.append(EMAILS)
    if foreign:
        raise InputError(
            f"{folder / foreign[0]} is there already and was not written by a preview.",
            "Choose another folder, or move it away.",
        )


def _listed(names: Collection[str]) -> bytes:
    return "".join(f"{name}\n" for name in sorted(names)).encode()
