"""``init`` as a stranger meets it: asked on a terminal, told by options, or come from MantaBots' earlier script."""

from __future__ import annotations

import base64
import json
import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.emulators.google import GoogleEmulator, World, event
from tests.end_to_end.harness import COMMAND, ClubFolder, Ran
from tests.environment import of_the_machine

KEY = base64.b64encode(bytes(32)).decode()
START = datetime(2026, 11, 7, 14, tzinfo=UTC)
QUESTIONS = 8


def typed(folder: Path, answers: str, *options: str) -> subprocess.CompletedProcess[str]:
    """What somebody meets who types these lines."""
    return subprocess.run(
        [*COMMAND, "init", *options],
        cwd=folder,
        env={**of_the_machine(), "TZ": "Europe/Paris"},
        input=answers,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_eight_questions_answered_with_the_return_key_make_a_club_that_can_be_looked_at(tmp_path: Path) -> None:
    done = typed(tmp_path, "\n" * QUESTIONS)
    club = ClubFolder(tmp_path)

    assert done.returncode == 0
    assert done.stderr.count("]: ") == QUESTIONS
    assert 'timezone: "Europe/Paris"' in (tmp_path / "sessions.yml").read_text("utf-8")
    assert club.call("validate").exit == 0
    assert club.call("preview", "--out", "preview").exit == 0
    assert club.call("run").states == [("new", "sent")]


def test_an_answer_that_will_not_do_is_asked_for_again(tmp_path: Path) -> None:
    done = typed(tmp_path, "Otters\nBoston\nAmerica/New_York\n" + "\n" * (QUESTIONS - 2))

    assert done.returncode == 0
    assert "is not an IANA time zone" in done.stderr
    assert "America/New_York" in (tmp_path / "sessions.yml").read_text("utf-8")


@pytest.mark.parametrize("answer", ["y", "n"])
def test_a_file_that_is_there_is_replaced_only_by_leave(tmp_path: Path, answer: str) -> None:
    (tmp_path / "notice.md").write_text("mine", encoding="utf-8")
    done = typed(tmp_path, "\n" * QUESTIONS + f"{answer}\n")

    assert "notice.md is there already. Replace it?" in done.stderr
    assert done.returncode == 0
    assert ((tmp_path / "notice.md").read_text("utf-8") == "mine") is (answer == "n")
    assert ("Kept as it was\n  notice.md" in done.stdout) is (answer == "n")
    assert (tmp_path / "sessions.yml").exists()


def test_whoever_closes_the_terminal_has_changed_nothing(tmp_path: Path) -> None:
    done = typed(tmp_path, "Otters\n")

    assert done.returncode != 0
    assert list(tmp_path.iterdir()) == []


def test_flags_answer_everything_unattended(tmp_path: Path) -> None:
    flags = {
        "team": "Otters",
        "timezone": "Europe/Paris",
        "provider": "google",
        "calendar": "Team",
        "match": "Practice",
        "recipients": "office@example.com",
        "presence": "event",
        "disclose": "initials",
    }
    done = typed(tmp_path, "", *(f"--{key}={value}" for key, value in flags.items()))
    text = (tmp_path / "sessions.yml").read_text("utf-8")

    assert (done.returncode, done.stderr) == (0, "")
    assert [value for value in flags.values() if value not in text] == []


CONF = {
    "team": "MantaBots",
    "mail": {"to": "office@example.org", "pattern": "mail-pattern.txt"},
    "calendar": {
        "name": "2026-2027 Team Calendar",
        "topic": "Team Session",
        "days": 1,
        "full_day": "True",
        "time_zone": "America/New_York",
    },
}
PATTERN = "Subject: {{team}}, {{date}}\n\nWe come from {{start_time}} to {{end_time}}.\n\n{{adults}}\n\n{{students}}\n"
PEOPLE = {"ada@example.org": "Ada Adult", "stu@example.org": "Stu Student"}
MARKS = {  # what the earlier script left on an event that it had told of, with the whole day it announced
    "sent": "true",
    "start": "2026-11-07T05:00:00.000000+0000",
    "end": "2026-11-08T04:59:59.000000+0000",
    "adults": json.dumps({"mail": "ada@example.org", "name": "Ada Adult"}),
    "students": json.dumps({"mail": "stu@example.org", "name": "Stu Student"}),
}


@pytest.fixture
def google() -> Iterator[GoogleEmulator]:
    world = World()
    told = event("told", START, attendees=list(PEOPLE), extendedProperties={"private": MARKS})
    world.calendar().put(told, event("fresh", START, attendees=list(PEOPLE)))
    world.contacts.add("Ada Adult", "ada@example.org", labels=["Adult"])
    world.contacts.add("Stu Student", "stu@example.org", labels=["Student"])
    with GoogleEmulator(world) as emulator:
        yield emulator
        assert emulator.violations == ()


def test_who_comes_from_the_earlier_script_tells_nobody_again(tmp_path: Path, google: GoogleEmulator) -> None:
    club = ClubFolder(tmp_path)
    club.write("old/conf.json", json.dumps(CONF))
    club.write("old/mail-pattern.txt", PATTERN)
    env = {"GOOGLE_CREDENTIALS": google.credentials, "SESSIONSMGMT_GOOGLE_ROOT": google.root, "SESSIONSMGMT_KEY": KEY}
    assert typed(tmp_path, "", "--from", "old/conf.json", "--yes").returncode == 0
    text = (tmp_path / "sessions.yml").read_text("utf-8")
    club.write("sessions.yml", re.sub(r"^credentials:(\n  .*)*\n", "", text, flags=re.MULTILINE))

    def call(command: str) -> Ran:
        return club.call(command, env=env)

    assert call("validate").exit == 0
    assert sorted(str(kind) for kind, _ in call("run").states) == ["None", "new"]
    [sent] = google.sent
    body = sent.message.get_body(("plain",))
    assert body is not None
    assert "We come from" in body.get_content()
    assert "Ada Adult" in body.get_content()
    assert call("run").states == [(None, "skipped"), (None, "skipped")]
    google.world.calendar().cancel("told")
    assert ("cancelled", "sent") in call("run").states


def test_git_does_not_see_what_the_next_commands_make(tmp_path: Path) -> None:
    club = ClubFolder(tmp_path)
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    assert club.call("init --yes").exit == 0
    club.call("preview", "--out", "preview")
    club.call("run", now="2026-01-01T12:00:00Z")
    for name in ("client.json", "credential.json"):
        club.write(name, "hush")

    listed = subprocess.run(
        ["git", "status", "--porcelain", "--untracked-files=all"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert {line.removeprefix("?? ").partition("/")[0] for line in listed} == {
        ".github",
        ".gitignore",
        "calendar.ics",
        "contacts.vcf",
        "notice.md",
        "sessions.yml",
    }


def test_a_gitignore_that_is_there_keeps_its_lines_and_gets_those_of_the_club(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("mine\n", encoding="utf-8")
    assert ClubFolder(tmp_path).call("init --yes").exit == 0
    lines = (tmp_path / ".gitignore").read_text("utf-8").splitlines()
    assert lines[0] == "mine"
    assert {"/outbox/", "/preview/", "/credential.json", "/.sessionsmgmt/"} <= set(lines)


def test_an_option_says_where_the_workflows_take_the_action_from(tmp_path: Path) -> None:
    assert ClubFolder(tmp_path).call("init --yes --action otters").exit == 0
    for path in (tmp_path / ".github" / "workflows").iterdir():
        assert "uses: otters/sessionsmgmt@v1\n" in path.read_text("utf-8")


@pytest.mark.parametrize(
    ("options", "present", "absent"),
    [
        ("", ["all day", "2 students", "Robin Example"], ["12:00", "11:59", "Student 1", "Kim"]),
        (
            "--presence event --disclose initials",
            ["5:00\u202fPM", "7:30\u202fPM", "K. I."],
            ["all day", "Kim", "2 students"],
        ),
    ],
)
def test_the_template_says_what_the_answers_allow(
    tmp_path: Path, options: str, present: list[str], absent: list[str]
) -> None:
    club = ClubFolder(tmp_path)
    assert club.call(f"init --yes --timezone America/New_York {options}").exit == 0
    path = tmp_path / "sessions.yml"
    path.write_text(path.read_text("utf-8").replace("# template: notice.md", "template: notice.md"), encoding="utf-8")
    assert club.call("preview", "--out", "preview").exit == 0
    [page] = (tmp_path / "preview").glob("**/*.txt")
    text = page.read_text("utf-8")

    assert [words for words in present if words not in text] == []
    assert [words for words in absent if words in text] == []
    assert "Nobody of" not in (tmp_path / "notice.md").read_text("utf-8")
