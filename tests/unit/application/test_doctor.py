from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from sessionsmgmt.application.job import Job, Mailing
from sessionsmgmt.application.result import DoctorResult
from sessionsmgmt.application.setup.doctor import check
from sessionsmgmt.domain.delivery.claims import LEASE, Begin
from sessionsmgmt.domain.model.notice import Key
from sessionsmgmt.domain.model.people import ContactsReading
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.email.model import Envelope, Wording
from sessionsmgmt.entrypoints.exit_status import Exit, error_status, result_status
from sessionsmgmt.errors import ConsentError, InputError, RefusedError, SessionsError, UnreachableError
from sessionsmgmt.ports.health import Finding, Health
from tests.builders import CONTACTS, NEW_YORK, NOW, ROLES, announcement, contact, event, rule
from tests.ledger_run import LedgerRun
from tests.unit.application.job import (
    FakeCalendar,
    FakeContacts,
    calendar_of,
    contacts_of,
    failing_calendar,
    failing_contacts,
    store,
)


def looked(folder: Path, calendar: FakeCalendar | None = None, contacts: FakeContacts | None = None) -> DoctorResult:
    wording = Wording("MantaBots", "en_US", NEW_YORK, {role.name: role.disclose for role in ROLES})
    mailings = (Mailing(rule(), wording, Envelope(("office@example.org",))),)
    parts = (calendar or calendar_of(event()), contacts or contacts_of(*CONTACTS), store(folder))
    return check(Job(NEW_YORK, ROLES, mailings, *parts), (), NOW)


def rows(result: DoctorResult) -> dict[str, list[Finding]]:
    return {
        finding.topic: [row for row in result.findings if row.topic == finding.topic] for finding in result.findings
    }


def test_a_sound_club_has_only_good_rows_and_nothing_is_written(tmp_path: Path) -> None:
    result = looked(tmp_path)

    assert result_status(result) is Exit.DONE
    assert {finding.health for finding in result.findings} == {Health.GOOD}
    assert {"calendar", "notice campus", "contacts", "label Adult", "label Student", "attendees", "ledger"} == set(
        rows(result)
    )
    assert list(tmp_path.iterdir()) == []


