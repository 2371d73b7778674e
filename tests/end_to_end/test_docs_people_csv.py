"""docs/people-csv.md: people in a spreadsheet, from the table on the page to the email."""

from __future__ import annotations

from tests.end_to_end.harness import SESSIONS_YML, ClubFolder, body, vevent
from tests.end_to_end.pages import PAGES

[PAGE] = [page for page in PAGES if page.path == "docs/people-csv.md"]
[TABLE] = PAGE.blocks("csv")
[SECTION] = PAGE.blocks("yaml")
AT_CSV = SESSIONS_YML.replace("contacts: {provider: vcard, path: contacts.vcf}\n", SECTION)
INVITED = vevent(attendees=("ada@example.org", "stu@example.org", "pat@example.org"))


def a_club_with_a_table(club: ClubFolder, table: str = TABLE) -> None:
    club.write("people.csv", table)
    club.write("sessions.yml", AT_CSV)
    club.calendar(INVITED)


def test_the_table_of_the_page_names_everybody_in_the_email(club: ClubFolder) -> None:
    a_club_with_a_table(club)

    assert club.call("validate").exit == 0
    assert club.call("preview", "--out", "preview").exit == 0
    ran = club.call("run")
    assert (ran.states, ran.report["warnings"]) == ([("new", "sent")], [])
    text = body(club.emails()[0])
    assert all(name in text for name in ("Ada Adult", "Stu Student", "Kim Child"))
    assert "example.org" not in text.replace("coach@example.org", "").replace("office@example.org", "")


def test_a_missing_column_and_a_missing_file_are_errors_before_anything_is_sent(club: ClubFolder) -> None:
    a_club_with_a_table(club, TABLE.replace("labels", "lables"))
    ran = club.call("run")

    assert (ran.exit, club.emails()) == (2, [])
    assert "people.csv:1: the header row lacks the column labels" in ran.err
    (club.folder / "people.csv").unlink()
    assert club.call("validate").exit == 2


def test_who_shares_an_address_is_left_out_with_a_warning_and_nothing_is_called_off(club: ClubFolder) -> None:
    a_club_with_a_table(club)
    assert club.call("run").states == [("new", "sent")]
    a_club_with_a_table(club, TABLE + "Lou Child,stu@example.org,Student,\n")
    ran = club.call("run", now="2026-11-06T13:00:00-05:00")

    assert (ran.exit, len(club.emails())) == (0, 1)
    assert [warning["code"] for warning in ran.report["warnings"]][:2] == ["contact-address-shared"] * 2
    assert "example.org" not in str(ran.report["warnings"])
