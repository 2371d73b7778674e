from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from sessionsmgmt.application.result import ClubJob
from sessionsmgmt.application.setup.plan import plan
from sessionsmgmt.entrypoints.cli.main import main
from sessionsmgmt.errors import InputError
from tests.end_to_end.harness import SESSIONS_YML

ENVIRONMENT = "credentials: {secret: GOOGLE_CREDENTIALS, scope: environment, environment: otters}\n"


def clubs(root: Path, *folders: str, text: str = SESSIONS_YML) -> None:
    for folder in folders:
        (root / folder).mkdir(parents=True)
        (root / folder / "sessions.yml").write_text(text, "utf-8")


def found(root: Path) -> list[str]:
    return [str(Path(club.config).relative_to(root)) for club in plan(root).clubs]


def test_every_folder_with_a_sessions_yml_is_a_club(tmp_path: Path) -> None:
    clubs(tmp_path, "otters", "north/seals", "north/seals/second")
    (tmp_path / "empty").mkdir()

    assert found(tmp_path) == ["north/seals/second/sessions.yml", "north/seals/sessions.yml", "otters/sessions.yml"]
    assert [club.club for club in plan(tmp_path).clubs] == ["second", "seals", "otters"]


def test_hidden_folders_node_modules_and_links_are_passed_over(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    clubs(root, "otters", ".github/x", "node_modules/y", "a/.hidden/z")
    clubs(outside, "seals")
    (root / "linked").symlink_to(outside / "seals")
    (root / "again").mkdir()
    (root / "again" / "sessions.yml").symlink_to(outside / "seals" / "sessions.yml")
    (root / "folder" / "sessions.yml").mkdir(parents=True)

    assert found(root) == ["otters/sessions.yml"]


def test_a_folder_whose_name_no_workflow_could_hand_on_is_passed_over(tmp_path: Path) -> None:
    clubs(tmp_path, "otters", os.fsdecode(b"\xff"), "new\nline")
    in_latin_1 = "\u00ff/sessions.yml"  # where the locale's encoding is that, the byte is a letter like any other
    assert [one for one in found(tmp_path) if one != in_latin_1] == ["otters/sessions.yml"]


def test_paths_are_as_the_root_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clubs(tmp_path, "clubs/otters")
    monkeypatch.chdir(tmp_path)

    assert [club.config for club in plan(Path()).clubs] == ["clubs/otters/sessions.yml"]
    assert [club.config for club in plan(Path("clubs")).clubs] == ["clubs/otters/sessions.yml"]


@pytest.mark.parametrize(
    ("text", "environment"),
    [
        (SESSIONS_YML, ""),
        (SESSIONS_YML + ENVIRONMENT, "otters"),
        ("credentials:\n  other: [{environment: no}, 1]\n  environment: 'yes'\n", "yes"),
        ("credentials: {a: {environment: no}}\nb: {environment: no}\nenvironment: no\n", ""),
        ("- credentials: {environment: no}\n", ""),
        ("credentials: {environment: [no]}\n", ""),
        ("? [a]\n: {}\ncredentials: {environment: no}\n", ""),
        ("credentials: {environment: 7}\n", "7"),
        ("version: 1\nteam: [\n", ""),
        ("\x00", ""),
        ("", ""),
        ("[" * 200_000, ""),
        ("{a: " * 60_000, ""),
        ("- " * 100_000, ""),
    ],
    ids=range(14),
)
def test_the_environment_is_read_and_nothing_is_judged(tmp_path: Path, text: str, environment: str) -> None:
    clubs(tmp_path, "otters", text=text)
    assert plan(tmp_path).clubs == (ClubJob("otters", str(tmp_path / "otters" / "sessions.yml"), environment),)


def test_a_matrix_has_256_jobs_and_the_next_batch_the_others(tmp_path: Path) -> None:
    clubs(tmp_path, *(f"{number:04}" for number in range(600)))
    batches = [plan(tmp_path, number) for number in (1, 2, 3)]

    assert [len(batch.clubs) for batch in batches] == [256, 256, 88]
    assert {batch.batches for batch in batches} == {3}
    assert [club.club for batch in batches for club in batch.clubs] == [f"{number:04}" for number in range(600)]


@pytest.mark.parametrize("batch", [-1, 0, 2])
def test_a_batch_there_is_not_is_refused(tmp_path: Path, batch: int) -> None:
    clubs(tmp_path, "otters")
    with pytest.raises(InputError, match="no batch"):
        plan(tmp_path, batch)


@pytest.mark.parametrize("root", ["empty", "missing"])
def test_a_root_without_clubs_is_refused_since_an_empty_matrix_would_fail(tmp_path: Path, root: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=root):
        plan(tmp_path / root)


def test_a_thousand_clubs_take_no_time(tmp_path: Path) -> None:
    clubs(tmp_path, *(f"{number:04}" for number in range(1000)), text=SESSIONS_YML * 3 + ENVIRONMENT)
    began = time.process_time()
    plan(tmp_path, 4)
    assert time.process_time() - began < 5


def test_one_club_that_nests_its_file_without_end_does_not_hold_up_the_others(tmp_path: Path) -> None:
    clubs(tmp_path, "otters", text="[" * 60_000)
    began = time.process_time()
    plan(tmp_path)
    assert time.process_time() - began < 1


def repository(root: Path, **environments: str) -> None:
    """Clubs of one repository, by their folders with __ for /, each with an environment of that name."""
    (root / ".git").mkdir()
    for folder, environment in environments.items():
        clubs(root, folder.replace("__", "/"), text=SESSIONS_YML + ENVIRONMENT.replace("otters", environment))


def test_who_names_what_belongs_to_another_is_left_out_and_the_others_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repository(
        tmp_path,
        clubs__otters="otters",
        clubs__evil="otters",
        girls__seals="seals",
        clubs__seals="seals",
        sharks="sharks",
    )
    ledgers = {
        "clubs/gulls": "{store: git, branch: sessionsmgmt-ledger-sharks}",
        "clubs/crabs": "{store: file, path: ../otters/.sessionsmgmt/ledger.json}",
        "clubs/terns": "{store: file, migrate_from: {store: git, branch: sessionsmgmt-ledger-sharks}}",
        "clubs/auks": '{store: file, path: "a\\0b"}',
    }
    for folder, ledger in ledgers.items():
        clubs(tmp_path, folder, text=SESSIONS_YML.replace("{store: file, path: .sessionsmgmt/ledger.json}", ledger))

    assert main(["plan", "--root", str(tmp_path)]) == 0
    captured = capsys.readouterr()
    assert [one["club"] for one in json.loads(captured.out)["include"]] == ["otters", "sharks"]
    lines = captured.err.splitlines()
    assert [Path(line.partition(" is left out: ")[0]).parent.relative_to(tmp_path).as_posix() for line in lines] == [
        "clubs/auks",
        "clubs/crabs",
        "clubs/evil",
        "clubs/gulls",
        "clubs/seals",
        "clubs/terns",
        "girls/seals",
    ]
    assert "credentials.environment must be clubs-evil or evil" in captured.err


def test_a_club_outside_of_the_root_has_its_environment_as_well(tmp_path: Path) -> None:
    repository(tmp_path, clubs__otters="otters", otters="otters", clubs__seals="seals")

    planned = plan(tmp_path / "clubs")
    assert [club.club for club in planned.clubs] == ["seals"]
    assert len(planned.left_out) == 1


def test_a_checkout_without_git_is_judged_the_same_way(tmp_path: Path) -> None:
    repository(tmp_path, clubs__otters="sharks", sharks="sharks")
    (tmp_path / ".git").rmdir()

    assert [club.club for club in plan(tmp_path, workspace=tmp_path).clubs] == ["sharks"]


def test_where_nobody_is_left_it_says_why(tmp_path: Path) -> None:
    repository(tmp_path, clubs__otters="sharks")

    with pytest.raises(InputError, match=r"No club is left .* must be clubs-otters or otters"):
        plan(tmp_path)


def test_batches_count_those_that_are_left(tmp_path: Path) -> None:
    repository(tmp_path, x="y")
    clubs(tmp_path, *(f"{number:04}" for number in range(256)))

    assert (plan(tmp_path).batches, len(plan(tmp_path).clubs)) == (1, 256)


def test_what_is_printed_is_json_and_nothing_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clubs(tmp_path, *(f"{number:04}" for number in range(257)), text=SESSIONS_YML + ENVIRONMENT)
    report = tmp_path / "report.json"

    assert main(["plan", "--root", str(tmp_path), "--report", str(report)]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["include"][0] == {
        "club": "0000",
        "config": str(tmp_path / "0000" / "sessions.yml"),
        "environment": "otters",
    }
    assert len(captured.out.splitlines()) == 1
    assert "--batch 2" in captured.err
    assert json.loads(report.read_text("utf-8"))["command"] == "plan"
