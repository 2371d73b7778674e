"""A club that has something kept everywhere it can be, at both emulators: ledger, secret, consent, issues, comments."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from sessionsmgmt.adapters.google.scopes import CONTACTS, EVENTS, EVENTS_WRITE, SEND
from tests.emulators.github import GitHubEmulator, Repository
from tests.emulators.github import World as GitHubWorld
from tests.emulators.github.repository import Comment
from tests.emulators.google import Break, GoogleEmulator, World, event
from tests.end_to_end.harness import AT_GOOGLE, ClubFolder, Ran
from tests.pull_request_events import EVENT

KEY, OTHER_KEY = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))
START = datetime(2026, 11, 7, 14, tzinfo=UTC)
FIRST, LATER = "2026-11-06T12:00:00-05:00", "2026-11-06T13:00:00-05:00"
FILE = "ledger: {store: file, path: .sessionsmgmt/ledger.json}"
LEDGERS = {"file": FILE, "git": "ledger: {store: git}", "calendar": "ledger: {store: calendar}"}
CREDENTIALS = "credentials: {secret: GOOGLE_CREDENTIALS}\n"
MARKER = f"<!-- sessionsmgmt:preview:{sha256(b'sessions.yml').hexdigest()[:16]} -->\n"
SEND_CALL = "gmail.users.messages.send"
PRIVATE = ("Ada Adult", "Stu Student", "Father", "ada@", "stu@", "family@", "office@", "Bearer", "1//")
"""What nobody may see in an output, a report, an issue or a log."""


@dataclass
class ClubWithStoredData:
    """The club, and everything anybody could read of what it did."""

    folder: ClubFolder
    google: GoogleEmulator
    github: GitHubEmulator
    token: str
    seen: list[str] = field(default_factory=list)

    @property
    def repository(self) -> Repository:
        return self.github.world.repository()

    def remembers(self, ledger: str, more: str = CREDENTIALS) -> None:
        """Keep the ledger there."""
        self.folder.write("sessions.yml", AT_GOOGLE.replace(FILE, ledger) + more)

    def may_write(self) -> str:
        """A fine-grained token that may write the secret."""
        return self.github.world.fine_grained_token({"secrets": "write", "metadata": "read"})

    def call(self, command: str, *options: str, now: str = LATER, **env: str) -> Ran:
        """Run a command as a job of the club's repository does."""
        known = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_PATH": EVENT,
            "GITHUB_API_URL": self.github.root,
            "GITHUB_REPOSITORY": "example-club/premises",
            "GITHUB_TOKEN": self.token,
            "GOOGLE_CREDENTIALS": self.google.credentials,
            "SESSIONSMGMT_GOOGLE_ROOT": self.google.root,
            "SESSIONSMGMT_KEY": KEY,
        }
        ran = self.folder.call(command, *options, now=now, env={k: v for k, v in (known | env).items() if v})
        self.seen.append(ran.log + json.dumps(ran.report))
        return ran

    def announces(self) -> None:
        """Send a notice about the lab, and have one about the shop held, which opens an issue."""
        sent = self.call("run", now=FIRST)
        assert sent.states == [("new", "sent")], sent
        self.google.world.calendar().put(event("shop", START, attendees=["stu@example.org"]))
        self.google.fail(SEND_CALL, Break.CLOSE_AFTER_ACCEPTING)
        held = self.call("run", now="2026-11-06T12:30:00-05:00")
        assert ("new", "held") in held.states, held

    def publishes(self) -> None:
        """Comment on a pull request with a preview, as a run of it does, below the comment of a person."""
        pull = self.repository.propose()
        issue = self.repository.issues[pull.number]
        issue.comments.append(self.comment("Shall we?", "coach"))
        issue.comments.append(self.comment(f"{MARKER}### A preview", "github-actions[bot]"))

    def comment(self, body: str, author: str) -> Comment:
        """A comment that somebody wrote now."""
        now = self.github.world.now
        return Comment(next(self.github.world.numbers), body, author, now, now)

    def stores_credential(self) -> None:
        """Put the credential into the repository's secret."""
        self.repository.secrets.put("GOOGLE_CREDENTIALS", self.google.credentials.encode(), self.github.world.now)

    def rows(self, ran: Ran) -> dict[str, tuple[str, str]]:
        """The rows of a receipt or of doctor by what they are about: how it stands, and the text."""
        found: dict[str, tuple[str, str]] = {}
        for line in ran.out.splitlines():
            health, _, rest = line.partition("  ")
            topic, _, text = rest.strip().partition("  ")
            if health.strip() in {"ok", "note", "bad"}:
                before = found.get(topic, ("", ""))[1]
                found[topic] = (health.strip(), f"{before}\n{text.strip()}".strip())
        return found


@contextmanager
def club_with_stored_data(folder: Path) -> Iterator[ClubWithStoredData]:
    """The club. In the end no request was one that is not allowed, and nobody was named."""
    google, github = World(), GitHubWorld()
    google.consent.granted = frozenset({EVENTS, EVENTS_WRITE, CONTACTS, SEND})
    google.calendar().put(event("lab", START, attendees=["ada@example.org", "stu@example.org", "family@example.org"]))
    google.contacts.add("Ada Adult", "ada@example.org", labels=["Adult"])
    google.contacts.add("Stu Student", "stu@example.org", "stu2@example.org", labels=["Student"])
    google.contacts.add("Fam Father", "family@example.org", labels=["Adult"])
    google.contacts.add("Kid Father", "family@example.org", labels=["Student"])
    github.repository().private = True
    permissions = {"contents": "write", "issues": "write", "pull_requests": "write", "actions": "read"}
    token = github.job_token(permissions)
    with GoogleEmulator(google) as at_google, GitHubEmulator(github) as at_github:
        club = ClubWithStoredData(ClubFolder(folder), at_google, at_github, token)
        club.stores_credential()
        yield club
        assert (at_google.violations, at_github.violations) == ((), ())
        issues = github.repository().issues.values()
        texts = [*club.seen, *(f"{issue.title} {issue.body}" for issue in issues)]
        for seen in texts:
            assert [private for private in (*PRIVATE, token, KEY, OTHER_KEY) if private in seen] == []
