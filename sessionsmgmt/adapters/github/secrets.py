"""The secret that holds a credential: of a repository, of one of its environments, or of an organization.

Each of the three has a path, a permission and a public key of its own. GitHub used to accept a value sealed for another
key, and the secret was empty from then on; so the key is never guessed. PyGithub's own calls ask for the key
every time and hide why a secret can't be deleted. So its requester makes the calls here ("REST API endpoints for GitHub
Actions secrets").
"""

from __future__ import annotations

import base64
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, NoReturn, TypeVar
from urllib.parse import quote, urlencode

from nacl.encoding import Base64Encoder
from nacl.public import PublicKey, SealedBox

from sessionsmgmt.adapters.github.access import RepositoryName
from sessionsmgmt.adapters.github.client import DeclinedError, Hub, Purpose
from sessionsmgmt.adapters.github.paging import every, numbered
from sessionsmgmt.config.model import Credentials, Scope
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.errors import InputError, RefusedError
from sessionsmgmt.ports.credentials import Sealed
from sessionsmgmt.secret_masking import Secret

LARGEST = 48 * 1024
"""Bytes that a secret may have (GitHub, "Secrets reference")."""

PERMISSIONS: Mapping[Scope, str] = {
    Scope.REPOSITORY: "secrets",
    Scope.ENVIRONMENT: "environments",
    Scope.ORGANIZATION: "organization_secrets",
}
"""The permission that writing needs, by its name for Apps and fine-grained tokens."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,254}")

Json = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """Where secrets are stored: their path in the API, and the ``title`` by which a sentence names our secret there."""

    path: str
    title: str
    permission: str
    shared: bool = False
    """Whether the secret is an organization's. Such a secret has a list of the repositories that may use it."""


@dataclass(frozen=True, slots=True)
class _Key:
    """The public key of a place, and GitHub's id for it."""

    id: str
    key: PublicKey


def place(settings: Credentials, repository: RepositoryName) -> Place:
    """The place of the secret that sessions.yml names. Raises InputError for a name that GitHub does not accept."""
    if not _NAME.fullmatch(settings.secret) or settings.secret.upper().startswith("GITHUB_"):
        raise InputError(
            "credentials.secret is no name for a secret.",
            "It has letters, digits and underscores, does not begin with a digit, and not with GITHUB_.",
        )
    permission = PERMISSIONS[settings.scope]
    match settings.scope:
        case Scope.REPOSITORY:
            return Place(
                f"/repos/{repository}/actions/secrets", f"the repository's secret {settings.secret}", permission
            )
        case Scope.ENVIRONMENT:
            name = settings.environment
            path = f"/repos/{repository}/environments/{quote(name, safe='')}/secrets"
            return Place(path, f"the secret {settings.secret} of the environment '{name}'", permission)
        case Scope.ORGANIZATION:
            name = settings.organization
            path = f"/orgs/{quote(name, safe='')}/actions/secrets"
            return Place(path, f"the secret {settings.secret} of the organization '{name}'", permission, shared=True)


