"""Makes what pip installed small and quick to start, inside the Dockerfile, and puts the product next to it.

``python -X pycache_prefix=FOLDER slim.py PRODUCT``, run by the virtual environment's own Python: PRODUCT is the folder
of the package, FOLDER gets the bytecode of all that keeps its source. What is taken out is what the product never
opens; ``tests/container`` runs every command without it.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import pickle
import py_compile
import shutil
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

DESCRIPTIONS = frozenset({"calendar.v3.json", "gmail.v1.json", "people.v1.json"})
"""The Google APIs that are called, of some six hundred whose descriptions come along (110 MB)."""

DATES = frozenset(
    {
        "character_order",
        "date_formats",
        "datetime_formats",
        "datetime_skeletons",
        "day_period_rules",
        "day_periods",
        "days",
        "decimal_formats",
        "default_numbering_system",
        "eras",
        "interval_formats",
        "list_patterns",
        "locale_id",
        "months",
        "number_symbols",
        "numbering_systems",
        "ordinal_form",
        "plural_form",
        "quarters",
        "time_formats",
        "week_data",
        "zone_formats",
    }
)
"""What dates and times take of a locale; every locale stays. The rest names units, money and countries (28 MB)."""

UNUSED = (
    "pygments",  # rich colours source code with it
    "yaml/_yaml.*.so",  # positions in sessions.yml come from the reader written in Python
    "cffi",  # these two make bindings to C, of which _cffi_backend is what uses them
    "pycparser",
    "**/tests",
    "**/benchmarks",
    "**/*.pyi",
)

WITH_SOURCE = ("github", "certifi")
"""Packages whose licences (LGPL, MPL) ask that the source goes along with what is made from it."""


def main() -> None:
    """Slim the environment this runs in, then add the product to it."""
    packages = Path(sysconfig.get_path("purelib"))
    installed = packages / Path(sys.argv[1]).name
    _keep_descriptions(packages / "googleapiclient" / "discovery_cache" / "documents")
    _keep_dates(packages / "babel" / "locale-data")
    for pattern in UNUSED:
        _remove(packages.glob(pattern))
    for path in packages.iterdir():
        if path.name not in WITH_SOURCE:
            _replace_by_bytecode(path)
    shutil.copytree(sys.argv[1], installed)
    _add_bytecode([*installed.rglob("*.py"), *(path for name in WITH_SOURCE for path in _sources(packages / name))])
    _add_bytecode(_opened_of_the_library(installed))


def _keep_descriptions(documents: Path) -> None:
    """Of Google's APIs those that are called."""
    missing = DESCRIPTIONS - {path.name for path in documents.iterdir()}
    if missing:
        sys.exit(f"slim: google-api-python-client has no {', '.join(sorted(missing))}")
    _remove(path for path in documents.iterdir() if path.name not in DESCRIPTIONS)


def _keep_dates(locales: Path) -> None:
    """Of every locale what dates and times take."""
    for path in locales.glob("*.dat"):
        data = pickle.loads(path.read_bytes())  # noqa: S301 - pinned by its hash, as all that is installed
        path.write_bytes(pickle.dumps({key: data[key] for key in data if key in DATES}, protocol=5))


def _remove(paths: Iterable[Path]) -> None:
    for path in list(paths):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _sources(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from path.rglob("*.py")
    elif path.suffix == ".py":
        yield path


def _replace_by_bytecode(path: Path) -> None:
    """Compiled modules in the place of their sources: Python imports them as well, and they take half of both."""
    for source in list(_sources(path)):
        _compile(source, source.with_suffix(".pyc"))
        source.unlink()


def _add_bytecode(sources: Iterable[Path]) -> None:
    """Compiled modules where Python looks for those of a source, which the folder on the command line says."""
    for source in sources:
        _compile(source, None)


def _compile(source: Path, target: Path | None) -> None:
    """Without a time in it, and never compared with the source: the image does not change."""
    unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
    py_compile.compile(str(source), str(target) if target else None, doraise=True, invalidation_mode=unchecked)


def _opened_of_the_library(product: Path) -> list[Path]:
    """The modules of the standard library that any of the product's imports lead to.

    The base image has them without bytecode, which would cost every start half a second.
    """
    for name in _imports(product):
        with contextlib.suppress(ImportError):  # it is a name in a module, or of another platform
            importlib.import_module(name)
    library = Path(sysconfig.get_path("stdlib"))
    files = {Path(path) for module in list(sys.modules.values()) if (path := getattr(module, "__file__", None))}
    return [path for path in files if path.suffix == ".py" and path.is_relative_to(library)]


def _imports(product: Path) -> set[str]:
    """Everything that is imported anywhere, those included that are imported when they are first needed."""
    trees = [ast.parse(path.read_text("utf-8")) for path in product.rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    whole = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return whole | {
        part
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module
        for part in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))
    }


if __name__ == "__main__":
    main()
