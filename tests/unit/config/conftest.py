from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.config.club import Club


@pytest.fixture
def club(tmp_path: Path) -> Club:
    return Club(tmp_path)
