"""What calls to GitHub are allowed by, and which repository they are about."""

from __future__ import annotations

import re
from dataclasses import field

from github import Auth

from sessionsmgmt.adapters.secret_format import word_fault
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.errors import InputError
from sessionsmgmt.secret_masking import Secret
from sessionsmgmt.settings import JOB_TOKEN, REPOSITORY, GitHubSettings

FULL_NAME = re.compile(r"([A-Za-z0-9][\w-]{0,99})/((?!\.{1,2}$)[\w.-]{1,100})", re.ASCII)
"""``owner/name``, without characters that could lead to another path of the API."""


@dataclass(frozen=True, slots=True)
class Access:
    """A token or an App, and the environment variable that it came from. Errors name the variable, never the value."""

    variable: str
    auth: Auth.Auth = field(repr=False)


@dataclass(frozen=True, slots=True)
class RepositoryName:
    """A repository, as ``owner/name``."""

    owner: str
    name: str

    def __str__(self) -> str:
        return f"{self.owner}/{self.name}"


def token_access(token: Secret, variable: str = JOB_TOKEN) -> Access:
    """The token that was given in the variable. Raises InputError where there is none."""
    value = token.reveal().strip()
    if not value:
        raise InputError(
            f"{variable} is not set: GitHub is asked with it.",
            "In a workflow it is handed on by the action; elsewhere, put a token of yours there.",
        )
    fault = word_fault(value) or ("" if value.isascii() and value.isprintable() else "is no token")
    if fault:
        raise InputError(f"{variable} {fault}.", "Store it again, whole and with nothing around it.")
    return Access(variable, Auth.Token(value))


def repository_name(github: GitHubSettings) -> RepositoryName:
    """The repository that the job belongs to. Raises InputError where the settings have none, or no ``owner/name``."""
    parts = FULL_NAME.fullmatch(github.repository)
    if parts is None:
        raise InputError(f"{REPOSITORY} is not set to a repository.", "Write it like owner/name.")
    return RepositoryName(parts[1], parts[2])
