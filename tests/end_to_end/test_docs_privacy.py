"""docs/privacy.md: every command of the page is run, and what it says of the receipt is what the receipt says."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.club_with_stored_data import LEDGERS, ClubWithStoredData, club_with_stored_data
from tests.end_to_end.harness import ROOT

PAGE = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ sessionsmgmt (.+)$", PAGE, re.MULTILINE)


@pytest.fixture
def club(tmp_path: Path) -> Iterator[ClubWithStoredData]:
    with club_with_stored_data(tmp_path) as club:
        club.remembers(LEDGERS["git"])
        club.announces()
        yield club


def section(title: str) -> str:
    return re.split(r"^#+ ", PAGE.partition(f"# {title}\n")[2], flags=re.MULTILINE)[0]


def test_every_command_of_the_page_does_what_it_is_for(club: ClubWithStoredData) -> None:
    for command in COMMANDS:
        name, *options = shlex.split(command)
        asked = name == "forget" and "--dry-run" not in options
        ran = club.call(name, *options, *(["--yes"] if asked else []), SECRETS_TOKEN=club.may_write())
        if name != "doctor":
            assert ran.exit == 0, (command, ran)
    assert (club.folder.folder / "kept.json").exists()
    assert {shlex.split(one)[0] for one in COMMANDS} == {"export", "forget", "doctor"}


def test_the_receipt_has_a_row_for_each_thing_the_page_has_one_for(club: ClubWithStoredData) -> None:
    ran = club.call("forget", "--dry-run", SECRETS_TOKEN=club.may_write())
    rows = {topic.split()[0] for topic in club.rows(ran)} - {"left"}
    things = re.findall(r"^\| (?!what|---)(.+?) \|", section("Forgetting everything"), re.MULTILINE)

    words = {"the ledger": "ledger", "comments with previews": "comments", "the account's consent": "consent"}
    assert {words.get(thing, thing.removeprefix("the ")) for thing in things} == rows


def test_what_the_page_says_stays_is_what_the_receipt_says(club: ClubWithStoredData) -> None:
    left = club.rows(club.call("forget", "--dry-run"))["left"][1].lower()
    things = re.findall(r"^\| (?!what|---)(.+?) \|", section("What stays, and why"), re.MULTILINE)

    assert len(things) == 5
    for word in (
        "mailboxes",
        "garbage",
        "logs and check runs",
        "earlier versions of an issue's text",
        "forks and clones",
    ):
        assert any(word.split()[0] in thing for thing in things)
        assert word in left


def test_the_links_of_the_page_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)", PAGE):
        assert (ROOT / "docs" / target).exists()
