"""Who can read what a command shows: only members of the club, or everybody."""

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
"""The time to wait is short, since nothing is lost where GitHub does not answer: then less is shown."""


def readers(settings: Settings) -> Readers:
    """Who can read what this process prints. In Actions, everybody who can read the repository can."""
    return readers_of_repository(settings) if settings.actions.in_actions else Readers.CLUB


def readers_of_repository(settings: Settings, stop: Stop = UNSTOPPED) -> Readers:
    """Who can read the repository and its issues.

    The event says whether the repository is private. If it does not, GitHub is asked, unless the process must end at
    once. Where nobody says so, the repository counts as public.
    """
    by_event = is_private(settings.actions)
    private = stop.unless_asked(partial(_look_up, settings), False) if by_event is None else by_event
    return Readers.CLUB if private else Readers.ANYBODY


def addressed(shown: Presentation, settings: Settings, stop: Stop) -> Presentation:
    """The same with who can read it. Nobody is asked where all of it may be shown to everybody."""
    is_for_all = shown.invented or not (shown.deliveries or shown.warnings or shown.findings)
    if is_for_all or not settings.actions.in_actions:
        return shown
    return replace(shown, readers=readers_of_repository(settings, stop))


def _look_up(settings: Settings) -> bool:
    """Whether GitHub says that the repository is private. False where it does not answer."""
    from sessionsmgmt.adapters.github import visibility

    try:
        return visibility.look_up(hub(settings, RETRY_POLICY), repository(settings))
    except SessionsError:
        return False
