"""The repository itself: its lock files hold what pyproject.toml asks for, and nothing in it is tied to one machine."""

from __future__ import annotations

import ast
import os
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

REPOSITORY = Path(__file__).parents[2]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))
RUN = PROJECT["project"]["dependencies"]
TEST = PROJECT["dependency-groups"]["test"]
BUILD = PROJECT["dependency-groups"]["build"]
LOCKS = {"run": RUN, "test": [*RUN, *TEST], "build": BUILD}


def pins(name: str) -> dict[str, Requirement]:
    """What a lock file pins, by the package's canonical name."""
    text = (REPOSITORY / "requirements" / f"{name}.txt").read_text("utf-8")
    heads = re.findall(r"^[^\s#][^\\\n]*", text, re.MULTILINE)
    return {canonicalize_name(Requirement(head).name): Requirement(head) for head in heads}


def version(pin: Requirement) -> Version:
    (exact,) = pin.specifier
    assert exact.operator == "=="
    return Version(exact.version)


def needed(requirements: Iterable[str]) -> set[str]:
    """The requirements and all that they require on this machine, as the installed packages themselves say."""
    seen: set[tuple[str, str]] = set()  # a package, and an extra of it or none
    waiting = [Requirement(text) for text in requirements]
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        for extra in {"", *requirement.extras} - {extra for known, extra in seen if known == name}:
            seen.add((name, extra))
            required = [Requirement(text) for text in metadata.requires(name) or []]
            waiting += [one for one in required if one.marker is None or one.marker.evaluate({"extra": extra})]
    return {name for name, _ in seen}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_pinned_to_a_version_it_allows(lock: str) -> None:
    pinned = pins(lock)
    for text in LOCKS[lock]:
        requirement = Requirement(text)
        assert version(pinned[canonicalize_name(requirement.name)]) in requirement.specifier, f"{text}: run make lock"


@pytest.mark.parametrize("lock", ["run", "test"])
def test_a_lock_pins_all_that_is_needed_here_and_nothing_else(lock: str) -> None:
    pinned = {name for name, pin in pins(lock).items() if pin.marker is None or pin.marker.evaluate()}
    assert pinned == needed(LOCKS[lock]), "run make lock"


def test_tests_run_on_the_very_versions_that_are_shipped() -> None:
    run, test = pins("run"), pins("test")
    assert {name: version(pin) for name, pin in run.items()} == {name: version(test[name]) for name in run}


def test_the_build_backend_is_pinned() -> None:
    assert PROJECT["build-system"]["requires"] == BUILD


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_hashes_and_no_line_says_where_packages_come_from(lock: str) -> None:
    text = (REPOSITORY / "requirements" / f"{lock}.txt").read_text("utf-8").replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if not line.lstrip().startswith("#")]
    assert lines
    for line in lines:
        assert re.fullmatch(r"[\w.-]+==[\w.+!-]+( ; [^#]+?)?(\s+--hash=sha256:[0-9a-f]{64})+", line), line


def imported() -> set[str]:
    """The top-level modules that the product imports and that are neither its own nor Python's."""
    trees = [ast.parse(path.read_text("utf-8")) for path in (REPOSITORY / "sessionsmgmt").rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    whole = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    parts = [node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level]
    return {name.partition(".")[0] for name in whole + parts} - sys.stdlib_module_names - {"sessionsmgmt"}


def test_what_the_product_imports_is_what_it_declares() -> None:
    declared = {canonicalize_name(Requirement(text).name) for text in RUN}
    distributions = metadata.packages_distributions()
    owners = {name: {canonicalize_name(one) for one in distributions.get(name, [])} for name in imported()}
    unused = declared - set().union(*owners.values()) - {"tzdata"}  # that is read by zoneinfo, never imported
    assert [name for name, found in owners.items() if not found & declared] == []
    assert unused == set()


MADE_HERE = re.compile(r"\.(?!ci$|github$).*|__pycache__|.*\.egg-info|build|dist|out|outbox|node_modules")
"""Folders that hold nothing anybody wrote."""


def written() -> Iterator[Path]:
    """Every file that somebody wrote; it does not ask git, so that it says the same of a downloaded archive."""
    for folder, folders, files in os.walk(REPOSITORY):
        folders[:] = [name for name in folders if not MADE_HERE.fullmatch(name)]
        yield from (Path(folder, name) for name in files if name != ".git")  # in a worktree it is a file


FORBIDDEN = re.compile(
    r"(?:https?://|--)\S*(?:" + "index-url|find-links|registry|hosted" + r")"  # where packages come from is not told
    r"|(?<![\w.:/-])/(?:" + "home|root|tmp|work|Users" + r")/[\w.-]"  # in pieces, so that this file holds none
)


def test_no_file_names_a_package_registry_or_a_path_of_one_machine() -> None:
    found = [
        f"{path.relative_to(REPOSITORY)}:{number}"
        for path in written()
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), start=1)
        if FORBIDDEN.search(line)
    ]
    assert found == []


def test_every_folder_of_tests_is_run_by_make_test_or_by_make_image_test() -> None:
    with_tests = {
        f"tests/{path.relative_to(REPOSITORY / 'tests').parts[0]}" for path in REPOSITORY.glob("tests/*/**/test_*.py")
    }

    assert with_tests == {*PROJECT["tool"]["pytest"]["ini_options"]["testpaths"], "tests/container"}