@dataclass(frozen=True, slots=True)
class GitHubSecret:
    """One secret in its place. See ``ports.SecretStore``."""

    hub: Hub
    place: Place
    name: str
    repository: RepositoryName
    _keys: list[_Key] = field(default_factory=list, repr=False)
    _audiences: list[Json] = field(default_factory=list, repr=False)

    @property
    def title(self) -> str:
        """The secret as a sentence names it."""
        return self.place.title

    def seal(self, value: Secret) -> Sealed:
        """Seal the value for this place alone. See ``ports.SecretStore``."""
        data = value.reveal().encode("utf-8")
        if len(data) > LARGEST:
            raise InputError(f"The credential is too large for {self.title}.", "GitHub takes 48 KB at most.")
        if not self._keys:
            self._keys.append(self._ask_for_key())
        if self.place.shared and not self._audiences:
            self._audiences.append(self._audience())
        key = self._keys[0]
        box = SealedBox(key.key).encrypt(data)
        return Sealed(base64.b64encode(box).decode("ascii"), key.id)

    def put(self, sealed: Sealed) -> bool:
        """Write it. Writing it twice does no harm. See ``ports.SecretStore``."""
        if self.place.shared and not self._audiences:
            self._audiences.append(self._audience())
        body = {"encrypted_value": sealed.text, "key_id": sealed.key_id, **(self._audiences or [{}])[0]}
        try:
            self._ask("PUT", self._path(self.name), "storing the credential", _nothing, body, _UNFIT)
        except DeclinedError as declined:
            if declined.status != HTTPStatus.UNPROCESSABLE_ENTITY:
                self._missing()
            if "maximum number" in declined.message.lower():
                raise RefusedError(
                    f"There is no room left for {self.title}.", "GitHub keeps so many secrets in one place and no more."
                ) from None
            self._keys.clear()
            return False
        return True

    def written(self) -> datetime | None:
        """The instant of the last update, by GitHub's clock. See ``ports.SecretStore``."""
        try:
            return self._ask("GET", self._path(self.name), "looking at the secret", _updated, expected=_ABSENT)
        except DeclinedError:
            return None  # whether the place itself is missing shows when the key is asked for

    def delete(self) -> bool:
        """Delete it. See ``ports.SecretStore``."""
        try:
            self._ask("DELETE", self._path(self.name), "deleting the secret", _nothing, expected=_ABSENT)
        except DeclinedError:
            return False
        return True

    def by_hand(self, sealed: Sealed) -> str:
        """One call of GitHub's own command line program, ``gh``. See ``ports.SecretStore``."""
        fields = [f"-f encrypted_value={sealed.text}", f"-f key_id={shlex.quote(sealed.key_id)}"]
        for audience in self._audiences:
            fields.append(f"-f visibility={audience['visibility']}")
            fields += [f"-F 'selected_repository_ids[]={id_}'" for id_ in audience.get("selected_repository_ids", ())]
        return " ".join(["gh api -X PUT", shlex.quote(self._path(self.name).lstrip("/")), *fields])

    def _ask_for_key(self) -> _Key:
        """The current public key. Whoever may write secrets may read it."""
        try:
            return self._ask("GET", self._path("public-key"), "asking for the secret's key", _key, expected=_ABSENT)
        except DeclinedError:
            self._missing()

    def _audience(self) -> Json:
        """The repositories that may use an organization's secret: as it is now, or this one alone if the secret is new.

        GitHub needs them again with every value.
        """
        doing = "looking at who may use the secret"
        try:
            visibility = self._ask(
                "GET", self._path(self.name), doing, lambda reply: str(reply["visibility"]), None, _ABSENT
            )
        except DeclinedError:
            only = self._ask("GET", f"/repos/{self.repository}", doing, _id)
            return {"visibility": _SELECTED, "selected_repository_ids": [only]}
        if visibility != _SELECTED:
            return {"visibility": visibility}
        return {"visibility": _SELECTED, "selected_repository_ids": self._selected(doing)}

    def _selected(self, doing: str) -> list[int]:
        """The repositories that an organization chose for the secret, page by page."""

        def page(number: int) -> list[int]:
            path = f"{self._path(self.name)}/repositories?{urlencode(numbered(number))}"
            return self._ask("GET", path, doing, lambda reply: [_id(chosen) for chosen in reply["repositories"]])

        return list(every(page))

    def _path(self, name: str) -> str:
        return f"{self.place.path}/{name}"

    def _ask(
        self,
        verb: str,
        path: str,
        doing: str,
        take: Callable[[Json], T],
        body: Json | None = None,
        expected: frozenset[int] = frozenset(),
    ) -> T:
        """What ``take`` returns for the reply. A reply that ``take`` fails on counts as none.

        An error names the permission for writing, even where reading alone was refused.
        """

        def call() -> T:
            _, data = self.hub.api.requester.requestJsonAndCheck(verb, path, input=body)
            return take(data or {})

        return self.hub.repeat(call, Purpose(doing, f"{self.place.permission}: write"), expected)

    def _missing(self) -> NoReturn:
        """Raise RefusedError for "not found", which is also GitHub's answer about a place that may not be seen."""
        raise RefusedError(
            f"GitHub finds no place for {self.title}, or {self.hub.variable} may not see it.",
            f"Check 'credentials' in sessions.yml and GITHUB_REPOSITORY, and that the token has the permission "
            f"'{self.place.permission}: write'.",
        ) from None


_ABSENT = frozenset({int(HTTPStatus.NOT_FOUND)})
_UNFIT = frozenset({int(HTTPStatus.NOT_FOUND), int(HTTPStatus.UNPROCESSABLE_ENTITY)})
_SELECTED = "selected"


def _nothing(reply: Json) -> None:
    """Raise ValueError for a reply with content: GitHub's reply to a write has none, but another server may answer."""
    if reply:
        raise ValueError("this is not GitHub's reply")


def _key(reply: Json) -> _Key:
    return _Key(str(reply["key_id"]), PublicKey(str(reply["key"]).encode("ascii"), Base64Encoder))


def _updated(reply: Json) -> datetime:
    return datetime.fromisoformat(str(reply["updated_at"])).astimezone(UTC)


def _id(reply: Json) -> int:
    return int(reply["id"])
