"""The client of GitHub that every call goes through: one connection, an explicit timeout, and one rule for retries.

PyGithub by itself sends a POST again after a 5xx, which would make a second issue, and it waits up to an hour for a
rate limit. Both are switched off. A call goes through ``Hub.repeat`` if it may be made twice, and else through
``Hub.once``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import field, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

import requests
from github import Auth, BadAttributeException, Github, GithubException
from github.Repository import Repository

from sessionsmgmt.adapters.github.access import FULL_NAME, Access, RepositoryName
from sessionsmgmt.adapters.github.connections import bound
from sessionsmgmt.adapters.github.errors import FailedCall, Reply, details, refusal, safe
from sessionsmgmt.adapters.github.redirections import MovedError, NoRedirect
from sessionsmgmt.base_urls import base_url
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.errors import RefusedError, UnreachableError
from sessionsmgmt.retry import RetryLater, RetryPolicy, retry, retry_after
from sessionsmgmt.settings import API_URL, REPOSITORY, GitHubSettings

if TYPE_CHECKING:
    pass

T = TypeVar("T")

PUBLIC = "https://api.github.com"
TIMEOUT = 30
"""Seconds to wait for a connection, and for all of a reply."""

SECONDARY_WAIT = 60.0
"""The least seconds to wait where a limit names none (GitHub, "Rate limits for the REST API")."""

_NUMBERED = re.compile(r"/repositories/[0-9]{1,20}(?=/|$)")
_NAMED = re.compile(r"/repos/([^/?#]+)/([^/?#]+)")
_LIMITED = re.compile(
    r"rate limit|abuse detection|temporarily blocked from content creation|please wait a few minutes"
    r"|please retry your request again later",
    re.IGNORECASE,
)
_FOR_GOOD = frozenset({301, 308})
_NEW_NAME = f"In Actions the next run goes by the new name; elsewhere, write it into {REPOSITORY}."
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
"""The errors of PyGithub for a reply that is not GitHub's, such as a web page or half a document."""


class DeclinedError(Exception):
    """GitHub refused with a status that the caller expects.

    ``message`` is GitHub's own: it may be compared and must not be shown. ``refusal`` is the error to end with where
    the caller does not expect this message.
    """

    def __init__(self, status: int, message: str, refusal: RefusedError) -> None:
        super().__init__(status)
        self.status = status
        self.message = message
        self.refusal = refusal


