from __future__ import annotations

import json
import subprocess
from pathlib import Path

import jsonschema
import pytest

from sessionsmgmt.entrypoints.cli.main import main
from tests.end_to_end.harness import COMMAND, NOW, ROOT, ClubFolder, make_club, vevent

SCHEMA = json.loads((ROOT / "schema" / "report.schema.json").read_text("utf-8"))

RAISING = """\
import sys
def fail(event, arguments):
    if event == "open" and str(arguments[0]).endswith("calendar.ics"):
        raise LookupError("Stu Student <stu@example.org>")
sys.addaudithook(fail)
"""
"""Nothing that reads a file expects this error. Its text is what no log may show."""

INTERRUPTING = """\
import os, signal, sys
todo = ["once"]
def interrupt(event, args):
    if event == "os.link" and str(args[1]).endswith(".eml") and todo:  # the outbox puts a message into its folder
        todo.clear()
        os.kill(os.getpid(), signal.SIGINT)
sys.addaudithook(interrupt)
"""


@pytest.fixture
def club(tmp_path: Path) -> ClubFolder:
    return make_club(tmp_path)


def call(club: ClubFolder, *arguments: str, now: str = NOW) -> int:
    """Run a command on the club within this process."""
    return main([*arguments, "--config", str(club.folder / "sessions.yml"), "--now", now])


