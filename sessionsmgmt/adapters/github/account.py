"""The account of a token. What the account wrote is ours; what somebody else wrote in the same form is not.

``GET /user`` names the account of a person's token, and refuses the tokens of Apps, which those of jobs are. The
GraphQL API answers both. It gives an App the name that GitHub shows beside what the App writes, ``slug[bot]``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from http import HTTPStatus
from typing import Any

from sessionsmgmt.adapters.github.client import DeclinedError, Hub, Purpose
from sessionsmgmt.domain.frozen import dataclass

JOB = "github-actions[bot]"
"""The author of what is written with the token of a job."""

_PURPOSE = Purpose("asking whose token it is", "metadata: read")
_CLOSED = frozenset({int(HTTPStatus.FORBIDDEN), int(HTTPStatus.NOT_FOUND)})
_REFUSED = _CLOSED | {int(HTTPStatus.BAD_REQUEST)}


@dataclass(frozen=True, slots=True)
class Account:
    """The account of the hub's token. GitHub is asked once, when the account is first needed."""

    hub: Hub
    _known: list[str] = field(default_factory=list, repr=False)

    def login(self) -> str:
        """The login, as GitHub shows it beside what the account wrote. Raises as ``Hub.repeat`` does."""
        if not self._known:
            self._known.append(self._ask_for_login())
        return self._known[0]

    def wrote(self, login: str) -> bool:
        """Whether the login is our own, or that of the repository's jobs.

        What a job wrote is ours too when a person works on it from a terminal, with a token of their own.
        """
        return login == JOB or login == self.login()

    def app(self) -> str:
        """The slug of the App whose token it is; empty for a person's token."""
        slug, bot, _ = self.login().partition("[bot]")
        return slug if bot else ""

    def _ask_for_login(self) -> str:
        try:
            return self.hub.repeat(self._person, _PURPOSE, _CLOSED)
        except DeclinedError:
            pass
        try:
            return self.hub.repeat(self._viewer, _PURPOSE, _REFUSED)
        except DeclinedError:
            return JOB  # only a job can have this login, so at worst something of ours is left alone

    def _person(self) -> str:
        _, document = self.hub.api.requester.requestJsonAndCheck("GET", "/user")
        return str(document["login"])

    def _viewer(self) -> str:
        _, document = self.hub.api.requester.graphql_query("{viewer{login}}", {})
        return str(document["data"]["viewer"]["login"])


def author(document: Mapping[str, Any]) -> str:
    """The login of the author of an issue or a comment; empty where the account is gone."""
    user = document["user"]
    return str(user["login"]) if user else ""