class UncertainError(UnreachableError):
    """It is not known whether GitHub did what was asked once. A caller that can look it up catches this."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """What calls are for, as messages say it ("reading the ledger"), and the permission they need ("contents: read").

    Messages name the permission where GitHub's own reply does not name one.
    """

    doing: str
    permission: str


def connect(access: Access, github: GitHubSettings, retry_policy: RetryPolicy, timeout: int = TIMEOUT) -> Hub:
    """The client of GitHub with that access. It asks nothing yet. ``timeout`` is in seconds.

    Goes to the base URL of GITHUB_API_URL. Raises InputError where that is refused (see ``base_urls.base_url``).
    """
    api = Github(
        auth=access.auth,
        base_url=base_url(github.api_url, API_URL) or PUBLIC,
        timeout=timeout,
        user_agent="sessionsmgmt",
        per_page=100,
        retry=NoRedirect(0, read=False),  # none, as requests has it, instead of PyGithub's ten
        seconds_between_requests=None,  # a run makes a handful of requests, far below what the pauses are for
        seconds_between_writes=None,
        lazy=True,  # or naming a repository would ask for it first
    )
    bound(api)
    return Hub(api, access.variable, retry_policy, Home(github.repository, github.repository_id))


@dataclass(frozen=True, slots=True)
class Home:
    """The job's repository by the environment: its full name, and its number, which stays the same under a new name.

    Either is empty where the environment does not have it.
    """

    name: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Hub:
    """The client of one run. ``variable`` is the environment variable that the access came from."""

    api: Github = field(repr=False)
    variable: str
    retry_policy: RetryPolicy = RetryPolicy()
    home: Home = Home()

    def repository(self, name: RepositoryName) -> Repository:
        """The repository, to make calls on. This alone asks nothing."""
        return self.api.get_repo(str(name))

    def repeat(self, call: Callable[[], T], purpose: Purpose, expected: Collection[int] = ()) -> T:
        """What the call returns. It is made again while that can help and the time lasts.

        Only for calls that may take effect twice: calls that read, that set what may be set again, or that GitHub
        refuses the second time. The call must take what it needs from the reply, since a reply that lacks it counts as
        none. Raises DeclinedError for a status that is ``expected``, else RefusedError or UnreachableError.
        """

        def attempt() -> T | RetryLater:
            try:
                return call()
            except GithubException as error:
                wait = _limit(error, self.retry_policy)
                if wait is None and error.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                    raise self._refusal(error, purpose, expected) from None
                pause = retry_after(_headers(error), self.retry_policy.today())
                return RetryLater(f"it answered {error.status}", pause if wait is None else wait)
            except MovedError as moved:
                if (refused := self._elsewhere(moved, purpose)) is None:
                    return RetryLater("it answered with the address of another server")
                raise refused from None
            except _BROKEN as error:
                return RetryLater(f"the connection failed ({type(error).__name__})")
            except _STRANGE:
                return RetryLater("it answered nothing of use")

        return retry(attempt, "GitHub", self.retry_policy)

    def once(self, call: Callable[[], T], purpose: Purpose, expected: Collection[int] = ()) -> T:
        """What the call returns, for a call that must not take effect twice, such as making an issue.

        It is made again only where a rate limit refused it before anything was done. Raises UncertainError where it is
        not known whether it was done, and otherwise as ``repeat`` does.
        """
        uncertain = UncertainError(
            f"GitHub did not say whether {purpose.doing} worked.", "Look there; the next run goes on."
        )

        def attempt() -> T | RetryLater:
            try:
                return call()
            except GithubException as error:
                wait = _limit(error, self.retry_policy)
                if wait is not None:
                    return RetryLater(f"it answered {error.status}", wait)
                if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                    raise uncertain from None
                raise self._refusal(error, purpose, expected) from None
            except MovedError as moved:
                raise self._elsewhere(moved, purpose) or uncertain from None
            except (*_BROKEN, *_STRANGE):
                raise uncertain from None

        return retry(attempt, "GitHub", self.retry_policy)

    def _refusal(self, error: GithubException, purpose: Purpose, expected: Collection[int]) -> Exception:
        """The error to end with. PyGithub's own error is dropped, since it has bodies and headers."""
        reply = Reply(error.status, _message(error), _headers(error))
        missing = error.status == HTTPStatus.NOT_FOUND and error.status not in expected
        if missing and (renamed := self._renamed()):
            return renamed
        detailed = replace(reply, message=_message_with_details(error))
        failed_call = FailedCall(purpose.doing, purpose.permission, self.variable)
        refused = refusal(detailed, failed_call, self.retry_policy.today(), self._secrets())
        return DeclinedError(reply.status, reply.message, refused) if error.status in expected else refused

    def _elsewhere(self, moved: MovedError, purpose: Purpose) -> RefusedError | None:
        """The error for a redirection, which is not followed; None where it is not GitHub's."""
        base = self.api.requester.base_url
        target = urlsplit(urljoin(f"{base}/", moved.location))
        if _server(target) != _server(urlsplit(base)):
            if moved.status not in _FOR_GOOD:
                return None
            return RefusedError(
                f"{urlsplit(base).hostname} answers {purpose.doing} with the address of another server, "
                f"{safe(target.hostname or 'without a name')}. It was not asked: the token is for the first one.",
                "If GitHub has moved, set GITHUB_API_URL to its new address.",
            )
        named = _NAMED.search(target.path)
        new = f"{unquote(named[1])}/{unquote(named[2])}" if named else self._name(_NUMBERED.search(target.path))
        old = _NAMED.search(moved.path)
        return _otherwise(f"{unquote(old[1])}/{unquote(old[2])}" if old else "", new, purpose)

    def _renamed(self) -> RefusedError | None:
        """The error for a job's repository that has a new name; None where it is not known to have one."""
        name = self._name(_NUMBERED.fullmatch(f"/repositories/{self.home.number}"))
        is_other = name and name.casefold() != self.home.name.casefold()
        return _otherwise(self.home.name, name, Purpose("", "")) if is_other else None

    def _name(self, number: re.Match[str] | None) -> str:
        """The full name of the repository of that number, asked for once; empty where GitHub does not give it."""
        if number is None:
            return ""
        try:
            _, document = self.api.requester.requestJsonAndCheck("GET", number[0])
            name = document["full_name"]
        except (GithubException, MovedError, *_BROKEN, *_STRANGE):
            return ""
        return name if isinstance(name, str) and FULL_NAME.fullmatch(name) else ""

    def _secrets(self) -> frozenset[str]:
        """The texts that must not be shown, even if a reply repeats them."""
        auth = self.api.requester.auth
        return frozenset({auth.token} if isinstance(auth, Auth.Token) else ())


