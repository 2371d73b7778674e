from __future__ import annotations

from pathlib import Path

import pytest

from tests.end_to_end.harness import ClubFolder, make_club


@pytest.fixture
def club(tmp_path: Path) -> ClubFolder:
    return make_club(tmp_path)
