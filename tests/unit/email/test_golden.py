"""Every email equals its golden file, which a person has looked at."""

from __future__ import annotations

import pytest

from tests.unit.email.cases import CASES
from tests.unit.email.golden import FOLDER, files


@pytest.mark.parametrize("name", CASES)
def test_an_email_equals_its_golden_files(name: str) -> None:
    golden = {file.suffix: file.read_bytes() for file in FOLDER.glob(f"{name}.*")}
    assert files(CASES[name].email()) == golden


def test_no_golden_file_is_left_over() -> None:
    assert {file.stem for file in FOLDER.iterdir()} == set(CASES)
