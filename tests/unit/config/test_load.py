"""The configuration that a valid sessions.yml becomes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from sessionsmgmt.adapters.files.sections import IcsCalendar, OutboxMail, VcardContacts
from sessionsmgmt.adapters.google.sections import GoogleCalendar, GoogleContacts, GoogleMail
from sessionsmgmt.adapters.microsoft.sections import MicrosoftCalendar, MicrosoftContacts, MicrosoftMail
from sessionsmgmt.adapters.smtp_imap.sections import SmtpMail
from sessionsmgmt.config.model import (
    CalendarEntry,
    CalendarStore,
    Config,
    Confirm,
    Credentials,
    FileStore,
    GitStore,
    LedgerSettings,
    Mail,
    NoticeSettings,
    Sample,
    Scope,
    Signature,
    Template,
)
from sessionsmgmt.domain.model.notice import DEFAULT_KINDS, Kind
from sessionsmgmt.domain.model.people import Attending, Disclose, ResponsiblePerson, Role
from sessionsmgmt.domain.model.rule import PresenceMode, Require, Rule, Unit, Within
from tests.settings import load
from tests.unit.config.club import BASE, WHOLE, Club, changed, load_with_every_provider


def test_every_key_arrives(club: Club) -> None:
    assert club.load(WHOLE) == Config(
        path=club.file,
        root=club.root,
        team="MantaBots",
        zone=ZoneInfo("America/New_York"),
        locale="fr_CA",
        calendars=(CalendarEntry(IcsCalendar(club.root / "calendar.ics"), ("coach@example.org",)),),
        contacts=VcardContacts(club.root / "contacts.vcf"),
        mail=Mail(
            OutboxMail(club.root / "out" / "mails"),
            "coaches@example.org",
            ("coach@example.org",),
            Confirm.SENT_FOLDER,
            Signature("signature.md", "**Coach Lee**\n"),
        ),
        contact=ResponsiblePerson("Coach Lee", "+1 555 0100"),
        roles=(Role("adults", ("Adult", "Parent")), Role("students", ("Student",), Disclose.COUNT)),
        ledger=LedgerSettings(
            FileStore(club.root / "kept" / "ledger.json"), GitStore("club/ledger"), timedelta(weeks=8)
        ),
        notices=(
            NoticeSettings(
                rule=Rule(
                    "campus",
                    "Team Session",
                    Within(2, Unit.WEEKS),
                    PresenceMode.EVENT,
                    frozenset({Kind.NEW, Kind.CANCELLED}),
                    Require(2, 8),
                    ("Student", "U12"),
                    Attending.ACCEPTED,
                ),
                to=("office@example.org",),
                cc=("coach@example.org",),
                template=Template("notice.md", "Subject: {{ team }}\n\nHello\n"),
                attach_calendar=False,
                locale="de",
                line=WHOLE[: WHOLE.index("- id:")].count("\n") + 1,
            ),
        ),
        credentials=Credentials(
            "GOOGLE_CREDENTIALS", Scope.ENVIRONMENT, environment="production", rotate_after=timedelta(hours=36)
        ),
        sample=Sample(club.root / "sample.ics", club.root / "sample.vcf"),
        alerts=("coach@example.org",),
        silence=timedelta(weeks=4),
    )


def test_what_is_left_out_has_its_default(club: Club) -> None:
    config = club.load(BASE)
    assert config.locale == "en_US"
    assert config.mail == Mail(GoogleMail())
    assert config.ledger == LedgerSettings()
    assert (config.credentials, config.sample, config.calendars[0].organizers) == (None, None, None)
    assert config.notices == (
        NoticeSettings(
            Rule("campus", "Team Session", Within(1, Unit.DAYS), PresenceMode.WHOLE_DAY, DEFAULT_KINDS, Require()),
            to=("office@example.org",),
            line=11,
        ),
    )


@pytest.mark.parametrize(
    ("old", "new", "section", "expected"),
    [
        ("{provider: google, name: Team}", "{provider: google, id: x@y}", "first_calendar", GoogleCalendar(id="x@y")),
        (
            "{provider: google, name: Team}",
            "{provider: microsoft, name: T}",
            "first_calendar",
            MicrosoftCalendar(name="T"),
        ),
        ("contacts: {provider: google}", "contacts: {provider: google}", "contacts", GoogleContacts()),
        ("contacts: {provider: google}", "contacts: {provider: microsoft}", "contacts", MicrosoftContacts()),
        ("mail: {provider: google}", "mail: {provider: microsoft}", "mail", Mail(MicrosoftMail())),
        (
            "mail: {provider: google}",
            "mail: {provider: smtp, host: mail.example.org, username: c@example.org}",
            "mail",
            Mail(SmtpMail("mail.example.org", 587, "c@example.org", "starttls")),
        ),
        (
            "mail: {provider: google}",
            "mail: {provider: smtp, host: h, username: coach, from: c@example.org, security: tls}",
            "mail",
            Mail(SmtpMail("h", 465, "coach", "tls"), sender="c@example.org"),
        ),
        (
            "mail: {provider: google}",
            "mail: {provider: smtp, host: h, username: c@example.org, port: 2525}",
            "mail",
            Mail(SmtpMail("h", 2525, "c@example.org", "starttls")),
        ),
        ("roles:", "ledger: {store: git}\nroles:", "ledger", LedgerSettings(GitStore("sessionsmgmt-ledger"))),
        ("roles:", "ledger: {store: calendar}\nroles:", "ledger", LedgerSettings(CalendarStore())),
        (
            "roles:",
            "credentials: {secret: X, scope: organization, organization: a-b}\nroles:",
            "credentials",
            Credentials("X", Scope.ORGANIZATION, organization="a-b"),
        ),
    ],
)
def test_each_provider_and_store_has_its_own_settings(
    club: Club, old: str, new: str, section: str, expected: object
) -> None:
    assert getattr(club.load(changed(old, new), load_with_every_provider), section) == expected


def test_a_ledger_in_a_file_has_a_default_path(club: Club) -> None:
    config = club.load(f"{BASE}ledger: {{store: file}}\n")
    assert config.ledger.store == FileStore(club.root / ".sessionsmgmt" / "ledger.json")


def test_durations_may_be_singular_or_plural(club: Club) -> None:
    for text, within in (
        ("1 hour", Within(1, Unit.HOURS)),
        ("48 hours", Within(48, Unit.HOURS)),
        ("1 week", Within(1, Unit.WEEKS)),
        ("366 days", Within(366, Unit.DAYS)),
    ):
        assert club.load(f"{BASE}    within: {text}\n").notices[0].rule.within == within


def test_two_notices_may_go_to_the_same_owner_about_the_same_sessions(club: Club) -> None:
    config = club.load(f"{BASE}  - {{id: again, match: Team Session, to: [office@example.org]}}\n")
    assert [notice.rule.id for notice in config.notices] == ["campus", "again"]


def test_a_label_may_be_of_two_roles(club: Club) -> None:
    roles = club.load(changed("[Student]", "[Adult]")).roles
    assert roles == (Role("adults", ("Adult",)), Role("students", ("Adult",)))


def test_a_role_may_have_letters_of_any_language(club: Club) -> None:
    assert club.load(changed("students", "élèves")).roles[1] == Role("élèves", ("Student",))


def test_the_file_is_found_from_where_the_command_was_started(
    club: Club, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path / "folder")
    club.load(changed("{provider: google, name: Team}", "{provider: ics, path: calendar.ics}"))
    config = load(Path("../sessions.yml"))
    assert (config.path, config.root) == (Path("../sessions.yml"), club.root)
    assert config.first_calendar == IcsCalendar(club.root / "calendar.ics")


def test_an_abbreviation_for_a_time_zone_is_a_warning_at_its_line(club: Club) -> None:
    [warning] = club.load(changed("America/New_York", "EST")).warnings

    assert (warning.code, warning.where.rpartition("/")[2]) == ("timezone-abbreviation", "sessions.yml:3")
    assert warning.text.startswith("timezone: EST is an abbreviation")
    assert club.load().warnings == ()
