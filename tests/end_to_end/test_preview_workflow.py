"""The workflow for pull requests: it runs on every one and on a merge queue, and ends quickly where nothing is ours.

The script of its first job is run as the runner runs it, in a repository of git's own.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from sessionsmgmt.application.setup.init import write_files
from sessionsmgmt.application.setup.questions import answers
from tests.emulators.runner import read_outputs
from tests.end_to_end.harness import ROOT
from tests.environment import of_the_machine

Json = dict[Any, Any]


def example() -> Json:
    found: Json = yaml.safe_load((ROOT / "examples" / "workflows" / "preview.yml").read_text("utf-8"))
    return found


def written(folder: Path, provider: str) -> Json:
    """The workflow that ``init`` writes."""
    write_files(answers({"provider": provider}, "America/New_York"), folder, ())
    found: Json = yaml.safe_load((folder / ".github" / "workflows" / "sessions-preview.yml").read_text("utf-8"))
    return found


@pytest.fixture(params=["example", "google", "files"])
def workflow(request: pytest.FixtureRequest, tmp_path: Path) -> Json:
    return example() if request.param == "example" else written(tmp_path / "club", request.param)


def test_it_runs_on_every_pull_request_and_on_a_merge_queue(workflow: Json) -> None:
    assert workflow[True] == {"pull_request": None, "merge_group": None}  # YAML 1.1 reads the key "on" as true


def test_the_required_job_is_left_out_only_where_it_is_known_that_nothing_is_ours(workflow: Json) -> None:
    changes, preview = workflow["jobs"]["changes"], workflow["jobs"]["preview"]

    assert list(workflow["jobs"]) == ["changes", "preview"]
    assert "if" not in changes
    assert preview["needs"] == "changes"
    assert preview["if"] == "${{ !cancelled() && needs.changes.outputs.ours != 'no' }}"
    assert changes["outputs"] == {"ours": "${{ steps.look.outputs.ours }}"}
    assert changes["permissions"] == {"contents": "read"}
    assert "docker" not in str(changes)
    assert not any("sessionsmgmt" in step.get("uses", "") for step in changes["steps"])


class Repository:
    """A clone, as actions/checkout makes it of what would be merged."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.environ = {
            **of_the_machine(),
            "HOME": str(folder),
            "GIT_CONFIG_NOSYSTEM": "1",
            **{f"GIT_{who}_{what}": "x@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
        }
        self.git("init", "--quiet", "--initial-branch=main")
        self.write("README", "A club.", **{"sessions.yml": "version: 1", "notice.md": "Subject: x", "src/x.py": ""})

    def git(self, *words: str) -> str:
        done = subprocess.run(
            ["git", *words], cwd=self.folder, env=self.environ, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def write(self, name: str, text: str, **more: str) -> None:
        """Commit files."""
        for path, content in {name: text, **more}.items():
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / path).write_text(content, encoding="utf-8")
        self.commit()

    def commit(self) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "x")

    def merged(self, change: Callable[[Repository], object]) -> None:
        """Check out what a pull request would be merged to, after the target has gone on by itself."""
        self.git("checkout", "--quiet", "-b", "change")
        change(self)
        self.git("checkout", "--quiet", "main")
        self.write("elsewhere.txt", "x", **{"sessions.yml": "version: 1 # on main"})
        self.git("checkout", "--quiet", "-b", "merge")
        self.git("merge", "--quiet", "--no-ff", "--strategy-option=theirs", "--message", "x", "change")

    def ours(self, workflow: Mapping[str, Any], base: str = "") -> str:
        """What the first job says. ``base`` is that of a merge queue's event."""
        [look] = [step for step in workflow["jobs"]["changes"]["steps"] if step.get("id") == "look"]
        assert look["env"] == {"BASE": "${{ github.event.merge_group.base_sha || 'HEAD^1' }}"}
        output = self.folder.parent / "output"
        output.write_text("", encoding="utf-8")
        environ = {**self.environ, "BASE": base or "HEAD^1", "GITHUB_OUTPUT": str(output)}
        shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", look["run"]]
        subprocess.run(shell, cwd=self.folder, env=environ, check=True, capture_output=True)
        return read_outputs(output.read_text("utf-8"))["ours"]


def removed(repository: Repository) -> None:
    repository.git("rm", "--quiet", "notice.md")
    repository.commit()


def renamed(repository: Repository) -> None:
    repository.git("mv", "notice.md", "old.txt")
    repository.commit()


CHANGES: Mapping[str, tuple[Callable[[Repository], object], str]] = {
    "code": (lambda one: one.write("src/x.py", "print()"), "no"),
    "nothing": (lambda one: one.git("commit", "--quiet", "--allow-empty", "--message", "x"), "no"),
    "sessions.yml": (lambda one: one.write("sessions.yml", "version: 1 # other"), "yes"),
    "a template": (lambda one: one.write("notice.md", "Subject: y"), "yes"),
    "a new template": (lambda one: one.write("wording/new.md", "Subject: y"), "yes"),
    "a template that is gone": (removed, "yes"),
    "a template that is called otherwise": (renamed, "yes"),
    "a sample": (lambda one: one.write("sample.ics", ""), "yes"),
    "people": (lambda one: one.write("sample.vcf", ""), "yes"),
    "a table of people": (lambda one: one.write("people.csv", ""), "yes"),
    "another club": (lambda one: one.write("clubs/otters/sessions.yml", ""), "yes"),
    "another club's template": (lambda one: one.write("clubs/otters/a b.md", ""), "yes"),
    "the workflow": (lambda one: one.write(".github/workflows/sessions-preview.yml", ""), "yes"),
    "code and a template": (lambda one: one.write("src/x.py", "1", **{"notice.md": "Subject: z"}), "yes"),
}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


@pytest.mark.parametrize("change", CHANGES)
def test_it_tells_whether_a_pull_request_changes_anything_of_ours(change: str, repository: Repository) -> None:
    make, ours = CHANGES[change]
    repository.merged(make)

    assert repository.ours(example()) == ours


@pytest.mark.parametrize("change", CHANGES)
def test_in_a_merge_queue_all_that_is_merged_together_counts(change: str, repository: Repository) -> None:
    base = repository.git("rev-parse", "HEAD")
    make, ours = CHANGES[change]
    make(repository)
    repository.write("later.txt", "of the next pull request in the queue")

    assert repository.ours(example(), base) == ours


def test_where_it_can_not_be_compared_the_preview_is_made(repository: Repository) -> None:
    assert repository.ours(example(), "f" * 40) == "yes"
    repository.git("checkout", "--quiet", "--orphan", "alone")
    repository.commit()
    assert repository.ours(example()) == "yes"
