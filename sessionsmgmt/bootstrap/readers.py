"""Who can read what a command shows: only those of the club, or others too."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from sessionsmgmt.adapters.github.event import is_private
from sessionsmgmt.bootstrap.github import hub, repository
from sessionsmgmt.errors import SessionsError
from sessionsmgmt.ports.readers import Readers
from sessionsmgmt.ports.stop import UNSTOPPED, Stop
from sessionsmgmt.presenters.presentation import Presentation
from sessionsmgmt.retry import RetryPolicy
from sessionsmgmt.settings import Settings

RETRY_POLICY = RetryPolicy(total=5)
"""Nothing is lost where GitHub does not answer: less is shown then."""


def readers(settings: Settings) -> Readers:
    """Who can read what this process prints. In Actions those who can read the repository."""
    return readers_of_repository(settings) if settings.actions.in_actions else Readers.CLUB


def readers_of_repository(settings: Settings, stop: Stop = UNSTOPPED) -> Readers:
    """Who can read the repository and its issues.

    The event says whether it is private, else GitHub is asked, unless there is no time for that because the process was
    told to end. What is not known counts as not private.
    """
    by_event = is_private(settings.actions)
    private = stop.unless_asked(partial(_asked, settings), False) if by_event is None else by_event
    return Readers.CLUB if private else Readers.ANYBODY


def addressed(shown: Presentation, settings: Settings, stop: Stop) -> Presentation:
    """The same with who can read it. Nobody is asked where all of it may be shown to everybody."""
    is_for_all = shown.invented or not (shown.deliveries or shown.warnings or shown.findings)
    if is_for_all or not settings.actions.in_actions:
        return shown
    return replace(shown, readers=readers_of_repository(settings, stop))


def _asked(settings: Settings) -> bool:
    from sessionsmgmt.adapters.github.client import Purpose

    try:
        asking, name = hub(settings, RETRY_POLICY), repository(settings)

        def look() -> bool:
            _, found = asking.api.requester.requestJsonAndCheck("GET", f"/repos/{name}")
            return found["private"] is True and found.get("visibility", "private") == "private"

        return asking.repeat(look, Purpose("looking whether the repository is private", "metadata: read"))
    except SessionsError:
        return False