ERRORS = [
    InputError("It is no such file.", "Mend it."),
    ConsentError("Agree again.", "Log in."),
    UnreachableError("It is away.", "Wait."),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_a_calendar_that_fails_is_a_row_and_the_rest_is_still_looked_at(tmp_path: Path, error: SessionsError) -> None:
    result = looked(tmp_path, calendar=failing_calendar(error))

    assert rows(result)["calendar"] == [Finding("calendar", Health.BAD, error.text, error.hint, type(error))]
    assert result_status(result) is error_status(error)
    assert {"contacts", "ledger"} < set(rows(result))
    assert not {"attendees", "notice campus"} & set(rows(result))


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_address_book_that_fails_is_a_row_and_the_rest_is_still_looked_at(
    tmp_path: Path, error: SessionsError
) -> None:
    result = looked(tmp_path, contacts=failing_contacts(error))

    assert rows(result)["contacts"] == [Finding("contacts", Health.BAD, error.text, error.hint, type(error))]
    assert result_status(result) is error_status(error)
    assert {"calendar", "notice campus", "ledger"} == set(rows(result)) - {"contacts"}


def test_the_status_is_the_worst_of_all_rows(tmp_path: Path) -> None:
    (tmp_path / "ledger.json").write_text("{", encoding="utf-8")
    result = looked(
        tmp_path, failing_calendar(UnreachableError("Away.")), failing_contacts(ConsentError("Agree again."))
    )

    assert [finding.cause for finding in result.findings] == [UnreachableError, ConsentError, RefusedError]
    assert result_status(result) is Exit.CONSENT


def test_a_damaged_ledger_is_a_row(tmp_path: Path) -> None:
    (tmp_path / "ledger.json").write_text("{", encoding="utf-8")
    result = looked(tmp_path)

    [row] = rows(result)["ledger"]
    assert (row.health, row.cause, result_status(result)) == (Health.BAD, RefusedError, Exit.REFUSED)


def test_what_is_held_wants_attention_and_what_is_on_its_way_does_not(tmp_path: Path) -> None:
    ledger = store(tmp_path)
    LedgerRun(ledger).write([Begin(Key("campus", "lab"), "alive", None, announcement())], NOW)
    assert result_status(looked(tmp_path)) is Exit.DONE

    LedgerRun(ledger).write([Begin(Key("campus", "shop"), "dead", None, announcement())], NOW - LEASE)
    result = looked(tmp_path)
    [row] = rows(result)["ledger"]
    assert (row.health, row.text, result_status(result)) == (Health.BAD, "1 held.", Exit.ATTENTION)


def test_a_rule_that_matches_nothing_is_noted(tmp_path: Path) -> None:
    result = looked(tmp_path, calendar_of(event(title="Dentist")))

    [row] = rows(result)["notice campus"]
    assert (row.health, row.cause, result_status(result)) == (Health.NOTE, None, Exit.DONE)


def test_what_the_calendar_is_cautious_about_is_noted(tmp_path: Path) -> None:
    result = looked(tmp_path, calendar_of(event(), warnings=[ReportWarning("odd", "It is odd", "calendar.ics:12")]))

    assert [(row.health, row.text) for row in rows(result)["calendar"][1:]] == [
        (Health.NOTE, "It is odd (calendar.ics:12).")
    ]


def test_what_has_no_place_is_noted_without_one(tmp_path: Path) -> None:
    result = looked(tmp_path, calendar_of(event(), warnings=[ReportWarning("consent-ends", "It will end")]))

    assert rows(result)["calendar"][-1].text == "It will end."


def test_what_the_address_book_is_cautious_about_is_noted(tmp_path: Path) -> None:
    odd = FakeContacts(lambda: ContactsReading(tuple(CONTACTS), (ReportWarning("odd", "It is odd", "contacts.vcf:7"),)))

    assert "It is odd (contacts.vcf:7)." in [row.text for row in rows(looked(tmp_path, contacts=odd))["contacts"]]


def test_a_check_that_fails_is_a_row_and_the_rest_is_still_looked_at(tmp_path: Path) -> None:
    def fail() -> Iterable[Finding]:
        raise ConsentError("Agree again.")

    job = Job(NEW_YORK, ROLES, (), calendar_of(), contacts_of(*CONTACTS), store(tmp_path))
    result = check(job, [fail], NOW)

    assert result_status(result) is Exit.CONSENT
    assert rows(result).keys() >= {"account", "calendar", "contacts", "ledger"}


def test_labels_that_nobody_bears_and_contacts_without_one_are_noted(tmp_path: Path) -> None:
    result = looked(tmp_path, contacts=contacts_of(contact("Ann Adult", labels=[" ADULT "]), contact("Vic", labels=[])))

    found = rows(result)
    assert found["label Adult"][0].text.startswith("1 contact(s)")
    assert found["label Adult"][0].health is Health.GOOD
    assert found["label Student"][0].health is Health.NOTE
    assert [row.health for row in found["contacts"]] == [Health.GOOD, Health.NOTE]
    assert found["contacts"][1].text.startswith("1 bear no label")


def test_those_whom_no_notice_names_are_counted_each_once_and_not_named(tmp_path: Path) -> None:
    events = [
        event("one", who=["ann@example.org", "new@example.org", "vic@example.org"]),
        event("two", who=["NEW@example.org"]),
        event("none", title="Dentist", who=["dentist@example.org"]),
    ]
    result = looked(tmp_path, calendar_of(*events), contacts_of(*CONTACTS, contact("Vic", labels=[])))

    [row] = rows(result)["attendees"]
    assert (row.health, row.cause) == (Health.NOTE, None)
    assert "1 have no contact and 1 no role" in row.text
    for finding in result.findings:
        said_of_it = f"{finding.topic} {finding.text} {finding.advice}".casefold()
        assert not any(text in said_of_it for text in ("@", "vic", "ann", "dentist"))


def test_the_checks_of_the_providers_come_first_and_count(tmp_path: Path) -> None:
    job = Job(NEW_YORK, ROLES, (), calendar_of(), contacts_of(*CONTACTS), store(tmp_path))
    good, bad = Finding("one", Health.GOOD, "ok"), Finding("two", Health.BAD, "no", "Mend it.", ConsentError)
    result = check(job, [lambda: [good], lambda: iter([bad])], NOW)

    assert result.findings[:2] == (good, bad)
    assert result_status(result) is Exit.CONSENT
