from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from icalendar import Calendar

from sessionsmgmt.adapters.files.sections import IcsCalendar
from sessionsmgmt.adapters.google.sections import GoogleCalendar
from sessionsmgmt.application.setup.ignored import completed
from sessionsmgmt.application.setup.init import action_named, in_the_way, planned_files, write, write_files
from sessionsmgmt.application.setup.questions import Answers, Source, answers, guess_zone, questions
from sessionsmgmt.characters import find_invisible
from sessionsmgmt.domain.model.people import Disclose
from sessionsmgmt.domain.model.rule import PresenceMode
from sessionsmgmt.errors import InputError
from tests.settings import load

NOW = datetime(2026, 11, 6, 17, tzinfo=UTC)
ZONE = "America/New_York"

LINES = st.text(st.characters(categories=["L", "M", "N", "P", "S", "Zs"]), min_size=1, max_size=60).filter(
    lambda text: text.isprintable() and text.strip() and find_invisible(text) is None
)
"""What a person can type as an answer, quotes, colons, emoji and combining marks included."""


def answered(**given: str) -> Answers:
    return answers(given, ZONE)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def workflow(files: dict[str, bytes], name: str) -> dict[Any, Any]:
    parsed: dict[Any, Any] = yaml.safe_load(files[f".github/workflows/sessions-{name}.yml"])
    return parsed


def test_there_are_at_most_eight_questions_and_each_says_why_and_has_a_default_that_will_do() -> None:
    asked = questions(ZONE)
    known: dict[str, str] = {}

    assert len({question.key for question in asked}) == len(asked) <= 8
    for question in asked:
        assert question.prompt
        assert "\n" not in question.why
        assert len(question.why) < 120
        known[question.key] = question.default(known)
        assert question.check(known[question.key], known) == ""
        assert not question.choices or known[question.key] in question.choices


def test_without_a_single_answer_the_club_runs_on_files() -> None:
    assert answered() == Answers(
        team="Our Team",
        timezone=ZONE,
        provider=Source.FILES,
        calendar="calendar.ics",
        match="Team Session",
        recipients=("office@example.org",),
        presence=PresenceMode.WHOLE_DAY,
        disclose=Disclose.COUNT,
    )


def test_the_default_calendar_is_a_name_at_google() -> None:
    assert answered(provider="google").calendar == "Team Calendar"


@pytest.mark.parametrize(
    ("key", "answer", "sentence"),
    [
        ("team", " ", "Team: write between 1 and 100 characters."),
        ("team", "x" * 101, "Team: write between 1 and 100 characters."),
        ("team", "two\nlines", "Team: leave out line breaks and control characters."),
        ("team", "Our\u200bTeam", "Team: it has an invisible character in it (U+200B ZERO WIDTH SPACE)."),
        ("calendar", "team\u00a0.ics", "Calendar: it has a blank in it (U+00A0 NO-BREAK SPACE)."),
        (
            "recipients",
            "a@example.org, b@example.org\ufeff",
            "Who is told: one of them has an invisible character in it (U+FEFF ZERO WIDTH NO-BREAK SPACE).",
        ),
        (
            "timezone",
            "Europe/Paris\u200b",
            "Time zone: this has an invisible character in it (U+200B ZERO WIDTH SPACE)",
        ),
        ("match", "\x1b[31m", "Text in the title of every session: leave out line breaks and control characters."),
        ("timezone", "EST/Boston", "Time zone: this is not an IANA time zone"),
        ("timezone", "../../etc/passwd", "Time zone: this is not an IANA time zone"),
        ("provider", "outlook", "Where are calendar and contacts: choose one of google, files."),
        ("calendar", "../calendar.ics", "Calendar: write the path of an .ics file in this folder, such as"),
        ("calendar", "/etc/calendar.ics", "Calendar: write the path of an .ics file in this folder, such as"),
        ("calendar", "calendar.txt", "Calendar: write the path of an .ics file in this folder, such as"),
        ("calendar", "!*.ics", "Calendar: write the path of an .ics file in this folder, such as"),
        ("recipients", "office", "Who is told: one of them must be one email address, with one @"),
        ("recipients", "a@example.org,", "Who is told: one of them must be one email address, with one @"),
        (
            "recipients",
            "a@example.org; b@example.org",
            'Who is told: write a comma between two addresses, not ";": a@example.org, b@example.org.',
        ),
        ("recipients", "A <a@example.org>", "Who is told: one of them must be the address alone"),
        ("presence", "morning", "Which times are announced: choose one of whole-day, event."),
        ("disclose", "all", "How are students named: choose one of names, initials, count."),
    ],
)
def test_an_answer_that_will_not_do_is_explained(key: str, answer: str, sentence: str) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(sentence)}"):
        answered(**{key: answer})


