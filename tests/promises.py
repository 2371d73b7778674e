"""The tests that PRIVACY.md and docs/threats.md name, and whether they ran and passed.

A footnote of these pages names a test and links to its file. ``conftest`` registers ``PromisesKept`` as a plugin of
pytest. The session fails unless every named test passed, where all tests were run; where some were chosen, it fails if
a named test was skipped or failed. With xdist the process that collects the reports decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HELD = ("PRIVACY.md", "docs/threats.md")
"""The pages whose sentences are held by tests."""

FOOTNOTE = re.compile(r"\[\^(test_\w+)\]")
DEFINITION = re.compile(r"^\[\^(test_\w+)\]: \[\1\]\(([^)]+)\)$", re.MULTILINE)

Named = tuple[str, str]
"""A test, by the path of its file from the repository and its name without parameters."""

CHOOSING = ("keyword", "markexpr", "deselect", "ignore", "ignore_glob", "lf", "stepwise", "collectonly")
"""The options of pytest that leave out tests."""


def named_tests() -> frozenset[Named]:
    """The tests that the pages name."""
    return frozenset((path, name) for page in HELD for name, path in links(page).items())


def links(page: str) -> dict[str, str]:
    """The names of the tests that a page's footnotes define, each with the path of the file that it links to."""
    file = ROOT / page
    found = DEFINITION.findall(file.read_text("utf-8"))
    return {name: (file.parent / link).resolve().relative_to(ROOT).as_posix() for name, link in found}


def named(node: str) -> Named:
    """The test of a node: ``tests/test_a.py::TestB::test_c[d]`` is ``("tests/test_a.py", "test_c")``."""
    parts = node.partition("[")[0].split("::")
    return parts[0], parts[-1]


@dataclass(eq=False)  # pytest keeps its plugins in sets
class PromisesKept:
    """A plugin of pytest that makes the session fail unless the named tests ran and passed."""

    promised: Callable[[], frozenset[Named]]
    passed: set[Named] = field(default_factory=set)
    broken: set[Named] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what became of a test; with xdist this is called for the reports of all processes."""
        test = named(report.nodeid)
        if report.failed or report.skipped:
            self.broken.add(test)
        elif report.when == "call":
            self.passed.add(test)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Decide."""
        if hasattr(session.config, "workerinput"):
            return
        self.faults = sorted(self._faults(ran_all=_ran_all(session)))
        if self.faults and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say which promises are not held."""
        if self.faults:
            terminalreporter.section("promises that no test holds", red=True)
        for fault in self.faults:
            terminalreporter.line(fault)

    def _faults(self, *, ran_all: bool) -> Iterator[str]:
        for test in self.promised():
            if test in self.broken:
                yield f"{'::'.join(test)} was skipped, or failed"
            elif ran_all and test not in self.passed:
                yield f"{'::'.join(test)} was not run"


def _ran_all(session: pytest.Session) -> bool:
    config = session.config
    chosen = any(config.getoption(name, None) for name in CHOOSING)
    ended = session.exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED} and not session.shouldstop
    return config.args_source is pytest.Config.ArgsSource.TESTPATHS and ended and not chosen
