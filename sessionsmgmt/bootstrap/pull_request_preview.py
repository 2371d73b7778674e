"""Config and settings → the objects around a preview: invented data for it, and where a pull request shows it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sessionsmgmt.application.job import Job
from sessionsmgmt.base_urls import base_url
from sessionsmgmt.bootstrap.github import hub, repository
from sessionsmgmt.bootstrap.mailings import mailing
from sessionsmgmt.config.model import Config
from sessionsmgmt.config.paths import find_club_folder, path_for_messages, path_in_repository
from sessionsmgmt.domain.model.people import ResponsiblePerson
from sessionsmgmt.errors import InputError
from sessionsmgmt.ports.pull_requests import PreviewPublisher, PullRequest
from sessionsmgmt.retry import RetryPolicy
from sessionsmgmt.settings import SERVER_URL, Settings

CHECK = "Email preview"

PLAIN_PLACE = "sessions.yml"
"""The path of the club that is alone in its repository. Its check needs no folder in its name."""


INVENTED_CONTACT = ResponsiblePerson("Charlie Contact", "+1 555 0100")
"""Who is responsible on site where everybody is invented."""


def sample_job(config: Config) -> Job:
    """The club with an invented contact, and with the sessions and people of ``preview.sample`` or invented ones.

    Its ledger is empty. It needs no credential, no key and no token.
    """
    from sessionsmgmt.adapters.invented import FixedLedger, invent

    shown = replace(config, contact=INVENTED_CONTACT) if config.contact else config
    mailings = tuple(mailing(shown, notice) for notice in config.notices)
    if config.sample is None:
        invented = invent([notice.rule for notice in config.notices], config.roles, config.zone)
        return Job(config.zone, config.roles, mailings, invented.calendar, invented.contacts, invented.ledger)
    from sessionsmgmt.adapters.files.calendar import IcsFile
    from sessionsmgmt.adapters.files.contacts import VcardFile

    calendar, contacts = config.sample.calendar, config.sample.contacts
    return Job(
        config.zone,
        config.roles,
        mailings,
        IcsFile(calendar, path_for_messages(calendar), config.zone),
        VcardFile(contacts, path_for_messages(contacts)),
        FixedLedger(),
    )


def publishers(settings: Settings, pull: PullRequest, config: Path) -> tuple[PreviewPublisher, ...]:
    """Where the preview is published on the pull request: a check on its last commit, and a comment.

    Each club of a repository has its own check and comment, by the path of its sessions.yml. Raises InputError where
    the settings have no token or no repository.
    """
    from sessionsmgmt.adapters.github.account import Account
    from sessionsmgmt.adapters.github.checks import CheckRun
    from sessionsmgmt.adapters.github.comments import PullRequestComment

    account, here = Account(hub(settings, RetryPolicy())), repository(settings)
    where = path_in_repository(find_club_folder(config, settings.actions.checkout).name, config)
    folder = where.removesuffix(PLAIN_PLACE).rstrip("/")
    name = f"{CHECK} ({folder})" if folder else CHECK
    closing = f"Commit {pull.head[:7]} · [its checks]({_page(settings)}/pull/{pull.number}/checks)"
    return (
        CheckRun(account, here, pull.head, name, f"sessionsmgmt:{where}"),
        PullRequestComment(account, here, pull.number, where, closing),
    )


def cut_notice(settings: Settings) -> str:
    """The text at the place where a preview is cut, in Markdown: where the rest is."""
    run = settings.actions.run_id
    try:
        link = f"[the summary of the run]({_page(settings)}/actions/runs/{run})" if run.isdecimal() else ""
    except InputError:
        link = ""
    return f"*The rest is left out here, for want of room. There is more in {link or 'the summary of the run'}.*"


def _page(settings: Settings) -> str:
    """The repository's page in a browser. Raises InputError where the environment names none."""
    return f"{base_url(settings.github.server_url, SERVER_URL) or 'https://github.com'}/{repository(settings)}"