@pytest.mark.parametrize("provider", ["files", "google"])
def test_what_is_written_is_valid(provider: str, tmp_path: Path) -> None:
    write(answered(provider=provider), tmp_path)
    config = load(tmp_path / "sessions.yml")

    assert config.team == "Our Team"
    assert config.zone.key == ZONE
    assert config.first_calendar == (
        GoogleCalendar(name="Team Calendar") if provider == "google" else IcsCalendar(tmp_path / "calendar.ics")
    )
    assert [notice.to for notice in config.notices] == [("office@example.org",)]
    assert {role.name: role.disclose for role in config.roles} == {
        "adults": Disclose.NAMES,
        "students": Disclose.COUNT,
    }


@pytest.mark.parametrize("provider", ["files", "google"])
def test_everything_that_is_commented_out_is_valid_too(provider: str, tmp_path: Path) -> None:
    write(answered(provider=provider), tmp_path)
    path = tmp_path / "sessions.yml"
    keys = r"(?:from|reply_to|cc|template|require):|  (?:adults|students_per_adult):"
    offered = re.compile(rf"^( +)# (?={keys})", re.MULTILINE)
    path.write_text(offered.sub(r"\1", path.read_text("utf-8")), encoding="utf-8")
    [notice] = load(path).notices

    assert notice.cc == ("frontdesk@example.org",)
    assert notice.template is not None
    assert notice.template.name == "notice.md"
    assert (notice.rule.require.adults, notice.rule.require.students_per_adult) == (2, 8)
    assert load(path).mail.sender == "coaches@example.org"


