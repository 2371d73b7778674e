from __future__ import annotations

import os
from pathlib import Path

from sessionsmgmt.entrypoints.action.output_directory import OutputDirectory, output_directory
from sessionsmgmt.settings import OutputPaths

HOST = "/opt/runner/_work"  # in a container there is nothing of that name


def test_in_a_container_the_later_steps_know_the_folder_by_the_hosts_name() -> None:
    shared = output_directory(OutputPaths("/github/runner_temp", f"{HOST}/club", "", ""), Path("otherwise"))

    assert shared == OutputDirectory(Path("/github/runner_temp"), Path(f"{HOST}/_temp"))


def test_outside_of_a_container_there_is_one_name(tmp_path: Path) -> None:
    shared = output_directory(OutputPaths(str(tmp_path), f"{HOST}/club", "", ""), Path("otherwise"))

    assert shared == OutputDirectory(tmp_path, tmp_path)


def test_without_a_runner_the_machines_own_folder_serves(tmp_path: Path) -> None:
    assert output_directory(OutputPaths("", "", "", ""), tmp_path) == OutputDirectory(tmp_path, tmp_path)


def test_only_what_was_written_has_a_path(tmp_path: Path) -> None:
    shared = OutputDirectory(tmp_path, Path(f"{HOST}/_temp"))
    (tmp_path / "step").mkdir()
    (tmp_path / "step" / "report.json").touch()

    assert shared.path(tmp_path / "step" / "report.json") == f"{HOST}/_temp/step/report.json"
    assert shared.path(tmp_path / "step" / "preview") == ""


def test_what_was_written_belongs_to_whom_the_folder_belongs_to(tmp_path: Path) -> None:
    shared = OutputDirectory(tmp_path, tmp_path)
    (tmp_path / "step" / "emails").mkdir(parents=True)
    (tmp_path / "step" / "emails" / "one.eml").touch()
    if os.geteuid() == 0:
        os.chown(tmp_path, 4711, 4712)
    shared.give(tmp_path / "step")

    owner = tmp_path.stat()
    for path in (tmp_path / "step").rglob("*"):
        assert (path.stat().st_uid, path.stat().st_gid) == (owner.st_uid, owner.st_gid)


def test_where_nothing_was_written_there_is_nothing_to_give(tmp_path: Path) -> None:
    OutputDirectory(tmp_path, tmp_path).give(tmp_path / "nothing")
    assert list(tmp_path.iterdir()) == []
