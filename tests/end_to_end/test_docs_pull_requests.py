"""docs/pull-requests.md: its workflow is the one that init writes, and every message it explains is said."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from sessionsmgmt.application.setup.init import write_files
from sessionsmgmt.application.setup.questions import answers
from tests.emulators.github import Break, Refusal
from tests.end_to_end.harness import ROOT, SESSIONS_YML, vcalendar, vevent
from tests.end_to_end.pull_requests import ALL, WITH_SAMPLE, Job, job_of_pull_request, published, without
from tests.settings import load
from tests.wire.preview_reports import PERMISSIONS

PAGE = (ROOT / "docs" / "pull-requests.md").read_text("utf-8")
EXAMPLE: dict[Any, Any] = yaml.safe_load((ROOT / "examples" / "workflows" / "preview.yml").read_text("utf-8"))


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Job]:
    with job_of_pull_request(tmp_path) as pull_request:
        yield pull_request


def test_the_permissions_it_lists_are_those_of_the_workflow() -> None:
    table = PAGE.partition("| permission |")[2].partition("\n\n")[0]
    listed = dict(re.findall(r"^\| `([a-z-]+): ([a-z]+)` \|", table, re.MULTILINE))

    assert listed == EXAMPLE["jobs"]["preview"]["permissions"] == PERMISSIONS


def test_the_example_does_what_the_workflow_of_init_does(tmp_path: Path) -> None:
    write_files(answers({"provider": "google"}, "America/New_York"), tmp_path, ())
    written = yaml.safe_load((tmp_path / ".github" / "workflows" / "sessions-preview.yml").read_text("utf-8"))

    def steps(workflow: dict[Any, Any]) -> list[dict[str, Any]]:
        found = [dict(step) for step in workflow["jobs"]["preview"]["steps"]]
        return [step | {"uses": step["uses"].rpartition("/")[2].partition("@")[0]} for step in found]

    assert steps(EXAMPLE) == steps(written)
    assert [EXAMPLE[name] for name in ("permissions", "concurrency")] == [
        written[name] for name in ("permissions", "concurrency")
    ]


def test_the_sample_it_shows_is_valid(tmp_path: Path) -> None:
    [shown] = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    for name, text in {
        "sessions.yml": SESSIONS_YML + shown,
        "sample.ics": "",
        "sample.vcf": "",
        "calendar.ics": "",
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "contacts.vcf").write_text("", encoding="utf-8")

    assert load(tmp_path / "sessions.yml").sample is not None


@pytest.mark.parametrize("name", re.findall(r"\]\(([a-z-]+\.png)\)", PAGE))
def test_its_pictures_are_there_and_small_enough_to_load(name: str) -> None:
    data = (ROOT / "docs" / name).read_bytes()
    width, height = struct.unpack(">II", data[16:24])

    assert data.startswith(b"\x89PNG")
    assert len(data) < 150_000
    assert width == 1000
    assert height > 800


def sample(job: Job, title: str) -> None:
    job.club.write("sample.ics", vcalendar(vevent("s", title=title, attendees=("robin@example.org",))))


def no_session(job: Job) -> str:
    sample(job, "Another title")
    return published(job, job.step())


def kept_back(job: Job) -> str:
    job.club.write("sessions.yml", f"{WITH_SAMPLE}    require: {{adults: 2}}\n")
    return published(job, job.step())


def to_mend(job: Job) -> str:
    job.club.write("sessions.yml", "version: 1\n")
    return published(job, job.step())


def not_made(job: Job) -> str:
    job.club.write("sessions.yml", WITH_SAMPLE.replace("store: file, path: .sessionsmgmt/ledger.json", "store: git"))
    key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    without_contents = {name: level for name, level in ALL.items() if name != "contents"}
    return published(job, job.step(permissions=without_contents, command="preview --live", key=key))


def broken(job: Job) -> str:
    job.github.fail("checks/create", Break.CLOSE_BEFORE_ACCEPTING)
    return published(job, job.step())


def too_long(job: Job) -> str:
    long = vevent(title=f"Team Session {'.' * 900}", attendees=("robin@example.org",))
    events = (long.replace("UID:one", f"UID:{number}") for number in range(30))
    job.club.write("sample.ics", vcalendar(*events))
    return published(job, job.step())


def from_a_fork(job: Job, command: str = "preview") -> str:
    return published(job, job.step(job.event(fork=True), command=command))


def on(job: Job, event: str) -> str:
    return published(job, job.step(name=event))


def in_public(job: Job) -> str:
    job.github.world.repository().private = False
    return on(job, "push")


def locked(job: Job) -> str:
    job.github.fail("issues/create-comment", Refusal(403, "Unable to create comment because issue is locked."))
    return published(job, job.step())


MESSAGES: Mapping[str, Callable[[Job], str]] = {
    "No session for …": no_session,
    "No email is due": no_session,
    "… kept back": kept_back,
    "… to mend": to_mend,
    "The preview could not be made": not_made,
    "Add 'checks: write' to the 'permissions:' of the job.": lambda job: without(job, "checks"),
    "Add 'pull-requests: write' to the 'permissions:' of the job.": lambda job: without(job, "pull_requests"),
    "Unlock the conversation": locked,
    "GitHub did not say whether writing the check worked": broken,
    "GITHUB_TOKEN is not set": lambda job: published(job, job.step(github_token="")),
    "This pull request is from a fork": from_a_fork,
    "--live has no effect": lambda job: from_a_fork(job, "preview --live"),
    "Nothing is published: the pull request is closed": lambda job: published(job, job.step(job.event("closed"))),
    "Nothing is published: a merge queue has no pull request to show it on": lambda job: on(job, "merge_group"),
    "Nothing is published: this is no pull request": lambda job: on(job, "push"),
    "This repository is not private, so the preview is not made from the club's own data": in_public,
    "No preview runs on pull_request_target": lambda job: on(job, "pull_request_target"),
    "what is proposed there is not merged": lambda job: published(job, job.step(command="run", publish="")),
    "The rest is left out here": too_long,
}


def test_it_explains_these_messages_and_no_others() -> None:
    table = PAGE.partition("| it says | what to do |")[2]

    assert re.findall(r"^\| \*(.+?)\* \|", table, re.MULTILINE) == list(MESSAGES)


@pytest.mark.parametrize("text", MESSAGES)
def test_every_message_it_explains_is_said(text: str, job: Job) -> None:
    assert text.strip("… ") in MESSAGES[text](job)
