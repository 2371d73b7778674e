"""The job of a pull request, from the event that GitHub writes to the repository that shows what the job says."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.emulators.github import OWNER, REPOSITORY, CheckRun, Comment, GitHubEmulator, Pull, World
from tests.emulators.runner import Runner, Step
from tests.end_to_end.harness import ROOT, SESSIONS_YML, ClubFolder, make_club, vcalendar, vevent
from tests.pull_request_events import Json, pull_request_event

ALL = {"contents": "read", "checks": "write", "pull_requests": "write"}
WITH_SAMPLE = SESSIONS_YML.replace(
    "notices:", "preview: {sample: {calendar: sample.ics, contacts: sample.vcf}}\nnotices:"
)
SAMPLE_CARDS = """\
BEGIN:VCARD
VERSION:3.0
FN:Robin Example
EMAIL:robin@example.org
CATEGORIES:Adult,Student
END:VCARD
""".replace("\n", "\r\n")


@dataclass
class Job:
    """The job of a pull request: its folder, and the repository at GitHub that it belongs to."""

    github: GitHubEmulator
    runner: Runner
    club: ClubFolder
    pull: Pull

    def step(
        self,
        payload: Json | None = None,
        permissions: dict[str, str] | None = None,
        actor: str = "coach",
        name: str = "pull_request",
        **inputs: str,
    ) -> Step:
        """Run ``preview`` with ``publish``, for the event of that name."""
        event = self.runner.temp / "event.json"
        self.runner.temp.mkdir(exist_ok=True)
        event.write_text(json.dumps(payload or self.event()), encoding="utf-8")
        env = {
            "GITHUB_ACTOR": actor,
            "GITHUB_API_URL": self.github.root,
            "GITHUB_EVENT_NAME": name,
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_REPOSITORY": f"{OWNER}/{REPOSITORY}",
        }
        token = self.github.world.job_token(ALL if permissions is None else permissions)
        return self.runner.run(env, **{"command": "preview", "publish": "true", "github_token": token, **inputs})

    def event(self, action: str = "opened", **about: Any) -> Json:
        private = self.github.world.repository().private
        return pull_request_event(
            action, **{"number": self.pull.number, "head": self.pull.head, "private": private, **about}
        )

    def push(self) -> None:
        """Another commit is added to the pull request."""
        repository = self.github.world.repository()
        repository.write("proposal.txt", b"better", self.pull.head_ref)
        self.pull = replace(self.pull, head=repository.head(self.pull.head_ref))
        repository.pulls[self.pull.number] = self.pull

    @property
    def checks(self) -> list[CheckRun]:
        return self.github.world.repository().checks

    @property
    def comments(self) -> list[Comment]:
        return self.github.world.repository().issues[self.pull.number].comments

    @property
    def asked(self) -> int:
        return len(self.github.requests)


@contextmanager
def job_of_pull_request(folder: Path) -> Iterator[Job]:
    """The job of a club with a sample; at its end, every request must have been one that GitHub describes."""
    workspace = folder / "premises" / "premises"
    workspace.mkdir(parents=True)
    (workspace / ".git").mkdir()
    club = make_club(workspace)
    club.write("sessions.yml", WITH_SAMPLE)
    club.write(
        "sample.ics", vcalendar(vevent("s", title="Team Session of the sample", attendees=("robin@example.org",)))
    )
    club.write("sample.vcf", SAMPLE_CARDS)
    with GitHubEmulator(World()) as github:
        yield Job(github, Runner(workspace, folder / "_temp", ROOT), club, github.world.repository().propose())
        assert github.violations == ()


def published(job: Job, step: Step) -> str:
    """All that the step has said, wherever it was."""
    outputs = (check.fields["output"] for check in job.checks)
    checks = [f"{output['title']} {output['summary']}" for output in outputs]
    texts = (*checks, *(comment.body for comment in job.comments), step.summary, step.log.seen)
    return re.sub(r"<[^>]*>", "", html.unescape("\n".join(texts)))


def without(job: Job, missing: str) -> str:
    """What a job says whose token lacks a permission."""
    return published(job, job.step(permissions={name: level for name, level in ALL.items() if name != missing}))