def _server(address: SplitResult) -> tuple[str, str, int | None]:
    """The scheme, host and port of an address; the port is None where it is no number."""
    try:
        port = address.port or {"https": 443, "http": 80}.get(address.scheme)
    except ValueError:
        port = None
    return address.scheme, (address.hostname or "").lower(), port


def _otherwise(old: str, new: str, purpose: Purpose) -> RefusedError:
    """The error for a repository with a new name. A name that is not known is empty."""
    old, new = (name if FULL_NAME.fullmatch(name) else "" for name in (old, new))
    if new and new.casefold() == old.casefold():
        return RefusedError(f"GitHub has moved what {purpose.doing} is about to another place.")
    what = f"The repository {old}".rstrip() if old else f"What GitHub is asked for {purpose.doing}"
    if not new:
        return RefusedError(f"{what} is called otherwise now.", f"Look at its page for its new name. {_NEW_NAME}")
    return RefusedError(f"{what} is called {new} now.", _NEW_NAME)


def _headers(error: GithubException) -> Mapping[str, str]:
    return {name.lower(): str(value) for name, value in (error.headers or {}).items()}


def _message(error: GithubException) -> str:
    message = error.data.get("message") if isinstance(error.data, dict) else None
    return message if isinstance(message, str) else ""


def _message_with_details(error: GithubException) -> str:
    """GitHub's message, with its messages about the fields of what was sent."""
    errors = error.data.get("errors") if isinstance(error.data, dict) else None
    of_fields = details(errors) if isinstance(errors, list) else ""
    return f"{_message(error)}: {of_fields}" if of_fields else _message(error)


def _limit(error: GithubException, retry_policy: RetryPolicy) -> float | None:
    """The seconds to wait for a rate limit; None where the reply is not about a rate limit.

    GitHub, "Rate limits for the REST API": the seconds of Retry-After, else the time until the reset where nothing
    remains, else at least a minute. A limit answers 429 or 403, and a 403 mostly means something else.
    """
    headers, today = _headers(error), retry_policy.today()
    spent = headers.get("x-ratelimit-remaining") == "0"
    is_limit = spent or "retry-after" in headers or _LIMITED.search(_message(error))
    if error.status != HTTPStatus.TOO_MANY_REQUESTS and not (error.status == HTTPStatus.FORBIDDEN and is_limit):
        return None
    if "retry-after" in headers:
        return retry_after(headers, today)
    reset = headers.get("x-ratelimit-reset", "")
    if spent and _SECONDS.fullmatch(reset):
        return max(0.0, int(reset) + 1 - today.timestamp())  # it may be at the end of that second
    return SECONDARY_WAIT