@given(team=LINES, match=LINES)
def test_any_text_is_read_back_as_it_was_answered(
    team: str, match: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("club")
    write(answered(team=team, match=match), folder)
    config = load(folder / "sessions.yml")

    assert config.team == team
    assert [notice.rule.match for notice in config.notices] == [match]


@given(name=LINES)
def test_any_calendar_name_at_google_is_read_back(name: str) -> None:
    written = yaml.safe_load(planned_files(answered(provider="google", calendar=name))["sessions.yml"])

    assert written["calendar"] == {"provider": "google", "name": name}


def test_several_recipients_are_all_told_and_each_once() -> None:
    given = "a@example.org, b@example.org,A@Example.org"
    written = yaml.safe_load(planned_files(answered(recipients=given))["sessions.yml"])

    assert written["notices"][0]["to"] == ["A@Example.org", "b@example.org"]


@pytest.mark.parametrize(
    ("provider", "calendar", "contacts"),
    [("files", "calendar.ics", "contacts.vcf"), ("google", "sample.ics", "sample.vcf")],
)
def test_the_sample_has_no_person_of_this_world_and_is_written_by_the_rules(
    provider: str, calendar: str, contacts: str
) -> None:
    files = planned_files(answered(provider=provider, match="long " * 19))
    addresses = re.findall(rb"[\w.]+@[\w.]+", files[calendar] + files[contacts])

    assert {address.rpartition(b"@")[2] for address in addresses} == {b"example.org", b"sessionsmgmt.invalid"}
    assert all(len(line) <= 75 for line in files[calendar].split(b"\r\n"))
    for name in (calendar, contacts):
        assert files[name].count(b"\n") == files[name].count(b"\r\n") > 0


@given(match=LINES)
@example(match=r"C:\new; a, b")
def test_the_sample_session_matches_whatever_text_was_chosen(match: str) -> None:
    [event] = Calendar.from_ical(planned_files(answered(match=match))["calendar.ics"]).events

    assert str(event["SUMMARY"]) == match


@pytest.mark.parametrize("provider", ["files", "google"])
def test_the_workflows_may_do_no_more_than_they_need(provider: str) -> None:
    files = planned_files(answered(provider=provider))
    granted = {
        name: [job["permissions"] for job in workflow(files, name)["jobs"].values()]
        for name in ("notify", "preview", "rotate")
    }

    assert granted == {
        "notify": [{"actions": "read", "contents": "write", "issues": "write"}],
        "preview": [{"contents": "read"}, {"contents": "read", "checks": "write", "pull-requests": "write"}],
        "rotate": [{"actions": "read", "contents": "read", "issues": "write"}],
    }
    for name in granted:
        assert workflow(files, name)["permissions"] == {}
        checkout = workflow(files, name)["jobs"][name]["steps"][0]
        assert checkout["with"] == {"persist-credentials": False}


def test_the_preview_on_pull_requests_gets_no_secret() -> None:
    for provider in ("files", "google"):
        text = planned_files(answered(provider=provider))[".github/workflows/sessions-preview.yml"].decode()
        assert "secrets." not in text
        assert "pull_request_target" not in text


def test_the_schedules_are_in_the_clubs_time_zone_and_off_the_hour() -> None:
    files = planned_files(answered(provider="google", timezone="Europe/Paris"))
    for name in ("notify", "rotate"):
        [entry] = workflow(files, name)[True]["schedule"]  # YAML 1.1 reads the key "on" as true
        assert entry["timezone"] == "Europe/Paris"
        assert 5 <= int(entry["cron"].split()[0]) <= 55


def test_a_club_on_files_is_on_no_schedule_since_it_would_tell_nobody() -> None:
    files = planned_files(answered())

    assert workflow(files, "notify")[True].keys() == {"workflow_dispatch"}
    assert workflow(files, "rotate")[True].keys() == {"workflow_dispatch"}


def test_runs_wait_for_each_other_and_none_is_dropped() -> None:
    files = planned_files(answered(provider="google"))

    assert workflow(files, "notify")["concurrency"] == workflow(files, "rotate")["concurrency"]
    assert workflow(files, "notify")["concurrency"] == {
        "group": "sessions",
        "queue": "max",
        "cancel-in-progress": False,
    }


def test_writing_touches_nothing_but_what_was_planned(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "club"
    written = write(answered(), folder)

    assert contents(tmp_path) == {f"new/club/{name}": content for name, content in planned_files(answered()).items()}
    assert {path.as_posix() for path in written} == planned_files(answered()).keys()


def test_a_file_in_the_way_stops_everything(tmp_path: Path) -> None:
    (tmp_path / "notice.md").write_text("mine", encoding="utf-8")

    with pytest.raises(InputError, match=r"^These files exist already: notice\.md\. Nothing was written\."):
        write(answered(), tmp_path)
    assert contents(tmp_path) == {"notice.md": b"mine"}


def test_a_dangling_link_in_the_way_stops_everything(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    club = tmp_path / "club"
    club.mkdir()
    (club / "sessions.yml").symlink_to(outside)

    with pytest.raises(InputError, match=r"^These files exist already: sessions\.yml"):
        write(answered(), club)
    assert contents(tmp_path) == {}


def test_only_what_is_named_is_overwritten(tmp_path: Path) -> None:
    write(answered(team="Before"), tmp_path)
    (tmp_path / "notice.md").write_text("mine", encoding="utf-8")
    everything = [Path(name) for name in planned_files(answered()) if name != "notice.md"]

    with pytest.raises(InputError, match=r"^These files exist already: notice\.md"):
        write(answered(team="After"), tmp_path, everything)
    assert b"Before" in contents(tmp_path)["sessions.yml"]

    write(answered(team="After"), tmp_path, [*everything, Path("notice.md")])
    assert contents(tmp_path) == planned_files(answered(team="After"))


def test_a_file_that_is_kept_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "notice.md").write_text("mine", encoding="utf-8")
    result = write_files(answered(), tmp_path, (), keep=[Path("notice.md")])

    assert contents(tmp_path) == {**planned_files(answered()), "notice.md": b"mine"}
    assert "Kept as it was\n  notice.md\n" in result.message


def test_a_file_that_has_this_content_already_is_not_in_the_way(tmp_path: Path) -> None:
    write(answered(team="Before"), tmp_path)

    assert in_the_way(answered(team="After"), tmp_path) == (Path("sessions.yml"),)


def test_a_gitignore_that_is_there_gets_what_it_lacks(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_bytes(b"mine\r\noutbox")
    written = write(answered(), tmp_path)

    assert Path(".gitignore") in written
    lines = (tmp_path / ".gitignore").read_bytes().split(b"\r\n")
    assert lines[:2] == [b"mine", b"outbox"]
    assert b"/credential.json" in lines
    assert b"/outbox/" not in lines
    assert Path(".gitignore") not in write(answered(), tmp_path)


def test_a_gitignore_that_is_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("mine", encoding="utf-8")
    (tmp_path / ".gitignore").symlink_to("elsewhere")
    write(answered(), tmp_path)

    assert (tmp_path / ".gitignore").is_symlink()
    assert (tmp_path / "elsewhere").read_text("utf-8") == "mine"


@given(st.binary(max_size=60))
def test_a_gitignore_keeps_its_lines_and_is_complete_after_once(there: bytes) -> None:
    whole = completed(there)

    assert whole.startswith(there)
    assert completed(whole) == b""


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("", ""),
        ("otters", "otters/sessionsmgmt@v1"),
        ("otters/notices", "otters/notices@v1"),
        ("otters/sessionsmgmt@v1.2.3", "otters/sessionsmgmt@v1.2.3"),
        ("https://github.com/otters/sessionsmgmt.git", "otters/sessionsmgmt@v1"),
    ],
)
def test_the_action_may_be_named_by_its_account_alone(text: str, action: str) -> None:
    assert action_named(text) == action


@pytest.mark.parametrize("text", ["two words", "a/b/c", "otters/x@v1 # y", "-x", "x: y", "a\nb"])
def test_what_names_no_action_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"^--action names no Action\."):
        action_named(text)


