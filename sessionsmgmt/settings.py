"""What the environment of this process says, read once at its start into one typed value.

Nothing here is checked: whoever uses a setting checks it and names the variable where it is missing or wrong. So a
command that needs no token does not fail because of a broken one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.secret_masking import Mask, Secret

JOB_TOKEN = "GITHUB_TOKEN"  # noqa: S105 - the name of the variable, not what is in it
SECRETS_TOKEN = "SECRETS_TOKEN"  # noqa: S105 - as above
APP_ID = "GITHUB_APP_ID"
PRIVATE_KEY = "GITHUB_APP_PRIVATE_KEY"
REPOSITORY = "GITHUB_REPOSITORY"
REPOSITORY_ID = "GITHUB_REPOSITORY_ID"
API_URL = "GITHUB_API_URL"
SERVER_URL = "GITHUB_SERVER_URL"
RUN_ID = "GITHUB_RUN_ID"
OUTPUT = "GITHUB_OUTPUT"
STEP_SUMMARY = "GITHUB_STEP_SUMMARY"
KEY = "SESSIONSMGMT_KEY"
OLD_KEY = "SESSIONSMGMT_KEY_OLD"


@dataclass(frozen=True, slots=True)
class ActionsJob:
    """The job of GitHub Actions that this process is a part of ("Variables reference" of GitHub Actions).

    Every text is empty where the environment does not have it. ``in_actions`` says whether there is such a job at all.
    """

    in_actions: bool
    workspace: str
    event_name: str
    event_path: str
    ref: str
    actor: str
    run_id: str
    run_attempt: str

    @property
    def folder(self) -> Path:
        """The folder of the repository; the working directory where the environment names none."""
        return Path(self.workspace or Path.cwd())

    @property
    def checkout(self) -> Path | None:
        """The folder in which the job has its checkout; None outside of GitHub Actions."""
        return Path(self.workspace) if self.in_actions and self.workspace.strip() else None


@dataclass(frozen=True, slots=True)
class GitHubSettings:
    """The club's repository at GitHub, and what calls to GitHub are allowed by. Every text may be empty.

    ``repository`` is ``owner/name``. ``repository_id`` is its number, which stays the same under a new name.
    """

    repository: str
    repository_id: str
    api_url: str
    server_url: str
    job_token: Secret
    secrets_token: Secret
    app_id: str
    private_key: Secret

    @property
    def names_repository(self) -> bool:
        """Whether the environment names the club's repository and has the token to ask GitHub about it."""
        return bool(self.job_token and self.repository)

    @property
    def names_app(self) -> bool:
        """Whether the environment names a GitHub App, or a part of one."""
        return bool(self.app_id or self.private_key)

    @property
    def may_write_secrets(self) -> bool:
        """Whether there is anything to write secrets with. The job's own token counts: it is refused with a reason."""
        return bool(self.secrets_token or self.names_app or self.job_token)


@dataclass(frozen=True, slots=True)
class LedgerKeys:
    """The key that seals the ledger, and the key before it. Both are base64 texts and may be empty."""

    current: Secret
    old: Secret


@dataclass(frozen=True, slots=True)
class OutputPaths:
    """Where the Actions runner wants files: its folders, and the two files of the step. Empty where it names none."""

    temp: str
    workspace: str
    output: str
    step_summary: str


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that this program takes from the environment.

    ``provider_secrets`` and ``provider_base_urls`` have the variables of calendar, contacts and mail providers by
    name. ``time_zone`` is ``TZ`` as the process inherited it.
    """

    actions: ActionsJob
    github: GitHubSettings
    ledger_keys: LedgerKeys
    outputs: OutputPaths
    provider_secrets: Mapping[str, Secret]
    provider_base_urls: Mapping[str, str]
    time_zone: str

    def with_provider_secret(self, variable: str, secret: Secret) -> Settings:
        """The same settings with this secret in the place of the one that the environment had."""
        return replace(self, provider_secrets={**self.provider_secrets, variable: secret})

    def with_ledger_key(self, key: Secret) -> Settings:
        """The same settings with this key for the ledger."""
        return replace(self, ledger_keys=replace(self.ledger_keys, current=key))


def in_actions(environ: Mapping[str, str]) -> bool:
    """Whether this is a job of GitHub Actions, where GITHUB_TOKEN is the job's own."""
    return environ.get("GITHUB_ACTIONS") == "true"


def read_settings(
    environ: Mapping[str, str],
    mask: Mask,
    provider_secrets: Collection[str],
    provider_base_urls: Collection[str],
) -> Settings:
    """The settings in the environment. ``mask`` is told every secret before this returns.

    ``provider_secrets`` and ``provider_base_urls`` name the variables of the providers that are registered.
    """

    def text(name: str) -> str:
        return environ.get(name, "").strip()

    def secret(name: str) -> Secret:
        return Secret(environ.get(name, ""), mask)

    return Settings(
        ActionsJob(
            in_actions=in_actions(environ),
            workspace=environ.get("GITHUB_WORKSPACE", ""),
            event_name=environ.get("GITHUB_EVENT_NAME", ""),
            event_path=environ.get("GITHUB_EVENT_PATH", ""),
            ref=environ.get("GITHUB_REF", ""),
            actor=environ.get("GITHUB_ACTOR", ""),
            run_id=text(RUN_ID),
            run_attempt=environ.get("GITHUB_RUN_ATTEMPT", ""),
        ),
        GitHubSettings(
            repository=text(REPOSITORY),
            repository_id=text(REPOSITORY_ID),
            api_url=text(API_URL),
            server_url=text(SERVER_URL),
            job_token=secret(JOB_TOKEN),
            secrets_token=secret(SECRETS_TOKEN),
            app_id=text(APP_ID),
            private_key=secret(PRIVATE_KEY),
        ),
        LedgerKeys(current=secret(KEY), old=secret(OLD_KEY)),
        OutputPaths(
            temp=environ.get("RUNNER_TEMP", ""),
            workspace=environ.get("RUNNER_WORKSPACE", ""),
            output=environ.get(OUTPUT, ""),
            step_summary=environ.get(STEP_SUMMARY, ""),
        ),
        provider_secrets={name: secret(name) for name in provider_secrets},
        provider_base_urls={name: text(name) for name in provider_base_urls},
        time_zone=environ.get("TZ", ""),
    )
