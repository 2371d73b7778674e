"""How much hypothesis tries: moderately and always the same by default, or more with ``--hypothesis-profile=thorough``.

There is no deadline: on a machine that others use too, how long an example takes says nothing about it.
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings

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
