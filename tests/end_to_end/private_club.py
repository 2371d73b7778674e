"""A club whose every name, address and text is found again wherever it went, and all that was seen of it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from tests.emulators.github import OWNER, REPOSITORY, GitHubEmulator, Repository, Run
from tests.emulators.github import World as GitHubWorld
from tests.emulators.google import GoogleEmulator, World, event
from tests.emulators.runner import Runner, Step
from tests.end_to_end.harness import AT_GOOGLE, ROOT, ClubFolder, Ran
from tests.end_to_end.process_watch import Watch
from tests.end_to_end.rotation_club import NAME, RUN
from tests.pull_request_events import EVENT

KEY = base64.b64encode(bytes(range(32))).decode()
OFFICE = "canary-office@example.com"
PEOPLE = {
    "canary-ada@example.org": ("Adaline Canaryton", "Adult"),
    "canary-stu@example.org": ("Stuart Canarysmith", "Student"),
    "canary-nia@example.org": ("Niamhelle Canarybird", "Student"),
}
STRANGER = "canary-stranger@example.net"
ROLELESS = ("canary-friend@example.org", "Freda Canaryfield")
TITLE, PLACE, TEXT = "Team Session Canarytitle", "Canary Hall 7", "Canarydescription with a phone number"
CANARIES = (
    *PEOPLE,
    *(name for name, _ in PEOPLE.values()),
    *(part for name, _ in PEOPLE.values() for part in name.split()),
    *(STRANGER, *ROLELESS, OFFICE, TITLE, PLACE, TEXT),
)
START = datetime(2026, 11, 7, 14, tzinfo=UTC)
LEDGERS = {"git": "{store: git}", "calendar": "{store: calendar}", "file": "{store: file, path: kept/ledger.json}"}


def forms(canary: str) -> Iterator[str]:
    """What a text could look like where it should not be, from plain to what could be guessed by trying names."""
    for text in {canary, canary.lower(), canary.casefold().strip()}:
        data = text.encode()
        yield from (text, quote(text), json.dumps(text)[1:-1], data.hex())
        for algorithm in ("md5", "sha1", "sha256", "sha512", "blake2b"):
            digest = hashlib.new(algorithm, data).digest()
            yield from (digest.hex(), base64.b64encode(digest).decode().rstrip("="))


FORMS: Mapping[str, str] = {form: canary for canary in CANARIES for form in forms(canary) if len(form) >= 6}


def canaries(text: str) -> set[str]:
    """The canaries of which a form stands in the text, or in something that stands there in base64."""
    whole = "\n".join([text, *_opened(text)])
    lowered = whole.casefold()
    return {canary for form, canary in FORMS.items() if form in whole or form.casefold() in lowered}


def _opened(text: str) -> Iterator[str]:
    """What stands in the text in base64, wherever in a longer run it begins."""
    for run in re.findall(r"[A-Za-z0-9+/_-]{8,}", text):
        plain = run.replace("-", "+").replace("_", "/")
        for start in range(4):
            part = plain[start:] if len(plain[start:]) % 4 != 1 else plain[start:-1]
            yield base64.b64decode(part + "=" * (-len(part) % 4)).decode("utf-8", "replace")


@dataclass
class PrivateClub:
    """The club in its repository, with its account; ``seen`` is all that anybody could read of what it did."""

    folder: ClubFolder
    google: GoogleEmulator
    github: GitHubEmulator
    watch: Watch
    store: str
    job: str = ""
    seen: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        text = AT_GOOGLE.replace("{store: file, path: .sessionsmgmt/ledger.json}", LEDGERS[self.store])
        text = text.replace("office@example.org", OFFICE).replace("{provider: google}\nroles", MAIL)
        self.folder.write("sessions.yml", f"{text}credentials: {{secret: {NAME}, rotate_after: 1 hour}}\n")
        self.job = self.github.world.job_token(
            {"actions": "read", "contents": "write", "issues": "write", "pull_requests": "read"}
        )
        self.repository.secrets.put(NAME, self.google.credentials.encode(), START - timedelta(days=30))

    @property
    def repository(self) -> Repository:
        return self.github.world.repository()

    @property
    def services(self) -> set[str]:
        """``host:port`` of the two services that the environment configures."""
        return {root.partition("//")[2] for root in (self.google.root, self.github.root)}

    def environ(self) -> dict[str, str]:
        """What a job of the repository has."""
        return {
            NAME: self.google.credentials,
            "SESSIONSMGMT_GOOGLE_ROOT": self.google.root,
            "SESSIONSMGMT_KEY": KEY,
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_PATH": EVENT,
            "GITHUB_API_URL": self.github.root,
            "GITHUB_REPOSITORY": f"{OWNER}/{REPOSITORY}",
            "GITHUB_RUN_ID": str(RUN),
            "GITHUB_TOKEN": self.job,
            "SECRETS_TOKEN": self.github.world.fine_grained_token({"secrets": "write", "metadata": "read"}),
            **self.watch.environ,
        }

    def _begin(self, now: str) -> None:
        """Let it be that instant, and a run of the workflow be under way."""
        self.github.world.now = self.google.world.now = at = datetime.fromisoformat(now).astimezone(UTC)
        self.repository.runs[RUN] = Run(RUN, 7, self.repository.head(), created=at, started=at)

    def call(self, command: str, *options: str, now: str, **env: str) -> Ran:
        """Run a command, and keep what it showed."""
        self._begin(now)
        ran = self.folder.call(command, *options, now=now, env=self.environ() | env)
        self.seen += [ran.out, ran.err, json.dumps(ran.report)]
        return ran

    def step(self, folder: Path, *, now: str) -> Step:
        """Run as a step of a workflow, and keep what it showed and left."""
        self._begin(now)
        (folder / "_temp").mkdir(exist_ok=True)
        runner = Runner(self.folder.folder, folder / "_temp", ROOT)
        env = {name: value for name, value in self.environ().items() if not name.startswith("GITHUB_TOKEN")}
        inputs = {"google_credentials": self.google.credentials, "key": KEY, "github_token": self.job}
        step = runner.run(env, now=now, **inputs)
        self.seen += [step.log.seen, step.raw, step.summary, *step.outputs.values()]
        self.seen.append(Path(step.outputs["report"]).read_text("utf-8"))
        return step

    def left(self) -> Iterator[tuple[str, str]]:
        """Everything that it wrote or sent anywhere, but the emails themselves, by what it is."""
        yield from (("shown", text) for text in self.seen)
        for one in self.github.requests:
            yield f"GitHub {one.call}", _decoded(one.request.path, one.request.query, one.request.body)
        for one in self.google.requests:
            if one.call != "gmail.users.messages.send":
                yield f"Google {one.call}", _decoded(one.request.path, one.request.query, one.request.body)
        mine = {"sessions.yml", "report.json"}
        for path in self.folder.folder.rglob("*"):
            if path.is_file() and path.relative_to(self.folder.folder).parts[0] not in mine:
                yield str(path.name), path.read_text(encoding="utf-8", errors="replace")


MAIL = "{provider: google, confirm: sent-folder}\nroles"


def _decoded(path: str, query: tuple[tuple[str, str], ...], body: bytes) -> str:
    return "\n".join([path, *(f"{name}={value}" for name, value in query), body.decode("utf-8", "replace")])


@contextmanager
def private_club(path: Path, store: str = "git", *, in_forks: bool = True) -> Iterator[PrivateClub]:
    """The club with a session tomorrow; in the end no request was one that is not allowed."""
    world = World()
    invited = ["canary-ada@example.org", "canary-stu@example.org", STRANGER, ROLELESS[0]]
    world.calendar().put(
        event("lab", START, summary=TITLE, location=PLACE, description=TEXT, attendees=invited),
    )
    for address, (name, label) in PEOPLE.items():
        world.contacts.add(name, address, labels=[label])
    world.contacts.add(ROLELESS[1], ROLELESS[0], labels=["Friend"])
    folder = path / "club"
    folder.mkdir()
    with GoogleEmulator(world) as google, GitHubEmulator(GitHubWorld()) as github:
        yield PrivateClub(ClubFolder(folder), google, github, Watch(path / "watch", in_forks), store)
        assert (google.violations, github.violations) == ((), ())
