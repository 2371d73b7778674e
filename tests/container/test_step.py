"""The command line in the container of a step: what it does, what it says, and what it leaves behind."""

from __future__ import annotations

import json
import re
import shutil

from tests.container.clubs import AT_GOOGLE, NOW, WRONG
from tests.container.engine import ROOT, Engine
from tests.container.runner import Runner
from tests.emulators.google import GoogleEmulator

AT = ("--now", NOW)
SATURDAY = "2026-10-31T08:00:00-04:00"


def test_validate_says_that_the_file_is_right_and_leaves_the_checkout_as_it_is(club: Runner) -> None:
    before = club.files()

    done = club.step("validate")

    assert (done.exit, done.err) == (0, "")
    assert "sessions.yml is valid" in done.out
    assert club.files() == before


def test_a_wrong_file_ends_with_2_and_names_line_and_column(club: Runner) -> None:
    club.check_out(WRONG)

    done = club.step("validate")

    assert done.exit == 2
    assert "sessions.yml:14:13" in done.out + done.err


def test_preview_writes_its_folder_and_nothing_else(club: Runner) -> None:
    before = club.files()

    done = club.step("preview", "--out", "preview", *AT)

    new = {name for name, file in club.files().items() if before.get(name) != file}
    assert done.exit == 0
    assert "preview/index.html" in new
    assert [name for name in new if not name.startswith("preview/")] == []


def test_run_sends_once_and_writes_what_sessions_yml_names_and_nothing_else(club: Runner) -> None:
    before = club.files()

    first = club.step("run", *AT, "--report", "/github/runner_temp/report.json")
    second = club.step("run", *AT)

    new = {name for name, file in club.files().items() if before.get(name) != file}
    report = json.loads((club.temp / "report.json").read_text("utf-8"))
    assert (first.exit, second.exit) == (0, 0)
    assert report["counts"]["sent"] == 1
    assert len([name for name in new if name.endswith(".eml")]) == 1
    assert [name for name in new if not re.match(r"outbox/(\.gitignore|.*\.eml)$|\.sessionsmgmt/", name)] == []


def test_run_at_google_reads_sends_and_writes_the_ledger_alone(runner: Runner, google: GoogleEmulator) -> None:
    runner.check_out(AT_GOOGLE)
    before = runner.files()
    env = {"GOOGLE_CREDENTIALS": google.credentials, "SESSIONSMGMT_GOOGLE_ROOT": google.root}

    done = runner.step("run", *AT, env=env)

    new = {name for name, file in runner.files().items() if before.get(name) != file}
    assert done.exit == 0
    assert [line for line in done.err.splitlines() if not line.startswith("::add-mask::")] == []
    assert len(google.calls("gmail.users.messages.send")) == 1
    assert [name for name in new if not name.startswith(".sessionsmgmt/")] == []


def test_every_command_starts_from_what_is_in_the_image(runner: Runner) -> None:
    listed = runner.step("--help")
    commands = re.findall(r"^  ([a-z]+)  ", listed.out.partition("Commands:")[2], re.MULTILINE)

    assert {"auth", "doctor", "init", "preview", "resolve", "run", "status", "validate"} <= set(commands)
    ended = {command: runner.step(command, "--help") for command in commands}
    assert {command: done for command, done in ended.items() if done.exit} == {}


def test_init_makes_a_club_that_validates_and_status_and_doctor_read_it(runner: Runner) -> None:
    assert runner.step("init", "--yes").exit == 0
    assert runner.step("validate").exit == 0
    assert runner.step("status", *AT).exit == 0
    assert runner.step("doctor", *AT).exit == 0


def test_the_example_club_writes_to_its_french_owner_in_french_whatever_the_locale(runner: Runner) -> None:
    shutil.copytree(ROOT / "examples" / "club", runner.workspace, dirs_exist_ok=True)

    done = runner.step("preview", "--out", "preview", "--now", SATURDAY, env={"LANG": "C", "LC_ALL": "C"})

    texts = [path.read_text("utf-8") for path in (runner.workspace / "preview" / "emails").glob("*.txt")]
    assert done.exit == 0
    assert any("Élèves" in text and "du samedi 7 au dimanche 8 novembre 2026" in text for text in texts)


HOSTILE = "open('/github/workspace/it-was-run', 'w').write(__name__)\nraise SystemExit(99)\n"


def test_nothing_of_the_checkout_or_of_the_workflows_environment_is_imported(club: Runner) -> None:
    for folder in (club.workspace, club.home / ".local" / "lib" / "python3.13" / "site-packages"):
        (folder / "sessionsmgmt").mkdir(parents=True)
        (folder / "sessionsmgmt" / "__init__.py").write_text(HOSTILE, "utf-8")
        for name in ("yaml", "json", "sitecustomize", "usercustomize", "click", "encodings"):
            (folder / f"{name}.py").write_text(HOSTILE, "utf-8")
        (folder / "evil.pth").write_text("import sitecustomize\n", "utf-8")
    (club.workspace / "pyvenv.cfg").write_text("home = /github/workspace\n", "utf-8")
    env = {
        "PYTHONPATH": "/github/workspace",
        "PYTHONHOME": "/github/workspace",
        "PYTHONSTARTUP": "/github/workspace/yaml.py",
        "PYTHONUSERBASE": "/github/home/.local",
        "PYTHONPYCACHEPREFIX": "/github/workspace",
        "PYTHONINSPECT": "1",
    }

    done = club.step("validate", env=env)

    assert (done.exit, done.err) == (0, "")
    assert "sessions.yml is valid" in done.out
    assert not (club.workspace / "it-was-run").exists()


def test_runs_change_nothing_in_the_container_itself(club: Runner, container: Engine) -> None:
    club.step("validate")
    club.step("run", *AT)

    assert container.left_behind() == frozenset()
