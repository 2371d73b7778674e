"""The account that a token is of. What it wrote is ours; what somebody else wrote in the same form is not.

A person's token is asked for by ``GET /user``, which is closed to the token of an App, that of a job included. The
GraphQL API answers both: of an App it has the name that GitHub shows beside what the App writes, ``slug[bot]``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from sessionsmgmt.adapters.github.client import DeclinedError, Hub, Purpose

JOB = "github-actions[bot]"
"""Who writes with the token of a job."""

_PURPOSE = Purpose("asking whose token it is", "metadata: read")
_CLOSED = frozenset({int(HTTPStatus.FORBIDDEN), int(HTTPStatus.NOT_FOUND)})
_REFUSED = _CLOSED | {int(HTTPStatus.BAD_REQUEST)}


@dataclass(frozen=True, slots=True)
class Account:
    """The account of the hub's token. GitHub is asked when it is first needed, and once."""

    hub: Hub
    _known: list[str] = field(default_factory=list, repr=False)

    def login(self) -> str:
        """The login, as GitHub writes it beside what the account wrote. Raises as ``Hub.repeat`` does."""
        if not self._known:
            self._known.append(self._asked())
        return self._known[0]

    def wrote(self, login: str) -> bool:
        """Whether it is our own login, or that of the repository's jobs.

        What a job has written is ours too where a person looks after it from a terminal, with a token of their own.
        """
        return login == JOB or login == self.login()

    def app(self) -> str:
        """The slug of the App that the token is of; empty where it is a person's."""
        slug, bot, _ = self.login().partition("[bot]")
        return slug if bot else ""

    def _asked(self) -> str:
        try:
            return self.hub.repeat(self._person, _PURPOSE, _CLOSED)
        except DeclinedError:
            pass
        try:
            return self.hub.repeat(self._viewer, _PURPOSE, _REFUSED)
        except DeclinedError:
            return JOB  # who nobody but a job of Actions can be: what is left alone for it is at most our own

    def _person(self) -> str:
        _, found = self.hub.api.requester.requestJsonAndCheck("GET", "/user")
        return str(found["login"])

    def _viewer(self) -> str:
        _, found = self.hub.api.requester.graphql_query("{viewer{login}}", {})
        return str(found["data"]["viewer"]["login"])


def author(document: Mapping[str, Any]) -> str:
    """Who wrote an issue or a comment, as GitHub's API has it; empty where the account is gone."""
    user = document["user"]
    return str(user["login"]) if user else ""
