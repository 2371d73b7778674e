"""Who can read what a command shows: only those of the club, or others too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from sessionsmgmt.adapters.github.event import is_private
from sessionsmgmt.adapters.github.job import in_actions
from sessionsmgmt.application.notices.sending import UNSTOPPED
from sessionsmgmt.application.result import Readers
from sessionsmgmt.bootstrap import container as club
from sessionsmgmt.errors import SessionsError
from sessionsmgmt.ports.stop import Stop
from sessionsmgmt.presenters.presentation import Presentation
from sessionsmgmt.retry import RetryPolicy

RETRY_POLICY = RetryPolicy(total=5)
"""Nothing is lost where GitHub does not answer: less is shown then."""


def readers(environ: Mapping[str, str]) -> Readers:
    """Who can read what this process prints. In Actions those who can read the repository."""
    return readers_of_repository(environ) if in_actions(environ) else Readers.CLUB


def readers_of_repository(environ: Mapping[str, str], stop: Stop = UNSTOPPED) -> Readers:
    """Who can read the repository and its issues.

    The event says whether it is private, else GitHub is asked, unless there is no time for that because the process was
    told to end. What is not known counts as not private.
    """
    told = is_private(environ)
    private = stop.unless_asked(partial(_looked_up, environ), False) if told is None else told
    return Readers.CLUB if private else Readers.ANYBODY


def addressed(shown: Presentation, environ: Mapping[str, str], stop: Stop) -> Presentation:
    """The same with who can read it. Nobody is asked where all of it may be shown to everybody."""
    is_for_all = shown.invented or not (shown.deliveries or shown.warnings or shown.findings)
    if is_for_all or not in_actions(environ):
        return shown
    return replace(shown, readers=readers_of_repository(environ, stop))


def _looked_up(environ: Mapping[str, str]) -> bool:
    from sessionsmgmt.adapters.github.client import Purpose, repository

    try:
        hub, name = club.hub(environ, RETRY_POLICY), repository(environ)

        def look() -> bool:
            _, found = hub.api.requester.requestJsonAndCheck("GET", f"/repos/{name}")
            return found["private"] is True and found.get("visibility", "private") == "private"

        return hub.repeat(look, Purpose("looking whether the repository is private", "metadata: read"))
    except SessionsError:
        return False
