"""How the emails of a rule read, and where they go."""

from __future__ import annotations

from collections.abc import Sequence

from sessionsmgmt.application.job import Mailing
from sessionsmgmt.domain.model.people import Role
from sessionsmgmt.domain.model.rule import Rule
from sessionsmgmt.email.model import Envelope, Wording
from tests.builders import NEW_YORK


def mailing(rule: Rule, roles: Sequence[Role]) -> Mailing:
    """The built-in wording, to one office."""
    disclose = {role.name: role.disclose for role in roles}
    return Mailing(rule, Wording("MantaBots", "en_US", NEW_YORK, disclose), Envelope(("office@example.org",)))
