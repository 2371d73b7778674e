"""PRIVACY.md, SECURITY.md and docs/threats.md: what they promise is held by tests that there are and that are run."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.harness import ROOT
from tests.end_to_end.pages import DEFINITION, FOOTNOTE, Page, sentences

PRIVACY, THREATS, SECURITY = Page("PRIVACY.md"), Page("docs/threats.md"), Page("SECURITY.md")
HELD = (PRIVACY, THREATS)
DIGEST = "e955338ab52fc51ac17d66d92c0f22465c9ab307e47731e40a6f2c4fdedaf7a1"
"""Of PRIVACY.md. If you change the page, change its date, say so in CHANGELOG.md, and then this."""


@pytest.fixture(scope="module")
def collected() -> set[tuple[str, str]]:
    """Every test that pytest finds in the files the pages link to, by its file and its name."""
    files = sorted({str(target(page, link)) for page in HELD for _, link in DEFINITION.findall(page.text)})
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *files],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    nodes = [line.partition("[")[0].split("::") for line in done.stdout.splitlines() if "::" in line]
    return {(node[0], node[-1]) for node in nodes}


def target(page: Page, link: str) -> Path:
    return Path((page.file.parent / link).resolve().relative_to(ROOT))


def test_every_sentence_names_a_test_that_is_run(collected: set[tuple[str, str]]) -> None:
    bare = [one for one in sentences(PRIVACY.text) if not re.search(r"(\[\^test_\w+\])+$", one)]

    assert bare == []
    assert len(sentences(PRIVACY.text)) > 40
    assert collected


@pytest.mark.parametrize("page", HELD, ids=lambda page: page.path)
def test_every_test_that_is_named_is_in_the_file_that_is_linked(page: Page, collected: set[tuple[str, str]]) -> None:
    named = set(FOOTNOTE.findall(DEFINITION.sub("", page.text)))
    defined = dict(DEFINITION.findall(page.text))

    assert named == set(defined)
    assert {(str(target(page, link)), name) for name, link in defined.items()} - collected == set()


def test_every_threat_and_every_thief_has_a_test() -> None:
    tables = THREATS.text.partition("## What is not covered")[0]
    heads = ("| threat", "| secret", "| ---")
    rows = [row for row in tables.splitlines() if row.startswith("| ") and not row.startswith(heads)]

    assert len(rows) > 15
    assert [row for row in rows if not FOOTNOTE.search(row)] == []


def test_a_sentence_without_a_test_would_be_found() -> None:
    text = "# A\n\nOne.[^test_a] Two. Three:[^test_b]\n\n- Four `x`.[^test_c][^test_d]\n- Five"

    assert sentences(text) == ["One.[^test_a]", "Two.", "Three:[^test_b]", "Four `x`.[^test_c][^test_d]", "Five"]


def test_a_page_that_was_changed_has_a_new_date_and_is_announced() -> None:
    said = DEFINITION.sub("", PRIVACY.text).strip()
    [date] = re.findall(r"^Last updated: (\d{4}-\d\d-\d\d)\.", said, re.MULTILINE)

    assert f"[PRIVACY.md](PRIVACY.md) ({date})" in Page("CHANGELOG.md").text
    assert hashlib.sha256(said.encode()).hexdigest() == DIGEST, "see what stands below DIGEST"


@pytest.mark.parametrize("page", [PRIVACY, SECURITY], ids=lambda page: page.path)
def test_there_is_a_public_and_a_private_way_to_ask(page: Page) -> None:
    assert "(../../security/advisories/new)" in page.text
    assert "issue" in page.text
    assert not re.search(r"[\w.]@[\w]", re.sub(r"uses: \S+", "", page.text))  # no person is made up
