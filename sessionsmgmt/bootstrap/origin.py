"""Where this program was installed from at GitHub, as far as the machine knows."""

from __future__ import annotations

import configparser
import json
import re
from importlib import metadata
from pathlib import Path

_GITHUB = re.compile(
    r"(?:git\+)?(?:https://(?:[^/@]*@)?github\.com/|ssh://git@github\.com(?::22)?/|git@github\.com:)"
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9-]{0,38}/[\w.-]+?)(?:\.git)?(?:@[\w./-]+)?/?",
    re.ASCII,
)


def origin(package: Path) -> str:
    """The repository that the package at this path is from, as ``OWNER/NAME``; empty where nobody knows.

    It is the remote ``origin`` of the checkout that the package is in, or the address that pip installed it from
    (PEP 610, ``direct_url.json``).
    """
    return repository_at(_remote(package.parent) or _installed_from())


def repository_at(url: str) -> str:
    """``OWNER/NAME`` of a repository's address at GitHub; empty for any other address."""
    named = _GITHUB.fullmatch(url.strip())
    return named["name"] if named else ""


def _remote(folder: Path) -> str:
    """The address of ``origin`` if the folder is a checkout of this program, and not only within another repository."""
    git = folder / ".git"
    if not (folder / "action.yml").is_file() or not git.exists():
        return ""
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True, interpolation=None)
    try:
        parser.read(_config(git), encoding="utf-8")
    except (configparser.Error, OSError, ValueError):
        return ""
    return parser.get('remote "origin"', "url", fallback="") or ""


def _config(git: Path) -> Path:
    """The configuration of a repository; a worktree's ``.git`` is a file that names a folder (gitrepository-layout)."""
    if git.is_dir():
        return git / "config"
    folder = git.parent / git.read_text(encoding="utf-8").partition("gitdir:")[2].strip()
    common = folder / "commondir"
    return (folder / common.read_text(encoding="utf-8").strip() if common.is_file() else folder) / "config"


def _installed_from() -> str:
    try:
        text = metadata.distribution("sessionsmgmt").read_text("direct_url.json")
        return str(json.loads(text or "{}").get("url", ""))
    except (metadata.PackageNotFoundError, ValueError, AttributeError):
        return ""
