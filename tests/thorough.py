"""Whether to look longer than usual, with ``--hypothesis-profile=thorough``. The profiles are those of ``conftest``."""

from __future__ import annotations

from hypothesis import settings

THOROUGH = settings().max_examples >= settings.get_profile("thorough").max_examples
