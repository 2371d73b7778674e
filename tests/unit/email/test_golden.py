"""Every email of the golden files comes out as it was looked at and kept."""

from __future__ import annotations

import pytest

from tests.unit.email.cases import CASES
from tests.unit.email.golden import FOLDER, files


@pytest.mark.parametrize("name", CASES)
def test_an_email_comes_out_as_it_was_kept(name: str) -> None:
    kept = {file.suffix: file.read_bytes() for file in FOLDER.glob(f"{name}.*")}
    assert files(CASES[name].email()) == kept


def test_no_golden_file_is_left_over() -> None:
    assert {file.stem for file in FOLDER.iterdir()} == set(CASES)