def with_hook(club: ClubFolder, hook: str) -> dict[str, str]:
    """The environment in which the command runs with that hook."""
    club.write("hook/sitecustomize.py", hook)
    return {"PYTHONPATH": f"{club.folder / 'hook'}:{ROOT}"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["rnu"],
        ["run", "--dry"],
        ["run", "--wet-run"],
        ["run", "now"],
        ["run", "--now"],
        ["resolve"],
        ["auth"],
        ["auth", "logout"],
        ["auth", "login"],
        ["auth", "login", "--client", "client.json"],
        ["auth", "login", "--client", "client.json", "--print", "--save", "credential.json"],
        ["init", "--config", "club.yml"],
        ["forget", "--yes", "--person", "ada@example.org\u200b"],
        ["export", "--person", "ada\u00a0@example.org"],
    ],
    ids=" ".join,
)
def test_a_command_line_that_is_wrong_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["--version"], ["run", "--help"], ["auth", "login", "-h"]])
def test_help_is_no_failure(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 0
    assert "sessionsmgmt" in capsys.readouterr().out


@pytest.mark.parametrize(
    "now",
    [
        "2026-11-06T12:00:00-05:00",
        "2026-11-06T17:00:00Z",
        "2026-11-06T17:00:00.000+00:00",
        "2026-11-07T02:00:00+09:00",
        "2026-11-06 17:00:00+00:00",
    ],
)
def test_an_instant_is_the_same_however_it_is_written(club: ClubFolder, now: str) -> None:
    report = club.folder / "report.json"
    assert call(club, "preview", "--report", str(report), now=now) == 0
    assert json.loads(report.read_text("utf-8"))["now"] == "2026-11-06T12:00:00-05:00"


@pytest.mark.parametrize(
    "now",
    [
        "",
        "now",
        "2026-11-31",
        "06.11.2026",
        "2026-11-06T12:00:00",
        "2026-13-06T12:00:00Z",
        "1793984400",
        "0001-01-01T00:00:00+05:00",
        "9999-12-31T23:59:59Z",
    ],
)
def test_what_is_no_instant_is_refused(club: ClubFolder, now: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(club, "run", now=now) == 2
    assert "--now" in capsys.readouterr().err
    assert not (club.folder / "outbox").exists()


def test_a_day_alone_is_its_midnight_in_the_zone_of_the_club(club: ClubFolder) -> None:
    report = club.folder / "report.json"
    assert call(club, "preview", "--report", str(report), now="2026-11-06") == 0
    assert json.loads(report.read_text("utf-8"))["now"] == "2026-11-06T00:00:00-05:00"


def test_a_day_without_a_readable_club_ends_with_the_problems_of_its_file(
    club: ClubFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    club.write("sessions.yml", "")
    assert call(club, "run", now="2026-11-06") == 2
    assert "sessions.yml:1:1: the file is empty" in capsys.readouterr().err


def test_a_time_without_an_offset_is_refused_with_what_to_type(
    club: ClubFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(club, "run", now="2026-11-06 07:00") == 2
    err = capsys.readouterr().err
    assert "the offset from UTC is missing; write it like 2026-11-07T15:30:00-05:00, or the day alone" in err


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["validate"], 0),
        (["preview"], 0),
        (["run", "--dry-run"], 0),
        (["run"], 0),
        (["status"], 0),
        (["doctor"], 0),
        (["resolve", "--sent"], 2),
        (["auth", "revoke"], 2),
        (["auth", "login", "--client", "client.json", "--print", "--no-browser"], 2),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, list) else None,
)
def test_every_command_reports_what_it_did(club: ClubFolder, arguments: list[str], status: int) -> None:
    assert reported(club, arguments) == status


@pytest.mark.parametrize(
    "arguments",
    [["validate"], ["preview"], ["run"], ["status"], ["doctor"], ["resolve", "--sent"], ["auth", "revoke"]],
    ids=" ".join,
)
def test_every_command_reports_that_the_settings_are_wrong(club: ClubFolder, arguments: list[str]) -> None:
    club.write("sessions.yml", "version: 1\nteam: [\n")
    assert reported(club, arguments) == 2


@pytest.mark.parametrize("command", ["preview", "run", "status", "doctor"])
def test_every_command_that_reads_reports_that_it_could_not(club: ClubFolder, command: str) -> None:
    club.write("calendar.ics", "<html>Sign in</html>")
    assert reported(club, [command]) == 2


@pytest.mark.parametrize("command", ["preview", "run", "status", "doctor"])
def test_a_ledger_that_cannot_be_trusted_ends_with_4(club: ClubFolder, command: str) -> None:
    club.write(".sessionsmgmt/ledger.json", "{")
    assert reported(club, [command]) == 4


def test_without_the_accounts_credential_doctor_says_so_in_a_row(
    club: ClubFolder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GOOGLE_CREDENTIALS", raising=False)
    text = (club.folder / "sessions.yml").read_text("utf-8")
    club.write("sessions.yml", text.replace("{provider: vcard, path: contacts.vcf}", "{provider: google}"))

    assert reported(club, ["doctor"]) == 2
    assert "GOOGLE_CREDENTIALS" in capsys.readouterr().out


def reported(club: ClubFolder, arguments: list[str]) -> int:
    """The status of the command, once its report was found to be as the schema says and to tell the same."""
    path = club.folder / "reports" / "report.json"
    status = call(club, *arguments, "--report", str(path))
    report = json.loads(path.read_text("utf-8"))
    jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker()).validate(report)
    assert report["exit"] == status
    assert report["command"] == " ".join(word for word in arguments[:2] if word in {*arguments[:1], "login", "revoke"})
    assert sum(report["counts"].values()) == sum(notice["state"] != "due" for notice in report["notices"])
    return status


def test_an_unforeseen_failure_says_its_kind_and_never_its_text(club: ClubFolder) -> None:
    ran = club.call("run", env=with_hook(club, RAISING))

    assert ran.exit == 1
    assert "LookupError" in ran.err
    assert "--verbose" in ran.err
    assert "Stu" not in ran.out + ran.err
    assert "Traceback" not in ran.err
    assert not (club.folder / "outbox").exists()


def test_verbose_says_where_it_failed_and_still_not_its_text(club: ClubFolder) -> None:
    ran = club.call("run", "--verbose", env=with_hook(club, RAISING))

    assert ran.exit == 1
    assert "LookupError" in ran.err
    assert "pipeline.py:" in ran.err
    assert "sitecustomize.py:4 in fail" in ran.err
    assert "Stu" not in ran.out + ran.err
    assert str(ROOT) not in ran.err


def test_a_run_that_is_interrupted_says_so_and_claims_nothing_more(club: ClubFolder) -> None:
    club.calendar(*(vevent(f"session-{number}") for number in range(12)))
    ran = club.call("run", env=with_hook(club, INTERRUPTING))

    assert ran.exit == 1
    assert "the run was told to end" in ran.out
    assert "Traceback" not in ran.err
    assert len(club.emails()) == 4
    assert sorted(ran.report["counts"].items()) == [("failed", 8), ("held", 0), ("sent", 4), ("skipped", 0)]
    again = club.call("run", now="2026-11-06T13:00:00-05:00")
    assert again.exit == 0
    assert sorted(again.report["counts"].items()) == [("failed", 0), ("held", 0), ("sent", 8), ("skipped", 4)]


def test_a_report_that_cannot_be_written_is_noticed_before_anything_is_sent(
    club: ClubFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(club, "run", "--report", str(club.folder)) == 2
    assert "--report" in capsys.readouterr().err
    assert not (club.folder / "outbox").exists()


@pytest.mark.parametrize(
    "place", ["sessions.yml/report.json", "/dev/full", "/dev/fd/4711", "linked/report.json", "link"]
)
@pytest.mark.parametrize(
    "command", [["run"], ["init", "--yes"], ["plan"], ["preview", "--out", "preview"], ["export", "--out", "all.json"]]
)
def test_where_a_report_cannot_be_written_nothing_is_done(
    club: ClubFolder,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: list[str],
    place: str,
) -> None:
    monkeypatch.chdir(club.folder)
    club.write("other/mine", "mine")
    Path("linked").symlink_to("other")
    Path("link").symlink_to("other/mine")
    before = sorted(club.folder.rglob("*"))
    assert main([*command, "--now", NOW, "--report", place]) == 2

    captured = capsys.readouterr()
    assert f"--report: {place} can't be written (" in captured.err
    assert captured.out == ""
    assert sorted(club.folder.rglob("*")) == before
    assert (club.folder / "other" / "mine").read_text("utf-8") == "mine"


LOSING = """\
import os, shutil, sys
def lose(event, _):
    if event == "os.link" and os.path.isdir("reports"):  # the outbox puts a message into its folder
        shutil.rmtree("reports")
sys.addaudithook(lose)
"""


def test_a_report_that_cannot_be_written_any_more_is_a_warning_and_leaves_the_status(club: ClubFolder) -> None:
    (club.folder / "reports").mkdir()
    ran = club.call("run", "--report", "reports/report.json", env=with_hook(club, LOSING))

    assert ran.exit == 0
    assert len(club.emails()) == 1
    assert "warning  report-unwritten  the report can't be written (No such file or directory)" in ran.out
    assert "1 sent." in ran.out


def test_a_report_about_a_failure_that_cannot_be_written_any_more_leaves_its_status(club: ClubFolder) -> None:
    (club.folder / "reports").mkdir()
    club.write("calendar.ics", "<html>Sign in</html>")
    hook = LOSING.replace("(event, _)", "(event, given)").replace(
        'event == "os.link"', 'event == "open" and str(given[0]).endswith("calendar.ics")'
    )
    ran = club.call("run", "--report", "reports/report.json", env=with_hook(club, hook))

    assert ran.exit == 2
    assert "calendar.ics" in ran.err
    assert "warning: the report can't be written (No such file or directory)" in ran.err
    assert not (club.folder / "reports").exists()


def test_that_nobody_reads_what_it_says_changes_nothing_of_what_it_does(club: ClubFolder) -> None:
    done = subprocess.run(
        ["bash", "-c", f"exec 3>&1; {{ {' '.join(COMMAND)} run --now {NOW} --report r.json; echo $? >&3; }} | true"],
        cwd=club.folder,
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )

    assert (done.stdout, done.stderr) == ("0\n", "")
    assert json.loads((club.folder / "r.json").read_text("utf-8"))["counts"]["sent"] == 1
