"""Config → the real objects around a preview: invented data to make it from, and where a pull request shows it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from sessionsmgmt.config.model import Config
from sessionsmgmt.errors import InputError
from sessionsmgmt.github.event import PullRequest
from sessionsmgmt.patience import Patience
from sessionsmgmt.pipeline import Job
from sessionsmgmt.ports import Display
from sessionsmgmt.roots import root
from sessionsmgmt.wiring import club

CHECK = "Email preview"

PLAIN_PLACE = "sessions.yml"
"""The place of a club that is alone in its repository: its check needs no other name."""


def sample_job(config: Config) -> Job:
    """The club with the people and sessions of ``preview.sample``, or with invented ones; nothing was said to anybody.

    It needs no credential, no key and no token.
    """
    from sessionsmgmt.providers.invented import FixedLedger, invent

    mailings = tuple(club.mailing(config, notice) for notice in config.notices)
    if config.sample is None:
        invented = invent([notice.rule for notice in config.notices], config.roles, config.zone)
        return Job(config.zone, config.roles, mailings, invented.calendar, invented.contacts, invented.ledger)
    from sessionsmgmt.providers.files.calendar import IcsFile
    from sessionsmgmt.providers.files.contacts import VcardFile

    calendar, contacts = config.sample.calendar, config.sample.contacts
    return Job(
        config.zone,
        config.roles,
        mailings,
        IcsFile(calendar, club.shown(calendar), config.zone),
        VcardFile(contacts, club.shown(contacts)),
        FixedLedger(),
    )


def displays(environ: Mapping[str, str], pull: PullRequest, config: Path) -> tuple[Display, ...]:
    """Where those who review the pull request look: a check on its last commit, and a comment.

    Several clubs in one repository have one of each, by the path of their sessions.yml. Raises InputError without a
    token or a repository.
    """
    from sessionsmgmt.github.account import Account
    from sessionsmgmt.github.checks import CheckRun
    from sessionsmgmt.github.client import repository
    from sessionsmgmt.github.comments import PullRequestComment

    account, here = Account(club.hub(environ, Patience())), repository(environ)
    place = os.path.relpath(os.path.realpath(config), os.path.realpath(workspace(environ)))
    folder = place.removesuffix(PLAIN_PLACE).rstrip("/")
    name = f"{CHECK} ({folder})" if folder else CHECK
    closing = f"Commit {pull.head[:7]} · [its checks]({_page(environ)}/pull/{pull.number}/checks)"
    return (
        CheckRun(account, here, pull.head, name, f"sessionsmgmt:{place}"),
        PullRequestComment(account, here, pull.number, place, closing),
    )


def rest(environ: Mapping[str, str]) -> str:
    """What stands where a preview is cut, in Markdown: where there is more."""
    run = environ.get("GITHUB_RUN_ID", "")
    try:
        link = f"[the summary of the run]({_page(environ)}/actions/runs/{run})" if run.isdecimal() else ""
    except InputError:
        link = ""
    return f"*The rest is left out here, for want of room. There is more in {link or 'the summary of the run'}.*"


def workspace(environ: Mapping[str, str]) -> Path:
    """The root of the repository."""
    return Path(environ.get("GITHUB_WORKSPACE") or Path.cwd())


def _page(environ: Mapping[str, str]) -> str:
    """The repository's page in a browser. Raises InputError where the environment names none."""
    from sessionsmgmt.github.client import repository

    return f"{root(environ, 'GITHUB_SERVER_URL') or 'https://github.com'}/{repository(environ)}"
