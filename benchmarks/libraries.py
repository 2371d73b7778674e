"""Measures the cost of a library: its size, and the CPU time of its import.

``python -m benchmarks.libraries PACKAGE[:MODULE] …`` installs each package, with its dependencies that are not in
requirements/run.txt, into a temporary folder. docs/decisions.md has the decisions from these numbers.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.startup import REPOSITORY, with_bytecode

LOADED = "import dataclasses, datetime, json, logging, re, typing"
"""The modules that every command imports anyway."""


@dataclass(frozen=True, slots=True)
class Library:
    """The bytes of all newly installed packages, and the least CPU seconds that the import adds to ``LOADED``."""

    name: str
    size: int
    seconds: float


def measure(package: str, module: str, repeat: int) -> Library:
    """Install the package, and import the module ``repeat`` times. Raises CalledProcessError if either fails."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as bytecode:
        uv = str(Path(sys.executable).with_name("uv"))
        pins = str(REPOSITORY / "requirements" / "run.txt")
        command = [uv, "pip", "install", "--quiet", "--python", sys.executable, "--target", folder]
        subprocess.run([*command, "--constraints", pins, package], check=True)
        present = {path.name for path in Path(sys.prefix).rglob("site-packages/*")}
        new = [path for path in Path(folder).iterdir() if path.name not in present]
        size = sum(file.stat().st_size for path in new for file in [path, *path.rglob("*")] if file.is_file())
        without = min(import_seconds(LOADED, folder, bytecode) for _ in range(repeat))
        both = min(import_seconds(f"{LOADED}\nimport {module}", folder, bytecode) for _ in range(repeat))
    return Library(package, size, both - without)


def import_seconds(code: str, folder: str, bytecode: str) -> float:
    """The CPU seconds of a process that runs the code, with the packages of the folder. Empty is none of its own."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environ = {**with_bytecode(os.environ, bytecode), "PYTHONPATH": folder}
    subprocess.run([sys.executable, "-c", code], check=True, env=environ)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.libraries", description=sys.modules["__main__"].__doc__)
    parser.add_argument("--repeat", type=int, default=12, metavar="N", help="imports to take the least of")
    parser.add_argument("packages", nargs="+", metavar="PACKAGE[:MODULE]")
    options = parser.parse_args()
    for named in options.packages:
        package, _, module = named.partition(":")
        library = measure(package, module or package.replace("-", "_"), options.repeat)
        print(f"{library.name:<24}{library.size / 1_000_000:>8.1f} MB{library.seconds * 1000:>8.1f} ms")


if __name__ == "__main__":
    main()
