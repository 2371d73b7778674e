"""The Action in its container, by inputs alone: what a workflow has of it."""

from __future__ import annotations

import json
import stat
from pathlib import Path

from tests.container.clubs import AT_GOOGLE, NOW, WRONG
from tests.container.runner import Runner
from tests.emulators.google import GoogleEmulator


def changed(runner: Runner, before: dict[str, tuple[int, int, int]]) -> set[str]:
    return {name for name, file in runner.files().items() if before.get(name) != file}


def test_validate_ends_0_and_writes_nothing_into_the_checkout(club: Runner) -> None:
    before = club.files()

    step = club.use(command="validate")

    assert step.exit == 0
    assert "is valid" in step.log.seen
    assert changed(club, before) == set()


def test_a_wrong_file_is_an_annotation_on_its_line(club: Runner) -> None:
    club.check_out(WRONG)

    step = club.use(command="validate")

    (error,) = [one for one in step.log.of("error") if one.properties.get("line")]
    assert (step.exit, error.properties["file"], error.properties["line"]) == (2, "sessions.yml", "14")


def test_a_preview_lies_where_later_steps_find_it_and_is_theirs_to_delete(club: Runner) -> None:
    before = club.files()

    step = club.use(command="preview", now=NOW)

    folder = Path(step.outputs["preview"])
    assert step.exit == 0
    assert folder.is_relative_to(club.temp)
    assert (folder / "index.html").stat()[stat.ST_UID] == club.temp.stat().st_uid
    assert not [name for name in ("Ada", "Stu", "office@") if name in step.raw]
    assert changed(club, before) == set()


def test_run_sends_once_and_says_so_in_outputs_and_summary(club: Runner) -> None:
    first, second = club.use(now=NOW), club.use(now=NOW)

    report = json.loads(Path(first.outputs["report"]).read_text("utf-8"))
    assert (first.exit, first.outputs["sent"], first.outputs["failed"]) == (0, "1", "0")
    assert (second.exit, second.outputs["sent"]) == (0, "0")
    assert report["counts"]["sent"] == 1
    assert "campus" in first.summary


def test_run_at_google_works_by_the_input_of_its_credential_which_is_masked(
    runner: Runner, google: GoogleEmulator
) -> None:
    runner.check_out(AT_GOOGLE)
    secret = json.loads(google.credentials)["refresh_token"]

    step = runner.use({"SESSIONSMGMT_GOOGLE_ROOT": google.root}, google_credentials=google.credentials, now=NOW)

    assert (step.exit, step.outputs["sent"]) == (0, "1")
    assert len(google.calls("gmail.users.messages.send")) == 1
    assert secret in step.log.masks
    assert secret not in step.log.seen
