"""Writes the tables of docs/licences.md: the licences of the packages that the product runs on.

Run it after ``make lock``: ``.venv/bin/python -m scripts.licences``. The licences come from the metadata of the
installed packages, as SPDX expressions (spdx.org/licenses). Other spellings are translated in this file, by hand.
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
"""These licences only ask that their text and the authors' names are shipped too."""

COPYLEFT = frozenset({"LGPL-3.0-or-later", "MPL-2.0"})
"""These licences also ask that their source stays available. docs/licences.md says how this is done."""

SPELLINGS = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "BSD 3-Clause OR Apache-2.0": "Apache-2.0 OR BSD-3-Clause",
    "License :: OSI Approved :: MIT License": "MIT",
}
"""Other spellings that clearly mean one licence."""

READ = {
    "jinja2": "BSD-3-Clause",
    "openssl": "Apache-2.0",
    "pyasn1-modules": "BSD-2-Clause",
    "pygithub": "LGPL-3.0-or-later",
    "python-dateutil": "BSD-3-Clause",
}
"""The licences that a person has read in a package's text, since its metadata only says BSD, LGPL or dual, or nothing.
A part of python-dateutil has two licences, but the BSD licence covers all of it."""


@dataclass(frozen=True, slots=True)
class Package:
    """A package and its licence. ``within`` are the licences, and names with versions, of what is compiled into it."""

    name: str
    version: str
    licence: str
    within: tuple[tuple[str, str], ...] = ()


def packages() -> list[Package]:
    """All packages that requirements/run.txt pins. Raises SystemExit for a package with an unclear licence."""
    found = []
    for name, version in pins().items():
        distribution = metadata.distribution(name)
        if distribution.version != version:
            raise SystemExit(
                f"licences: {name} {version} is pinned and {distribution.version} installed; run make setup"
            )
        found.append(
            Package(name, version, licence(name, _licence_fields(distribution)), tuple(sorted(within(distribution))))
        )
    return found


def licence(name: str, names: Iterable[str | None]) -> str:
    """The SPDX expression of the first statement that is clear."""
    for statement in filter(None, names):
        try:
            return str(canonicalize_license_expression(SPELLINGS.get(statement, statement)))
        except InvalidLicenseExpression:
            continue  # a whole licence text, or a name that several licences share
    if name not in READ:
        raise SystemExit(f"licences: {name} does not say clearly what its licence is; read it, and add it to READ")
    return READ[name]


def within(distribution: metadata.Distribution) -> Iterator[tuple[str, str]]:
    """The components compiled into a wheel, by its own SBOMs (PEP 770): for each, licence, and name with version."""
    for file in distribution.files or ():
        if file.parent.name == "sboms" and file.suffix == ".json":
            for component in json.loads(file.read_text("utf-8")).get("components", ()):
                entries = component.get("licenses", ())
                stated = [entry.get("expression") or entry["license"].get("id") for entry in entries]
                yield licence(component["name"], stated), f"{component['name']} {component['version']}"


def _licence_fields(distribution: metadata.Distribution) -> list[str | None]:
    fields = distribution.metadata
    return [fields["License-Expression"], fields["License"], *(fields.get_all("Classifier") or ())]


def permits(expression: str, allowed: frozenset[str] = PERMISSIVE | COPYLEFT) -> bool:
    """Whether allowed licences are enough to use code under the expression."""
    while inner := re.search(r"\(([^()]*)\)", expression):
        answer = "MIT" if permits(inner[1], allowed) else "none"
        expression = expression.replace(inner[0], answer)
    return any(set(choice.split(" AND ")) <= allowed for choice in expression.split(" OR "))


def page(text: str, packages: Sequence[Package]) -> str:
    """The page with its tables replaced by the present ones."""
    rows = [(package.name, package.version, package.licence) for package in packages]
    text = _replaced(text, "packages", ("package", "version", "licence"), rows)
    compiled = [_compiled(package) for package in packages if package.within]
    return _replaced(text, "within", ("in", "licences", "those that ask for more"), compiled)


def _compiled(package: Package) -> tuple[str, ...]:
    """The row about what is compiled into a package: the licences, and the names with a licence that asks for more."""
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
