"""What requirements/run.txt pins: every package that the product runs on, and none that only the work on it takes."""

from __future__ import annotations

from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent


def pins(name: str = "run") -> dict[str, str]:
    """The version of each package of a lock file, by canonical name, in the order of the file."""
    lines = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8").splitlines()
    pinned = [Requirement(line.removesuffix("\\")) for line in lines if line and not line.startswith((" ", "#"))]
    return {canonicalize_name(one.name): str(one.specifier).removeprefix("==") for one in pinned}
