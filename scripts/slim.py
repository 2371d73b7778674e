"""Makes the installed packages smaller and faster to start, inside the Dockerfile, and adds the product to them.

``python -X pycache_prefix=FOLDER slim.py PRODUCT`` is run by the virtual environment's own Python. PRODUCT is the
folder of the package, and FOLDER gets the bytecode of modules that keep their source. The removed files are those that
the product never opens; ``tests/container`` runs every command without them.
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
"""The descriptions of the Google APIs that the product calls. The package has those of about 600 APIs (110 MB)."""

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
"""The data of a locale for dates and times. All locales stay. The rest is about units, money and countries (28 MB)."""

UNUSED = (
    "pygments",  # only for colouring source code in rich
    "yaml/_yaml.*.so",  # the reader in pure Python gives the positions in sessions.yml
    "cffi",  # these two only create C bindings, and _cffi_backend alone uses the bindings
    "pycparser",
    "httplib2/cacerts.txt",  # its connections are never used
    "dateutil/zoneinfo/*.tar.gz",  # time zones come from tzdata
    "**/*.proto",
    "**/tests",
    "**/benchmarks",
    "**/*.pyi",
)

WITH_SOURCE = ("github", "certifi")
"""Packages whose licences (LGPL, MPL) ask for their source to be shipped too."""


def main() -> None:
    """Slim the environment of the running Python, then add the product to it."""
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
    """Remove the descriptions of Google APIs that the product does not call."""
    missing = DESCRIPTIONS - {path.name for path in documents.iterdir()}
    if missing:
        sys.exit(f"slim: google-api-python-client has no {', '.join(sorted(missing))}")
    _remove(path for path in documents.iterdir() if path.name not in DESCRIPTIONS)


def _keep_dates(locales: Path) -> None:
    """Remove the data of locales that is not about dates and times."""
    for path in locales.glob("*.dat"):
        data = pickle.loads(path.read_bytes())  # noqa: S301 - the package is pinned by its hash
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
    """Replace sources by bytecode, which Python imports too. Both together would take twice the space."""
    for source in list(_sources(path)):
        _compile(source, source.with_suffix(".pyc"))
        source.unlink()


def _add_bytecode(sources: Iterable[Path]) -> None:
    """Add bytecode where Python looks for it beside a source: in the folder that the command line names."""
    for source in sources:
        _compile(source, None)


def _compile(source: Path, target: Path | None) -> None:
    """Compile without a time stamp, so that each build gives the same bytes. Python never checks the source then."""
    unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
    py_compile.compile(str(source), str(target) if target else None, doraise=True, invalidation_mode=unchecked)


def _opened_of_the_library(product: Path) -> list[Path]:
    """The modules of the standard library that the product imports, directly or not.

    The base image has no bytecode of them, so every start would compile them for half a second.
    """
    for name in _imports(product):
        with contextlib.suppress(ImportError):  # the name is no module, or it is for another platform
            importlib.import_module(name)
    library = Path(sysconfig.get_path("stdlib"))
    files = {Path(path) for module in list(sys.modules.values()) if (path := getattr(module, "__file__", None))}
    return [path for path in files if path.suffix == ".py" and path.is_relative_to(library)]


def _imports(product: Path) -> set[str]:
    """All imports in the product's modules, including those inside functions."""
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
