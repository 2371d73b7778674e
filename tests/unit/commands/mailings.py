"""How the emails of a rule read, and where they go."""

from __future__ import annotations

from collections.abc import Sequence

from sessionsmgmt.compose.model import Envelope, Wording
from sessionsmgmt.domain.model import Role, Rule
from sessionsmgmt.pipeline import Mailing
from tests.builders import NEW_YORK


def mailing(rule: Rule, roles: Sequence[Role]) -> Mailing:
    """The built-in wording, to one office."""
    disclose = {role.name: role.disclose for role in roles}
    return Mailing(rule, Wording("MantaBots", "en_US", NEW_YORK, disclose), Envelope(("office@example.org",)))
