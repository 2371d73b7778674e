"""docs/alerts.md: the coaches are mailed once when something begins to want a person, and weekly while it lasts."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from tests.end_to_end.harness import SESSIONS_YML, ClubFolder, body, vevent
from tests.end_to_end.pages import PAGES

[PAGE] = [page for page in PAGES if page.path == "docs/alerts.md"]
[KEYS] = PAGE.blocks("yaml")
ALERTS = KEYS.splitlines()[0] + "\n"

TWO_ADULTS = "    require: {adults: 2}\n"
REASON = "X-Sessionsmgmt-Alert"


def alerts(club: ClubFolder) -> list[EmailMessage]:
    return [email for email in club.emails() if email[REASON]]


def reasons(club: ClubFolder) -> list[str]:
    return [str(email[REASON]) for email in alerts(club)]


def test_a_session_without_enough_adults_is_told_once(club: ClubFolder) -> None:
    club.write("sessions.yml", SESSIONS_YML + TWO_ADULTS + ALERTS)
    first, second = club.call("run"), club.call("run", now="2026-11-06T13:00:00-05:00")

    assert (first.exit, second.exit) == (1, 1)
    [alert] = alerts(club)
    assert (alert["To"], alert[REASON]) == ("coach@example.org", "require-unmet")
    assert "Sat 2026-11-07 09:00, Team Session" in body(alert)
    assert "1 of at least 2 adults" in body(alert)
    assert not [name for name in ("Ada", "ada@", "Stu", "stu@") if name in alert.as_string()]


def test_it_comes_again_after_seven_days_while_it_lasts(club: ClubFolder) -> None:
    club.write("sessions.yml", SESSIONS_YML.replace("1 day", "4 weeks") + TWO_ADULTS + ALERTS)
    club.calendar(vevent(start="20261128T090000", end="20261128T120000"))
    for day in (6, 12, 13, 14, 20):
        club.call("run", now=f"2026-11-{day:02}T12:00:00-05:00")

    assert reasons(club) == ["require-unmet"] * 3
    assert len({email["Message-ID"] for email in alerts(club)}) == 3


def test_what_was_settled_and_begins_anew_is_told_anew(club: ClubFolder) -> None:
    enough = vevent(attendees=("ada@example.org", "stu@example.org"))
    club.write("sessions.yml", SESSIONS_YML + "    premises: {max_people: 2}\n" + ALERTS)
    crowded = vevent(attendees=("ada@example.org", "stu@example.org", "nia@example.org"))
    for hour, event in enumerate((crowded, enough, crowded), start=12):
        club.calendar(event)
        assert club.call("run", now=f"2026-11-06T{hour}:00:00-05:00").exit == 0

    assert reasons(club) == ["premises-max-people"] * 2


def test_a_role_without_a_contact_is_told(club: ClubFolder) -> None:
    club.write("sessions.yml", SESSIONS_YML.replace("roles:\n", "roles:\n  mentors: [Mentor]\n") + ALERTS)
    ran = club.call("run")

    assert (ran.exit, reasons(club)) == (0, ["role-without-contact"])


def test_a_notice_without_an_event_is_told_at_once(club: ClubFolder) -> None:
    club.write("sessions.yml", SESSIONS_YML.replace("Team Session", "Practice") + ALERTS)
    club.call("run")

    [alert] = alerts(club)
    assert alert[REASON] == "notice-without-event"
    assert "'Team Session'" in body(alert)


def test_with_silence_a_notice_is_told_after_that_time(club: ClubFolder) -> None:
    club.write("sessions.yml", SESSIONS_YML + KEYS)
    club.call("run")
    club.calendar(vevent(title="Practice", start="20261220T090000", end="20261220T120000"))
    early = club.call("run", now="2026-12-04T11:00:00-05:00")
    assert (early.exit, reasons(club)) == (0, [])

    late = club.call("run", now="2026-12-04T13:00:00-05:00")
    assert (late.exit, reasons(club)) == (0, ["notice-silent"])
    assert "notice-silent" in {warning["code"] for warning in late.report["warnings"]}


def test_silence_counts_from_the_first_run_that_knows_the_notice(club: ClubFolder) -> None:
    club.write("sessions.yml", SESSIONS_YML.replace("Team Session", "Practice") + KEYS)
    club.call("run", now="2026-11-06T12:00:00-05:00")
    club.call("run", now="2026-12-03T12:00:00-05:00")
    assert reasons(club) == []
    club.call("run", now="2026-12-05T12:00:00-05:00")
    assert reasons(club) == ["notice-silent"]


def test_a_session_that_lacks_people_is_told_a_day_before_it_must_be_cancelled(club: ClubFolder) -> None:
    club.write("sessions.yml", SESSIONS_YML + TWO_ADULTS + "    premises: {cancel_by: 7 days}\n" + ALERTS)
    club.calendar(vevent(start="20261120T090000", end="20261120T120000"))
    club.call("run", now="2026-11-12T08:00:00-05:00")
    assert reasons(club) == []
    club.call("run", now="2026-11-12T10:00:00-05:00")
    assert reasons(club) == ["premises-cancel-soon"]


def test_an_announced_session_out_of_sight_is_told(club: ClubFolder) -> None:
    club.write("sessions.yml", SESSIONS_YML + ALERTS)
    club.call("run")
    club.calendar(vevent(attendees=("stranger@example.net",)))
    club.call("run", now="2026-11-06T13:00:00-05:00")

    assert reasons(club) == ["attendees-unknown"]


def test_no_alert_where_all_is_well_and_none_without_the_key(club: ClubFolder) -> None:
    club.write("sessions.yml", SESSIONS_YML + KEYS)
    assert club.call("run").report["warnings"] == []
    club.write("sessions.yml", SESSIONS_YML + TWO_ADULTS)
    club.call("run", now="2026-11-06T13:00:00-05:00")

    assert reasons(club) == []


def test_previews_and_status_send_no_alert(club: ClubFolder) -> None:
    club.write("sessions.yml", SESSIONS_YML + TWO_ADULTS + ALERTS)
    for command in ("preview", "status", "run --dry-run"):
        club.call(command)

    assert not (club.folder / "outbox").exists()


def test_a_hostile_title_adds_no_header(club: ClubFolder) -> None:
    club.write("sessions.yml", SESSIONS_YML + TWO_ADULTS + ALERTS)
    club.calendar(vevent(title="Team Session\\nBcc: x@example.net <b>&amp\u202e"))
    club.call("run")

    [alert] = alerts(club)
    assert alert["Bcc"] is None
    assert "<b>&amp" in body(alert)
    assert "&lt;b&gt;&amp;amp" in body(alert, "html")
    assert "\u202e" not in body(alert)


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("alerts: {to: [coach]}\n", "sessions.yml:17:15: alerts.to[0]: "),
        ("alerts: {to: []}\n", "alerts.to: "),
        ("alerts: {}\n", "alerts.to: is missing"),
        ("alerts: {to: [a@example.org, A@example.org]}\n", "is the same address as alerts.to[0]"),
        ("silence: soon\n", "silence: must be a whole number of hours, days or weeks"),
        ("silence: 1 hour\n", "silence: must be from 1 day to 1 year"),
    ],
)
def test_a_mistake_is_named_with_its_place(club: ClubFolder, written: str, problem: str) -> None:
    club.write("sessions.yml", SESSIONS_YML + written)
    ran = club.call("validate")

    assert ran.exit == 2
    assert problem in ran.err


@pytest.mark.parametrize("key", KEYS.splitlines())
def test_a_ledger_in_the_calendar_has_no_room_for_them(club: ClubFolder, key: str) -> None:
    text = SESSIONS_YML.replace("{provider: ics, path: calendar.ics}", "{provider: google, id: team@example.org}")
    club.write(
        "sessions.yml", text.replace("{store: file, path: .sessionsmgmt/ledger.json}", "{store: calendar}") + key
    )
    ran = club.call("validate")

    assert ran.exit == 2
    assert "a ledger in the calendar has no room for this" in ran.err
