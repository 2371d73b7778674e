"""Config → the club's ledgers: the current one, and the one that it moves away from."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from sessionsmgmt.bootstrap.github import hub, repository
from sessionsmgmt.config.clubs import BRANCH_KEYS, FORMER_BRANCH_KEYS, find_config_files, read_values
from sessionsmgmt.config.model import LEDGER_BRANCH, LEDGER_FILE, Config, FileStore, GitStore, Store, ledger_branch
from sessionsmgmt.config.paths import is_file, real_path
from sessionsmgmt.errors import InputError
from sessionsmgmt.retry import RetryPolicy
from sessionsmgmt.settings import Settings

if TYPE_CHECKING:
    from sessionsmgmt.adapters.ledger.abandoned import Clubs
    from sessionsmgmt.adapters.ledger.git import GitLedger
    from sessionsmgmt.adapters.ledger.retention import Retention


def usual_store(config: Config, settings: Settings) -> Store:
    """Where the ledger is if sessions.yml does not say: on a branch in Actions, in a file elsewhere."""
    if settings.actions.in_actions:
        return GitStore(ledger_branch(config.folder))
    return FileStore(config.path.parent / LEDGER_FILE)


def current_store(config: Config, settings: Settings) -> Store:
    """Where the ledger is."""
    return config.ledger.store or usual_store(config, settings)


def all_stores(config: Config, settings: Settings) -> tuple[Store, ...]:
    """Where the ledger is and was. Where sessions.yml leaves that open, both places that it may be in are meant."""
    if config.ledger.store:
        current: tuple[Store, ...] = (config.ledger.store,)
    else:
        branch, file = GitStore(ledger_branch(config.folder)), FileStore(config.path.parent / LEDGER_FILE)
        usual, at_github = usual_store(config, settings), settings.github.names_repository
        current = tuple(store for store in (branch, file) if store == usual or (store == branch and at_github))
    former = config.ledger.migrate_from
    return (*current, former) if former and former not in current else current


def git_ledger(branch: str, config: Config, settings: Settings, retry_policy: RetryPolicy) -> GitLedger:
    """The club's ledger on that branch. Raises InputError where a key, a token or the repository is missing."""
    from sessionsmgmt.adapters.ledger.git import Branch, GitLedger
    from sessionsmgmt.adapters.ledger.sealing import keys

    home = Branch(repository(settings), branch, settings.github.repository_id, config.folder, partial(_clubs, config))
    return GitLedger(hub(settings, retry_policy), home, keys(settings.ledger_keys), retention(config))


def retention(config: Config) -> Retention:
    """How long the club's ledgers remember what is over. The clock is the machine's, whatever ``--now`` says."""
    from sessionsmgmt.adapters.ledger.retention import Retention

    return Retention(config.ledger.keep, lambda: datetime.now(UTC))


def _clubs(config: Config) -> Clubs | None:
    """The clubs of the repository; None where the checkout does not have all of its files."""
    from sessionsmgmt.adapters.ledger.abandoned import Clubs

    if is_file(config.root / ".git" / "info" / "sparse-checkout"):
        return None
    try:
        files = list(find_config_files(config.root))
    except InputError:
        return None
    folders = {real_path(file.parent) for file in files}
    names = {
        "/".join(folder.relative_to(config.root).parts) for folder in folders if folder.is_relative_to(config.root)
    }
    branches = {branch for file in files for branch in read_values(file, BRANCH_KEYS, FORMER_BRANCH_KEYS).values()}
    return Clubs(LEDGER_BRANCH, frozenset(names), frozenset(map(ledger_branch, names)) | branches)
