"""A club whose credential is in a secret at GitHub and good at Google, both emulated, for the real command."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qsl

import requests

from sessionsmgmt.adapters.google.scopes import CONTACTS, EVENTS, SEND
from tests.emulators.github import OWNER, REPOSITORY, GitHubEmulator, Repository, Run, Secrets
from tests.emulators.github import World as GitHubWorld
from tests.emulators.google import GoogleEmulator
from tests.emulators.google import World as GoogleWorld
from tests.emulators.http import Watch, unwatched
from tests.end_to_end.harness import AT_GOOGLE, ClubFolder, Ran
from tests.pull_request_events import EVENT

NAME = "GOOGLE_CREDENTIALS"
RUN = 5
NEEDED = frozenset({EVENTS, CONTACTS, SEND})
SETTINGS: Mapping[str, str] = {
    "repository": "credentials: {secret: GOOGLE_CREDENTIALS}\n",
    "environment": "credentials: {secret: GOOGLE_CREDENTIALS, scope: environment, environment: sessions}\n",
    "organization": f"credentials: {{secret: GOOGLE_CREDENTIALS, scope: organization, organization: {OWNER}}}\n",
}
PERMISSIONS = {"repository": "secrets", "environment": "environments", "organization": "organization_secrets"}
TOKEN, PUT, GET, KEY = (
    "oauth.token",
    "actions/create-or-update-*-secret",
    "actions/get-*-secret",
    "actions/get-*-public-key",
)
PRIVATE = ("ada@example.org", "stu@example.org", "Ada Adult", "Bearer")


@dataclass
class RotationClub:
    """``held`` is what is in the secret at first: a credential in a form of its own, with fields nobody here knows.

    ``queued`` and ``attempted`` are how many hours ago the run of the next command was queued, and its attempt.
    """

    folder: ClubFolder
    github: GitHubEmulator
    google: GoogleEmulator
    scope: str = "repository"
    queued: float = 0
    attempted: float = 0
    seen: list[str] = field(default_factory=list)
    job: str = ""

    def __post_init__(self) -> None:
        self.folder.write("sessions.yml", AT_GOOGLE + SETTINGS[self.scope])
        self.job = self.github.world.job_token({"actions": "read", "contents": "read", "issues": "write"})
        self.held = json.dumps({"universe_domain": "é", **json.loads(self.google.credentials), "x": [1, 2]}, indent=2)
        self.secrets.put(
            NAME, self.held.encode(), self.github.world.now - timedelta(days=3), visibility=self.visibility
        )

    @property
    def visibility(self) -> str:
        return "all" if self.scope == "organization" else ""

    @property
    def repository(self) -> Repository:
        return self.github.world.repository()

    @property
    def secrets(self) -> Secrets:
        match self.scope:
            case "environment":
                return self.repository.environments.setdefault("sessions", Secrets())
            case "organization":
                return self.github.world.secrets
            case _:
                return self.repository.secrets

    @property
    def stored(self) -> str:
        return self.secrets.text(NAME)

    def may_write(self) -> str:
        """A fine-grained token that may write the secret."""
        return self.github.world.fine_grained_token({PERMISSIONS[self.scope]: "write", "metadata": "read"})

    def environ(self, **more: str) -> dict[str, str]:
        """What the runner and the workflow set."""
        known = {
            NAME: self.held,
            "SESSIONSMGMT_GOOGLE_ROOT": self.google.root,
            "GITHUB_API_URL": self.github.root,
            "GITHUB_REPOSITORY": f"{OWNER}/{REPOSITORY}",
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_PATH": EVENT,
            "GITHUB_RUN_ID": str(RUN),
            "GITHUB_TOKEN": self.job,
            "SECRETS_TOKEN": more["SECRETS_TOKEN"] if "SECRETS_TOKEN" in more else self.may_write(),
        }
        return {name: value for name, value in {**known, **more}.items() if value}

    def call(self, command: str, *options: str, **env: str) -> Ran:
        """Run the command a minute later, in another run."""
        self.begin()
        now = self.github.world.now.isoformat()
        ran = self.folder.call(command, *options, now=now, env=self.environ(**env))
        self.seen += [ran.out, ran.err, json.dumps(ran.report)]
        return ran

    def begin(self) -> None:
        """Let a minute pass, and another run be under way."""
        self.github.advance(timedelta(minutes=1))
        self.google.advance(timedelta(minutes=1))
        now, head = self.github.world.now, self.repository.head()
        created, started = now - timedelta(hours=self.queued), now - timedelta(hours=self.attempted)
        self.repository.runs[RUN] = Run(RUN, 7, head, created=created, started=started)

    def asked(self) -> list[str]:
        """The calls of both, each service's in their order."""
        return [request.call for request in self.github.requests] + [request.call for request in self.google.requests]

    def works(self, credential: str) -> bool:
        """Whether Google gives an access token for a credential."""
        fields = json.loads(credential)
        form = {name: fields[name] for name in ("client_id", "client_secret", "refresh_token")}
        reply = requests.post(f"{self.google.root}/token", {"grant_type": "refresh_token", **form}, timeout=300)
        return reply.status_code == HTTPStatus.OK

    def secret_texts(self) -> set[str]:
        """Everything that must be seen nowhere, as far as it is known by now."""
        github = {token for token in self.github.world.tokens if not token.startswith("ghs_") or token != self.job}
        issued = {
            value
            for call in self.google.calls(TOKEN)
            for name, value in _fields(call.request.body).items()
            if name in {"refresh_token", "client_secret"}
        }
        stored = json.loads(self.stored) if NAME in self.secrets else {}
        pem = [line for line in self.github.world.app.private_key.splitlines() if not line.startswith("-")]
        texts = {
            *github,
            self.job,
            *issued,
            *pem,
            *(stored.get(name, "") for name in ("refresh_token", "client_secret")),
        }
        return {*(text for text in texts if text), "ya29.emulated-access"}


def _fields(body: bytes) -> dict[str, str]:
    return dict(parse_qsl(body.decode()))


def without_masks(text: str) -> str:
    """What is seen in the log: the runner takes the orders to black something out, and does not show them."""
    return "\n".join(line for line in text.splitlines() if not line.startswith("::add-mask::"))


@contextmanager
def rotation_club(
    path: Path, scope: str = "repository", watch_github: Watch = unwatched, watch_google: Watch = unwatched
) -> Iterator[RotationClub]:
    """The club; in the end no request was one that is not allowed, no secret was seen, and all trouble was met."""
    google_world = GoogleWorld()
    google_world.consent.granted = NEEDED
    with (
        GitHubEmulator(GitHubWorld(), watch=watch_github) as github,
        GoogleEmulator(google_world, watch=watch_google) as google,
    ):
        club = RotationClub(ClubFolder(path), github, google, scope)
        yield club
        assert github.violations == ()
        assert google.violations == ()
        assert github.unmet == ()
        assert google.unmet == ()
        for seen in club.seen:
            for text in (*club.secret_texts(), *PRIVATE):
                assert text not in without_masks(seen)
