"""The health checks of GitHub: token, repository, secret, workflows. None of them changes anything."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import quote

from sessionsmgmt.adapters.github.access import RepositoryName
from sessionsmgmt.adapters.github.app import is_unknown
from sessionsmgmt.adapters.github.client import DeclinedError, Hub, Purpose
from sessionsmgmt.adapters.github.visibility import is_private
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.errors import InputError, RefusedError, SessionsError
from sessionsmgmt.ports.credentials import SecretStore
from sessionsmgmt.ports.health import Check, Finding, Health, failed

IDLE = timedelta(days=60)
"""The time without a push after which GitHub switches off the schedules of a public repository ("Disabling and enabling
a workflow")."""

SOON = timedelta(days=14)
"""How long before that time, or before the end of a token, a note is given."""

KINDS: Mapping[str, str] = {
    "github_pat_": "a fine-grained token of a person",
    "ghp_": "a classic token of a person",
    "gho_": "a token that a person signed in for",
    "ghu_": "a token of an App in a person's name",
}
"""The kind of a token by its beginning ("GitHub's token formats"). The length says nothing."""

OURS = "sessions-"
"""The beginning of the names of the workflows that ``init`` writes."""

Headers = Mapping[str, str]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Here:
    """The repository, as the token sees it. ``today`` is aware."""

    hub: Hub
    name: RepositoryName
    today: datetime

    def get(self, path: str, purpose: Purpose, take: Callable[[Any, Headers], T], expected: Collection[int] = ()) -> T:
        """What ``take`` returns for the document below the repository, and for its headers.

        A document that ``take`` fails on counts as no reply. Raises as ``Hub.repeat`` does.
        """

        def call() -> T:
            headers, document = self.hub.api.requester.requestJsonAndCheck("GET", f"/repos/{self.name}{path}")
            return take(document, {name.lower(): str(value) for name, value in headers.items()})

        return self.hub.repeat(call, purpose, expected)


def guarded(topic: str, look: Callable[[], Iterable[Finding]]) -> Check:
    """A check that never raises a SessionsError: an error of ``look`` becomes a row on the topic."""

    def check() -> Iterator[Finding]:
        try:
            yield from look()
        except SessionsError as error:
            yield failed(topic, error)

    return check


def token(here: Here, text: str, *, in_actions: bool) -> Iterator[Finding]:
    """The kind of the token, whether GitHub accepts it, and when it ends; then the repository."""
    purpose = Purpose("looking at the repository", "metadata: read")
    headers, repository = here.get("", purpose, lambda document, headers: (headers, _Repository.of(document)))
    kind = next((name for start, name in KINDS.items() if text.startswith(start)), "")
    if text.startswith("ghs_"):
        kind = "the job's own token" if in_actions else "a token of an App"
    yield Finding(
        "GitHub token", Health.GOOD, f"GitHub accepts {here.hub.variable}: {kind or 'of a kind unknown here'}."
    )
    if "x-oauth-scopes" in headers:
        yield _scopes(headers["x-oauth-scopes"])
    yield from _ending(here, headers.get("github-authentication-token-expiration", ""))
    yield from _repository(repository, here.today)


def permissions(here: Here, needed: Mapping[str, str]) -> Iterator[Finding]:
    """Whether these permissions are given, as far as reading shows it. ``needed`` has a path to read for each."""
    for permission, path in needed.items():
        name, _, level = permission.partition(": ")
        here.get(path, Purpose(f"looking at {name.replace('-', ' ')}", permission), _nothing)
        text = "Reading is permitted." if level == "write" else "It is permitted."
        advice = "That writing is too, only writing shows: the job's 'permissions:' must say so."
        yield Finding(f"permission {permission}", Health.GOOD, text, advice if level == "write" else "")


def secret(
    open_store: Callable[[], AbstractContextManager[SecretStore]], rotate_after: timedelta, today: datetime
) -> Iterator[Finding]:
    """Whether the secret with the credential is there, and whether it is renewed as often as sessions.yml says."""
    with open_store() as store:
        written, title = store.written(), store.title
    if written is None:
        advice = "Run 'sessionsmgmt auth login' with what may write it, or store the credential there by hand."
        yield Finding("secret", Health.BAD, f"GitHub has not {title}.", advice, InputError)
        return
    age = today - written
    text = f"{title[:1].upper()}{title[1:]} is there, written {max(age.days, 0)} day(s) ago."
    if age > rotate_after + timedelta(days=1):
        advice = f"It is due every {rotate_after.days} day(s): does the job that renews it run? Its log says why not."
        yield Finding("secret", Health.NOTE, text, advice)
    else:
        yield Finding("secret", Health.GOOD, text)


def environment(here: Here, name: str) -> Iterator[Finding]:
    """Whether the repository has the environment that sessions.yml names for the secret."""
    purpose = Purpose("looking at the environment", "actions: read")
    try:
        here.get(f"/environments/{quote(name, safe='')}", purpose, _nothing, {HTTPStatus.NOT_FOUND})
    except DeclinedError:
        text = "The repository has no environment of the name in sessions.yml."
        advice = "Make it in the repository's settings, under Environments, or correct 'credentials.environment'."
        yield Finding("environment", Health.BAD, text, advice, RefusedError)
    else:
        yield Finding("environment", Health.GOOD, "It is there.")


def workflows(here: Here) -> Iterator[Finding]:
    """Whether the workflows that ``init`` writes, or else all workflows, are switched on."""
    purpose = Purpose("looking at the workflows", "actions: read")
    states = here.get("/actions/workflows?per_page=100", purpose, _states)
    ours = [(name, state) for name, state in states if name.startswith(OURS)] or states
    if not ours:
        advice = "Run 'sessionsmgmt init' and push what it writes, if notices are to go out by themselves."
        yield Finding("workflows", Health.NOTE, "The repository has no workflow.", advice)
    for name, state in ours:
        topic = f"workflow {name}"
        if state == "active":
            yield Finding(topic, Health.GOOD, "It is switched on.")
        else:
            why = "GitHub switched it off after 60 days without a push." if state == "disabled_inactivity" else _OFF
            yield Finding(topic, Health.BAD, why, "Open it under Actions, and press 'Enable workflow'.")


def app(here: Here, permission: str) -> Iterator[Finding]:
    """Whether the App that writes the secret is installed and has the permission. ``here`` asks as the App itself."""
    purpose = Purpose("looking at the App", f"{permission}: write")
    try:
        suspended, level = here.get("/installation", purpose, partial(_installed, permission), {HTTPStatus.NOT_FOUND})
    except DeclinedError as declined:
        if is_unknown(declined):
            raise declined.refusal from None
        text, advice = "It is not installed on this repository.", "Install it: the App's settings, 'Install App'."
        yield Finding("GitHub App", Health.BAD, text, advice, RefusedError)
        return
    if suspended:
        advice = "Whoever installed it can lift that, in the settings under GitHub Apps."
        yield Finding("GitHub App", Health.BAD, "It is installed here, but suspended.", advice, RefusedError)
    elif level != "write":
        text = f"It is installed here, but lacks the permission '{permission}: write'."
        advice = "Give it that in the App's settings, and accept it where it is installed."
        yield Finding("GitHub App", Health.BAD, text, advice, RefusedError)
    else:
        yield Finding("GitHub App", Health.GOOD, f"It is installed here, with '{permission}: write'.")


def _scopes(header: str) -> Finding:
    """The scopes of a classic token, which opens everything that its owner may open."""
    scopes = {scope.strip() for scope in header.split(",")} - {""}
    if "repo" not in scopes:
        return Finding("GitHub token", Health.BAD, "The scope 'repo' is missing.", _FINE_GRAINED, RefusedError)
    return Finding("GitHub token", Health.NOTE, "It opens every repository of its owner.", _FINE_GRAINED)


def _ending(here: Here, header: str) -> Iterator[Finding]:
    """A note where the token ends soon. GitHub names no date for most tokens."""
    try:
        ends = datetime.strptime(header.removesuffix(" UTC"), "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return
    left = ends - here.today
    if left <= SOON:
        text = f"{here.hub.variable} ends in {max(left.days, 0)} day(s)."
        yield Finding("GitHub token", Health.NOTE, text, "Make a new one before that, and store it.")


@dataclass(frozen=True, slots=True)
class _Repository:
    """The repository. ``pushed`` is aware and in UTC."""

    private: bool
    archived: bool
    pushed: datetime

    @classmethod
    def of(cls, document: Any) -> _Repository:
        return cls(
            is_private(document) is True,
            document.get("archived") is True,
            datetime.fromisoformat(str(document["pushed_at"])).astimezone(UTC),
        )


def _repository(repository: _Repository, today: datetime) -> Iterator[Finding]:
    """Who can read the repository, and whether its schedule still runs."""
    if repository.private:
        yield Finding("repository", Health.GOOD, "It is private.")
    else:
        yield Finding("repository", Health.BAD, _PUBLIC, _MAKE_PRIVATE)
    if repository.archived:
        yield Finding("repository", Health.BAD, "It is archived: nothing runs.", "Unarchive it.", RefusedError)
    idle = today - repository.pushed
    if not repository.private and IDLE - idle <= SOON:
        text = f"Nothing was pushed for {idle.days} days; after {IDLE.days} GitHub stops the schedule."
        yield Finding("schedule", Health.NOTE, text, "Push something, such as a comment in sessions.yml.")


def _states(document: Any, _: Headers) -> list[tuple[str, str]]:
    """The names of the workflows' files, and their states."""
    workflows = document["workflows"]
    return [(str(workflow["path"]).rpartition("/")[2], str(workflow["state"])) for workflow in workflows]


def _installed(permission: str, document: Any, _: Headers) -> tuple[bool, str]:
    """Whether the App is suspended, and the level of the permission that it has."""
    return bool(document.get("suspended_at")), str(document["permissions"].get(permission, ""))


def _nothing(_: Any, __: Headers) -> None:
    """Only that there is a document matters."""


_OFF = "It is switched off."
_FINE_GRAINED = "A fine-grained token for this repository alone is enough, and safer."
_PUBLIC = "It is not private: the notices are about minors, and strangers can read sessions.yml and when they leave."
_MAKE_PRIVATE = "Make it private: the repository's settings, General, Danger Zone. Then delete the logs of the runs."
