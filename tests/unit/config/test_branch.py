"""The default branch of a club's ledger."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.config.model import ledger_branch
from sessionsmgmt.config.validators import branch_problem


def test_at_the_root_of_a_repository_the_branch_has_the_plain_name() -> None:
    assert ledger_branch("") == "sessionsmgmt-ledger"


def test_in_a_folder_the_branch_has_the_folders_name_too() -> None:
    assert ledger_branch("otters") == "sessionsmgmt-ledger-otters"
    assert re.fullmatch(r"sessionsmgmt-ledger-clubs-otters-[0-9a-f]{8}", ledger_branch("clubs/otters"))


def test_folders_with_similar_names_have_different_branches() -> None:
    folders = ("clubs/otters", "clubs-otters", "Clubs/Otters", "clubs/ötters", "clubs", "日本", "水")
    assert len({ledger_branch(folder) for folder in folders}) == len(folders)


@given(st.text(min_size=1, max_size=60))
def test_git_accepts_the_branch_of_any_folder(folder: str) -> None:
    assert branch_problem(ledger_branch(folder)) == ""
