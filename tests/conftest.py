"""What all tests begin with: the same environment for everybody, how much hypothesis tries, and what must have run.

Hypothesis tries moderately and always the same by default, or more with ``--hypothesis-profile=thorough``. There is no
deadline: on a machine that others use too, how long an example takes says nothing about it.
"""

from __future__ import annotations

import os
import signal

import pytest
from hypothesis import HealthCheck, settings

from tests.environment import of_the_machine
from tests.promises import PromisesKept, named_tests

TOOLS = ("HOME", "TMPDIR", "PLAYWRIGHT", "PYTEST", "PYTHON")
"""How the names of variables begin that the tests' own tools read."""

# A token, a proxy or a colour of whoever runs the tests, or of the CI job that does, changes nothing.
for name in set(os.environ) - set(of_the_machine()):
    if not name.startswith(TOOLS):
        del os.environ[name]

# What a shell starts in the background ignores SIGINT, and so would all processes that tests start and interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("ci", max_examples=60, stateful_step_count=30, deadline=None, derandomize=True)
settings.register_profile(
    "thorough",
    max_examples=2_000,
    stateful_step_count=60,
    deadline=None,
    derandomize=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("ci")


def pytest_configure(config: pytest.Config) -> None:
    """Hold the pages that promise something to the tests they name."""
    config.pluginmanager.register(PromisesKept(named_tests), "promises")
