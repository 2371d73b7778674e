"""PRIVACY.md, SECURITY.md and docs/threats.md: what they promise is held by tests that there are and that are run."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from tests.end_to_end.harness import ROOT
from tests.end_to_end.pages import Page, sentences
from tests.environment import of_the_machine
from tests.promises import DEFINITION, FOOTNOTE, HELD, PromisesKept, links

PRIVACY, THREATS, SECURITY = Page("PRIVACY.md"), Page("docs/threats.md"), Page("SECURITY.md")
SMALL = {
    "pytest.ini": "[pytest]\ntestpaths = tests\n",
    "conftest.py": """
        from tests.promises import PromisesKept

        def pytest_configure(config):
            promised = frozenset({("tests/test_club.py", "test_kept")})
            config.pluginmanager.register(PromisesKept(lambda: promised), "promises")
    """,
}
"""A project with one promise, which the test ``test_kept`` holds."""

KEPT = "def test_kept(): pass\n"


def session(folder: Path, tests: str, *options: str) -> tuple[int, str]:
    """The exit status and the output of pytest in the small project with these tests."""
    for name, text in {**SMALL, "tests/test_club.py": tests}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(dedent(text), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options],
        cwd=folder,
        env={**of_the_machine(), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def test_every_sentence_names_a_test_that_is_run(request: pytest.FixtureRequest) -> None:
    bare = [sentence for sentence in sentences(PRIVACY.text) if not re.search(r"(\[\^test_\w+\])+$", sentence)]

    assert bare == []
    assert len(sentences(PRIVACY.text)) > 40
    plugin = request.config.pluginmanager.get_plugin("promises")
    assert isinstance(plugin, PromisesKept)  # it fails the session unless each of them ran and passed
    assert plugin.promised() >= {(path, name) for name, path in links("PRIVACY.md").items()}


@pytest.mark.parametrize("page", HELD)
def test_every_test_that_is_named_is_in_the_file_that_is_linked(page: str) -> None:
    defined = links(page)
    trees = {path: ast.walk(ast.parse(Page(path).text)) for path in defined.values()}
    there = {(path, one.name) for path, tree in trees.items() for one in tree if isinstance(one, ast.FunctionDef)}

    assert set(FOOTNOTE.findall(DEFINITION.sub("", Page(page).text))) == set(defined)
    assert {(path, name) for name, path in defined.items()} - there == set()
    assert {path.split("/")[1] for path in defined.values()} <= {"end_to_end", "unit", "wire", "contract", "delivery"}


def test_a_session_in_which_the_named_tests_pass_is_good(tmp_path: Path) -> None:
    assert session(tmp_path, KEPT)[0] == 0


@pytest.mark.parametrize(
    ("tests", "fault", "options"),
    [
        ("def test_other(): pass\n", "was not run", ()),
        ("def test_other(): pass\n", "was not run", ("-n", "1")),
        ("import pytest\n@pytest.mark.skip\ndef test_kept(): pass\n", "was skipped, or failed", ()),
        ("import pytest\n@pytest.mark.skip\ndef test_kept(): pass\n", "was skipped, or failed", ("-n", "1")),
        ("import pytest\n@pytest.mark.xfail\ndef test_kept(): assert False\n", "was skipped, or failed", ()),
        (
            "import pytest\n@pytest.mark.parametrize('x', [])\ndef test_kept(x): pass\n",
            "was skipped, or failed",
            (),
        ),
    ],
    ids=["gone", "gone, with xdist", "skipped", "skipped, with xdist", "expected to fail", "without parameters"],
)
def test_a_session_in_which_a_named_test_does_not_pass_fails(
    tmp_path: Path, tests: str, fault: str, options: tuple[str, ...]
) -> None:
    status, out = session(tmp_path, tests, *options)

    assert status == 1
    assert f"tests/test_club.py::test_kept {fault}" in out


@pytest.mark.parametrize("choice", [("-k", "other"), ("tests/test_club.py::test_other",)])
def test_a_session_of_chosen_tests_may_leave_out_a_named_one(tmp_path: Path, choice: tuple[str, ...]) -> None:
    assert session(tmp_path, f"{KEPT}def test_other(): pass\n", *choice)[0] == 0


def test_every_threat_and_every_thief_has_a_test() -> None:
    tables = THREATS.text.partition("## What is not covered")[0]
    heads = ("| threat", "| secret", "| ---")
    rows = [row for row in tables.splitlines() if row.startswith("| ") and not row.startswith(heads)]

    assert len(rows) > 15
    assert [row for row in rows if not FOOTNOTE.search(row)] == []


def test_a_sentence_without_a_test_would_be_found() -> None:
    text = "# A\n\nOne.[^test_a] Two. Three:[^test_b]\n\n- Four `x`.[^test_c][^test_d]\n- Five"

    assert sentences(text) == ["One.[^test_a]", "Two.", "Three:[^test_b]", "Four `x`.[^test_c][^test_d]", "Five"]


def test_the_date_of_the_page_is_announced() -> None:
    [date] = re.findall(r"^Last updated: (\d{4}-\d\d-\d\d)\.", PRIVACY.text, re.MULTILINE)

    assert f"[PRIVACY.md](PRIVACY.md) ({date})" in Page("CHANGELOG.md").text


@pytest.mark.parametrize("page", [PRIVACY, SECURITY], ids=lambda page: page.path)
def test_there_is_a_public_and_a_private_way_to_ask(page: Page) -> None:
    assert "(../../security/advisories/new)" in page.text
    assert "issue" in page.text
    assert not re.search(r"[\w.]@[\w]", re.sub(r"uses: \S+", "", page.text))  # no person is made up
