"""docs/delivery.md: what it promises of numbers, commands and stores is so."""

from __future__ import annotations

import base64
import re
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from sessionsmgmt.adapters.google.extended_properties import LIMIT
from sessionsmgmt.adapters.google.scopes import METADATA
from sessionsmgmt.adapters.ledger.sealing import KEY_BYTES
from sessionsmgmt.adapters.ledger.witness import BELOW
from sessionsmgmt.application.notices.pipeline import WAVE
from sessionsmgmt.config.model import LEDGER_BRANCH, LEDGER_FILE, LedgerSettings
from sessionsmgmt.domain.delivery.claims import APART, LEASE
from sessionsmgmt.entrypoints.signals import AWAITED
from sessionsmgmt.retry import RetryPolicy
from sessionsmgmt.settings import KEY, OLD_KEY
from tests.end_to_end.harness import AT_GOOGLE, ROOT, ClubFolder
from tests.settings import load

PAGE = (ROOT / "docs" / "delivery.md").read_text(encoding="utf-8")
FRAGMENTS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
TYPED = re.findall(r"^\$ (.*)$", PAGE, re.MULTILINE)
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@pytest.mark.parametrize("fragment", FRAGMENTS)
def test_each_piece_of_sessions_yml_it_shows_is_valid_in_one(fragment: str, tmp_path: Path) -> None:
    key = fragment.partition(":")[0]
    rest = re.sub(rf"^{key}: .*\n", "", AT_GOOGLE, flags=re.MULTILINE)
    (tmp_path / "sessions.yml").write_text(rest + fragment, encoding="utf-8")

    assert load(tmp_path / "sessions.yml").team == "MantaBots"


def test_the_numbers_it_names_are_those_of_the_product() -> None:
    assert f"the run died, {LEASE // timedelta(minutes=1)} minutes ago" in PAGE
    assert f"at least {NUMBERS[APART // timedelta(minutes=1)]} minutes apart" in PAGE
    assert f"{NUMBERS[WAVE].capitalize()} notices at most are on their way" in PAGE
    assert f"over {LedgerSettings().keep.days} days ago" in PAGE
    assert f"about\n{LIMIT:,} characters" in PAGE
    assert f"{RetryPolicy().total:.0f} seconds at most, and sends it again" in PAGE
    assert f"{AWAITED['SIGINT']:.0f} seconds at most, or {AWAITED['SIGTERM']:.0f} after SIGTERM" in PAGE


def test_the_names_it_uses_are_those_of_the_product() -> None:
    for name in (LEDGER_BRANCH, LEDGER_FILE, KEY, OLD_KEY, METADATA.rpartition("/")[2]):
        assert f"`{name}`" in PAGE


def test_the_key_it_tells_to_make_is_one() -> None:
    [make] = [one for one in TYPED if one.startswith("openssl")]
    done = subprocess.run(make.split(), capture_output=True, check=True)

    assert len(base64.b64decode(done.stdout)) == KEY_BYTES


def test_the_commands_it_shows_are_the_products(tmp_path: Path) -> None:
    folder = ClubFolder(tmp_path)
    folder.write("sessions.yml", AT_GOOGLE)
    [status, resolve, adopt] = [one.removeprefix("sessionsmgmt ") for one in TYPED if one.startswith("sessionsmgmt")]

    assert status == "status"  # tried in test_ledgers.py
    assert adopt == "resolve --adopt"  # tried in test_club_identity.py
    closed = folder.call(resolve)
    assert closed.exit == 2
    assert "No held notice matches" in closed.err


def test_both_refs_of_a_ledger_go_with_the_line_that_deletes_them(tmp_path: Path) -> None:
    [line] = [one for one in TYPED if one.startswith("git push")]
    remote, clone = tmp_path / "remote", tmp_path / "clone"
    tree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"  # git's own empty one
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org"]
    subprocess.run([*git, "init", "-q", "--bare", remote], check=True)
    subprocess.run([*git, "clone", "-q", remote, clone], check=True, capture_output=True)
    subprocess.run([*git, "hash-object", "-t", "tree", "-w", "/dev/null"], cwd=remote, check=True, capture_output=True)
    made = subprocess.run(
        [*git, "commit-tree", tree, "-m", "x"], cwd=remote, check=True, capture_output=True, text=True
    )
    refs = [f"refs/heads/{LEDGER_BRANCH}", f"{BELOW}{LEDGER_BRANCH}", "refs/heads/main"]
    for ref in refs:
        subprocess.run([*git, "update-ref", ref, made.stdout.strip()], cwd=remote, check=True)

    subprocess.run(line.split(), cwd=clone, check=True, capture_output=True)
    listing = [*git, "for-each-ref", "--format=%(refname)"]
    left = subprocess.run(listing, cwd=remote, check=True, capture_output=True, text=True)
    assert left.stdout.split() == ["refs/heads/main"]


def test_every_link_to_a_file_leads_somewhere() -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", PAGE)

    assert [target for target in targets if not (ROOT / "docs" / target).exists()] == []
