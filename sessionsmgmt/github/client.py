"""One way to GitHub for every call: one connection, an explicit timeout, and one place that decides who tries again.

PyGithub by itself sends a POST again after a 5xx, which would be a second issue, and waits for a rate limit for up to
an hour. Both are off; a call goes through ``Hub.repeat`` or ``Hub.once``, and the name says what it can stand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TypeVar

import requests
from github import Auth, BadAttributeException, Github, GithubException
from github.Repository import Repository

from sessionsmgmt.errors import InputError, RefusedError, UnreachableError
from sessionsmgmt.patience import Later, Patience, persist, retry_after
from sessionsmgmt.roots import root
from sessionsmgmt.secret_faults import word_fault

T = TypeVar("T")

TOKEN = "GITHUB_TOKEN"  # noqa: S105 - the name of the variable, not what is in it
REPOSITORY = "GITHUB_REPOSITORY"
PUBLIC = "https://api.github.com"
TIMEOUT = 30
"""Seconds to wait for a connection, and again for each piece of a reply."""

SECONDARY_WAIT = 60.0
"""The least seconds to wait where a limit names none (GitHub, "Rate limits for the REST API")."""

_FULL_NAME = re.compile(r"([A-Za-z0-9][\w-]{0,99})/((?!\.{1,2}$)[\w.-]{1,100})", re.ASCII)
_PERMISSIONS = re.compile(r"[a-z_]+=(?:read|write|admin)(?:,\s*[a-z_]+=(?:read|write|admin))*")
_SECONDS = re.compile(r"[0-9]{1,11}")
_BROKEN = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)
_STRANGE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    BadAttributeException,
    KeyError,
    requests.RequestException,
    RuntimeError,
    TypeError,
    ValueError,
)
"""How PyGithub fails on a reply that is not GitHub's: a web page, half a document, a redirection elsewhere."""


class DeclinedError(Exception):
    """GitHub said no in a way the caller said it expects. ``message`` is GitHub's own, to compare and not to show."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(status)
        self.status = status
        self.message = message


class UncertainError(UnreachableError):
    """Nobody knows whether GitHub did what was asked once. Whoever can look catches this; else the run ends with 5."""


@dataclass(frozen=True, slots=True)
class Access:
    """What calls are allowed by, and the environment variable it came from: errors name that and never the value."""

    variable: str
    auth: Auth.Auth = field(repr=False)


@dataclass(frozen=True, slots=True)
class RepositoryName:
    """A repository, as ``owner/name``."""

    owner: str
    name: str

    def __str__(self) -> str:
        return f"{self.owner}/{self.name}"


@dataclass(frozen=True, slots=True)
class Purpose:
    """What calls are for, as messages say it ("reading the ledger"), and the permission they need ("contents: read").

    The permission is told where GitHub's own reply does not name one.
    """

    doing: str
    permission: str


def token(environ: Mapping[str, str], variable: str = TOKEN) -> Access:
    """The token in the variable. Raises InputError where there is none."""
    value = environ.get(variable, "").strip()
    if not value:
        raise InputError(
            f"{variable} is not set: GitHub is asked with it.",
            "In a workflow it is handed on by the action; elsewhere, put a token of yours there.",
        )
    fault = word_fault(value) or ("" if value.isascii() and value.isprintable() else "is no token")
    if fault:
        raise InputError(f"{variable} {fault}.", "Store it again, whole and with nothing around it.")
    return Access(variable, Auth.Token(value))


def repository(environ: Mapping[str, str]) -> RepositoryName:
    """The repository the job belongs to. Raises InputError where the variable is missing or no ``owner/name``."""
    found = _FULL_NAME.fullmatch(environ.get(REPOSITORY, "").strip())
    if found is None:
        raise InputError(f"{REPOSITORY} is not set to a repository.", "Write it like owner/name.")
    return RepositoryName(found[1], found[2])


def connect(access: Access, environ: Mapping[str, str], patience: Patience, timeout: int = TIMEOUT) -> Hub:
    """The way to GitHub with that access; nothing is asked yet. ``timeout`` is in seconds.

    Goes to the root that GITHUB_API_URL names. Raises InputError where that is refused (see ``roots.root``).
    """
    api = Github(
        auth=access.auth,
        base_url=root(environ, "GITHUB_API_URL") or PUBLIC,
        timeout=timeout,
        user_agent="sessionsmgmt",
        per_page=100,
        retry=None,  # urllib3's own none, instead of PyGithub's ten
        seconds_between_requests=None,  # a run makes a handful of requests, far below what the pauses are for
        seconds_between_writes=None,
        lazy=True,  # or naming a repository would ask for it first
    )
    return Hub(api, access.variable, patience)


@dataclass(frozen=True, slots=True)
class Hub:
    """GitHub, as one run asks it. ``variable`` names where the access came from."""

    api: Github = field(repr=False)
    variable: str
    patience: Patience = Patience()

    def repository(self, name: RepositoryName) -> Repository:
        """The repository to make calls on; this alone asks nothing."""
        return self.api.get_repo(str(name))

    def repeat(self, call: Callable[[], T], purpose: Purpose, expected: Collection[int] = ()) -> T:
        """What the call returns, made again while that can help and the time lasts.

        Only for calls that may take effect twice: those that read, those that set what may be set again, and those
        that GitHub refuses the second time. Raises DeclinedError for a status that is ``expected``, else RefusedError
        or UnreachableError. A reply whose parts are not as the call needs them counts as none, so the call should take
        from it what it needs.
        """

        def attempt() -> T | Later:
            try:
                return call()
            except GithubException as error:
                wait = _limit(error, self.patience)
                if wait is None and error.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                    raise self._refusal(error, purpose, expected) from None
                asked = retry_after(_headers(error), self.patience.today())
                return Later(f"it answered {error.status}", asked if wait is None else wait)
            except _BROKEN as error:
                return Later(f"the connection failed ({type(error).__name__})")
            except _STRANGE:
                return Later("it answered nothing of use")

        return persist(attempt, "GitHub", self.patience)

    def once(self, call: Callable[[], T], purpose: Purpose, expected: Collection[int] = ()) -> T:
        """What the call returns, for one that must not take effect twice, such as making an issue.

        It is made again only where a rate limit turned it away before anything was done. Raises UncertainError where
        nobody knows whether it was done, and otherwise as ``repeat`` does.
        """
        uncertain = UncertainError(
            f"GitHub did not say whether {purpose.doing} worked.", "Look there; the next run goes on."
        )

        def attempt() -> T | Later:
            try:
                return call()
            except GithubException as error:
                wait = _limit(error, self.patience)
                if wait is not None:
                    return Later(f"it answered {error.status}", wait)
                if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                    raise uncertain from None
                raise self._refusal(error, purpose, expected) from None
            except (*_BROKEN, *_STRANGE):
                raise uncertain from None

        return persist(attempt, "GitHub", self.patience)

    def _refusal(self, error: GithubException, purpose: Purpose, expected: Collection[int]) -> Exception:
        """The exception to end with. PyGithub's own holds bodies and headers and goes no further."""
        if error.status in expected:
            return DeclinedError(error.status, _message(error))
        match error.status:
            case HTTPStatus.UNAUTHORIZED:
                return RefusedError(
                    f"GitHub does not accept what {self.variable} holds.",
                    "It may have expired or been withdrawn: store a new one there.",
                )
            case HTTPStatus.FORBIDDEN:
                return RefusedError(
                    f"GitHub does not allow {purpose.doing} with {self.variable}.",
                    _remedy(self.variable, _needed(error, purpose)),
                )
            case HTTPStatus.NOT_FOUND:
                return RefusedError(
                    f"GitHub finds nothing for {purpose.doing}: the repository is another one, or {self.variable} "
                    "may not see it.",
                    f"Check {REPOSITORY}. {_remedy(self.variable, purpose.permission)}",
                )
            case status:
                return RefusedError(f"GitHub refuses {purpose.doing} ({status}).", "Please report this.")