@pytest.mark.parametrize("provider", ["files", "google"])
def test_every_workflow_takes_the_action_from_where_it_is(provider: str, tmp_path: Path) -> None:
    known = replace(answered(provider=provider), action="otters/sessionsmgmt@v1")
    result = write_files(known, tmp_path, ())

    for name in ("notify", "preview", "rotate"):
        text = (tmp_path / f".github/workflows/sessions-{name}.yml").read_text("utf-8")
        assert "      - uses: otters/sessionsmgmt@v1\n        " in text
        assert "OWNER" not in text
    assert "\nThe workflows take sessionsmgmt from otters/sessionsmgmt@v1.\n" in result.message


def test_where_nobody_knows_the_action_the_workflows_and_the_last_line_say_what_to_replace(tmp_path: Path) -> None:
    result = write_files(answered(), tmp_path, ())

    for name in ("notify", "preview", "rotate"):
        text = (tmp_path / f".github/workflows/sessions-{name}.yml").read_text("utf-8")
        assert (
            "- uses: OWNER/sessionsmgmt@v1 # replace OWNER by the account at GitHub that has this Action\n     " in text
        )
    assert "replace OWNER by the account at GitHub" in result.message


def test_overwriting_what_init_does_not_write_is_refused(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine", encoding="utf-8")

    with pytest.raises(InputError, match=r"^README\.md is none of the files that init writes\."):
        write(answered(), tmp_path, [Path("README.md")])
    assert contents(tmp_path) == {"README.md": b"mine"}


def test_a_calendar_that_is_there_is_used_and_not_replaced_by_the_sample(tmp_path: Path) -> None:
    (tmp_path / "season.ics").write_text("mine", encoding="utf-8")
    written = write(answered(calendar="season.ics"), tmp_path)

    assert (tmp_path / "season.ics").read_text("utf-8") == "mine"
    assert Path("season.ics") not in written
    assert Path("contacts.vcf") in written


def test_a_failure_half_way_leaves_everything_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "sessions.yml").write_text("mine", encoding="utf-8")
    (tmp_path / ".github").write_text("a file where a folder should be", encoding="utf-8")
    before = contents(tmp_path)

    with pytest.raises(InputError, match=r"Nothing was written\."):
        write(answered(), tmp_path, [Path("sessions.yml")])
    assert contents(tmp_path) == before


def test_a_folder_that_leads_elsewhere_is_not_followed(tmp_path: Path) -> None:
    outside, club = tmp_path / "outside", tmp_path / "club"
    outside.mkdir()
    club.mkdir()
    (club / ".github").symlink_to(outside)

    with pytest.raises(InputError, match="is a link, or behind one"):
        write(answered(), club)
    assert contents(tmp_path) == {}
    assert list(outside.iterdir()) == []


def test_overwriting_a_link_does_not_reach_what_it_points_to(tmp_path: Path) -> None:
    outside, club = tmp_path / "outside.yml", tmp_path / "club"
    outside.write_text("mine", encoding="utf-8")
    club.mkdir()
    (club / "sessions.yml").symlink_to(outside)

    with pytest.raises(InputError, match=r"^sessions\.yml is a link"):
        write(answered(), club, [Path("sessions.yml")])
    assert outside.read_text("utf-8") == "mine"


def test_the_result_says_what_was_written_and_what_comes_next(tmp_path: Path) -> None:
    result = write_files(answered(), tmp_path, ())

    assert result.message.splitlines()[:2] == ["Wrote", "  sessions.yml"]
    assert "sessionsmgmt preview --out preview" in result.message
    assert result.message.splitlines()[-1].endswith("own inbox first: sessionsmgmt preview --mail you@example.org")


@pytest.mark.parametrize(
    ("tz", "target", "zone"),
    [
        ("Europe/Paris", "/usr/share/zoneinfo/Asia/Tokyo", "Europe/Paris"),
        (":Europe/Paris", "", "Europe/Paris"),
        ("", "/usr/share/zoneinfo/Asia/Tokyo", "Asia/Tokyo"),
        ("", "../usr/share/zoneinfo/America/Indiana/Knox", "America/Indiana/Knox"),
        ("EST5EDT4,M3.2.0,M11.1.0", "/usr/share/zoneinfo/Asia/Tokyo", "Asia/Tokyo"),
        ("nonsense", "/somewhere/else", "UTC"),
        ("", "", "UTC"),
    ],
)
def test_the_time_zone_is_the_machines_own_where_it_says(tz: str, target: str, zone: str, tmp_path: Path) -> None:
    localtime = tmp_path / "localtime"
    if target:
        localtime.symlink_to(target)

    assert guess_zone(tz, localtime) == zone
