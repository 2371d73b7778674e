"""Reads the pins of requirements/run.txt: the packages that the product runs on, without those for development."""

from __future__ import annotations

from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent


def pins(name: str = "run") -> dict[str, str]:
    """The versions of the packages in a lock file by canonical name, in the order of the file."""
    lines = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8").splitlines()
    pinned = [Requirement(line.removesuffix("\\")) for line in lines if line and not line.startswith((" ", "#"))]
    return {canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in pinned}
