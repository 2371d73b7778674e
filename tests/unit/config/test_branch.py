"""Which branch a club's ledger is on if sessions.yml names none."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.config.model import ledger_branch
from sessionsmgmt.config.validators import branch_problem


def test_at_the_root_of_a_repository_it_has_the_plain_name() -> None:
    assert ledger_branch("") == "sessionsmgmt-ledger"


def test_in_a_folder_it_has_the_name_of_that_too() -> None:
    assert ledger_branch("otters") == "sessionsmgmt-ledger-otters"
    assert re.fullmatch(r"sessionsmgmt-ledger-clubs-otters-[0-9a-f]{8}", ledger_branch("clubs/otters"))


def test_folders_that_sound_alike_have_branches_of_their_own() -> None:
    folders = ("clubs/otters", "clubs-otters", "Clubs/Otters", "clubs/ötters", "clubs", "日本", "水")
    assert len({ledger_branch(folder) for folder in folders}) == len(folders)


@given(st.text(min_size=1, max_size=60))
def test_whatever_a_folder_is_called_git_takes_the_name(folder: str) -> None:
    assert branch_problem(ledger_branch(folder)) == ""
