"""Writes the tables of docs/licences.md anew: under which licence each package is that the product runs on.

Run it after ``make lock``: ``.venv/bin/python -m scripts.licences``. What is written is what the installed packages say
of themselves, as SPDX expressions (spdx.org/licenses); what they say otherwise is translated here, by hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from scripts.lockfile import ROOT, pins

PAGE = ROOT / "docs" / "licences.md"

PERMISSIVE = frozenset(
    {
        "Apache-2.0",
        "Apache-2.0 WITH LLVM-exception",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "CDLA-Permissive-2.0",
        "ISC",
        "MIT",
        "MIT-0",
        "PSF-2.0",
        "Unicode-3.0",
        "Zlib",
    }
)
"""They ask for their text and the authors' names to come along, and for nothing else."""

COPYLEFT = frozenset({"LGPL-3.0-or-later", "MPL-2.0"})
"""They ask that their own source stays to be had; docs/licences.md says how that is kept."""

SPELLINGS = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "BSD 3-Clause OR Apache-2.0": "Apache-2.0 OR BSD-3-Clause",
    "License :: OSI Approved :: MIT License": "MIT",
}
"""Ways to say it that name one licence."""

READ = {
    "jinja2": "BSD-3-Clause",
    "openssl": "Apache-2.0",
    "pyasn1-modules": "BSD-2-Clause",
    "pygithub": "LGPL-3.0-or-later",
    "python-dateutil": "BSD-3-Clause",
}
"""What the licence's text is where a package itself only says BSD, LGPL or dual, or nothing. That of python-dateutil is
dual for a part of it: the BSD licence is the one that holds for all."""


@dataclass(frozen=True, slots=True)
class Package:
    """A package, its licence and, where it tells, what is compiled into it: names with versions, by licence."""

    name: str
    version: str
    licence: str
    within: tuple[tuple[str, str], ...] = ()


def packages() -> list[Package]:
    """Everything that requirements/run.txt pins. Raises SystemExit for a package whose licence can't be told."""
    found = []
    for name, version in pins().items():
        distribution = metadata.distribution(name)
        if distribution.version != version:
            raise SystemExit(
                f"licences: {name} {version} is pinned and {distribution.version} installed; run make setup"
            )
        found.append(Package(name, version, licence(name, _said(distribution)), tuple(sorted(within(distribution)))))
    return found


def licence(name: str, said: Iterable[str | None]) -> str:
    """The SPDX expression for the first of what is said that is clear."""
    for one in filter(None, said):
        try:
            return str(canonicalize_license_expression(SPELLINGS.get(one, one)))
        except InvalidLicenseExpression:
            continue  # whole texts, and names that could be any of several
    if name not in READ:
        raise SystemExit(f"licences: {name} does not say clearly what its licence is; read it, and add it to READ")
    return READ[name]


def within(distribution: metadata.Distribution) -> Iterator[tuple[str, str]]:
    """What the wheel's own bills of materials (PEP 770) say is compiled into it: licence, and name with version."""
    for file in distribution.files or ():
        if file.parent.name == "sboms" and file.suffix == ".json":
            for one in json.loads(file.read_text("utf-8")).get("components", ()):
                stated = [each.get("expression") or each["license"].get("id") for each in one.get("licenses", ())]
                yield licence(one["name"], stated), f"{one['name']} {one['version']}"


def _said(distribution: metadata.Distribution) -> list[str | None]:
    said = distribution.metadata
    return [said["License-Expression"], said["License"], *(said.get_all("Classifier") or ())]


def permits(expression: str, allowed: frozenset[str] = PERMISSIVE | COPYLEFT) -> bool:
    """Whether one can take what is under the expression by licences that are allowed."""
    while inner := re.search(r"\(([^()]*)\)", expression):
        answer = "MIT" if permits(inner[1], allowed) else "none"
        expression = expression.replace(inner[0], answer)
    return any(set(one.split(" AND ")) <= allowed for one in expression.split(" OR "))


def page(text: str, found: Sequence[Package]) -> str:
    """The page with its tables as they are to be."""
    rows = [(one.name, one.version, one.licence) for one in found]
    text = _replaced(text, "packages", ("package", "version", "licence"), rows)
    compiled = [_compiled(one) for one in found if one.within]
    return _replaced(text, "within", ("in", "licences", "those that ask for more"), compiled)


def _compiled(package: Package) -> tuple[str, ...]:
    """What is compiled into a package: under which licences, and by name what is not permissive."""
    words = {word for expression, _ in package.within for word in re.split(r" (?:AND|OR) |[()]", expression) if word}
    named = [f"{name} ({expression})" for expression, name in package.within if not permits(expression, PERMISSIVE)]
    return package.name, ", ".join(sorted(words & (PERMISSIVE | COPYLEFT))), ", ".join(named)


def _replaced(text: str, name: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    before, _, rest = text.partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise SystemExit(f"licences: {PAGE.name} must have {begin} and {end}")
    table = "\n".join(f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *rows))
    return f"{before}{begin}\n{table}\n{end}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8"), packages()), "utf-8")