def _remedy(variable: str, permission: str) -> str:
    if variable == TOKEN:
        return f"Add '{permission}' to the 'permissions:' of the job."
    return f"Give it the permission '{permission}'."


def _headers(error: GithubException) -> Mapping[str, str]:
    return {name.lower(): str(value) for name, value in (error.headers or {}).items()}


def _message(error: GithubException) -> str:
    message = error.data.get("message") if isinstance(error.data, dict) else None
    return message if isinstance(message, str) else ""


def _needed(error: GithubException, purpose: Purpose) -> str:
    """The permissions GitHub names for the call, as a workflow writes them; the purpose's own where it names none.

    The header has alternatives apart by semicolons (GitHub, "Troubleshooting the REST API"); the first will do. Where
    one is about the same permission as the purpose, that knows better: the next call may need more of it.
    """
    alternatives = [one.strip() for one in _headers(error).get("x-accepted-github-permissions", "").split(";")]
    named, known = alternatives[0], purpose.permission.partition(":")[0].replace("-", "_")
    if not _PERMISSIONS.fullmatch(named) or any(one.startswith(f"{known}=") for one in alternatives):
        return purpose.permission
    return "' and '".join(one.strip().replace("=", ": ") for one in named.split(","))


def _limit(error: GithubException, patience: Patience) -> float | None:
    """The seconds a rate limit asks to wait; None where the reply is not about one.

    GitHub, "Rate limits for the REST API": Retry-After where there is one, else the reset where nothing remains, else
    at least a minute. A limit is a 429 or a 403, and a 403 is mostly something else.
    """
    headers, today = _headers(error), patience.today()
    spent = headers.get("x-ratelimit-remaining") == "0"
    told = spent or "retry-after" in headers or "rate limit" in _message(error).lower()
    if error.status != HTTPStatus.TOO_MANY_REQUESTS and not (error.status == HTTPStatus.FORBIDDEN and told):
        return None
    if "retry-after" in headers:
        return retry_after(headers, today)
    reset = headers.get("x-ratelimit-reset", "")
    if spent and _SECONDS.fullmatch(reset):
        return max(0.0, int(reset) + 1 - today.timestamp())  # it may be at the end of that second
    return SECONDARY_WAIT
