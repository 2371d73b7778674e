"""People in a CSV file: every encoding, separator and heading that programs write, and what is wrong by its line."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.adapters.files import csv_people, csv_table
from sessionsmgmt.adapters.files.csv_people import CsvPeople
from sessionsmgmt.domain.model.people import Contact, ContactsReading
from sessionsmgmt.errors import InputError
from tests.unit.adapters.files.files import read_csv

PLAIN = "name,email,labels,guardian\r\nZoë Ó Briain,zoe@example.org,Student;Mentor,\r\n"
GOOGLE = (
    "First Name,Middle Name,Last Name,Phonetic First Name,Notes,Labels,E-mail 1 - Label,E-mail 1 - Value,"
    "E-mail 2 - Label,E-mail 2 - Value,Custom Field 1 - Label,Custom Field 1 - Value\r\n"
    'Kim,,Child,,"Line one\nand two",Student ::: * myContacts,* Home,kim@example.org ::: k@example.org,Work,'
    "kim@example.net,Guardian,pat@example.org\r\n"
    "Pat,Q.,Parent,,,* myContacts,* ,pat@example.org,,,Shoe size,38\r\n"
)
GOOGLE_BEFORE = (
    "Name,Given Name,Additional Name,Family Name,Group Membership,E-mail 1 - Type,E-mail 1 - Value,"
    "Custom Field 1 - Type,Custom Field 1 - Value\n"
    "Kim Child,Kim,,Child,Student ::: * myContacts,* Home,kim@example.org,guardian,pat@example.org\n"
)
OUTLOOK = (
    '"Title","First Name","Middle Name","Last Name","E-mail Address","E-mail Type","E-mail 2 Address","Categories"\r\n'
    '"","Kim","","Child","kim@example.org","SMTP","kim@example.net","Student;Mentor"\r\n'
)


def people(text: str | bytes) -> tuple[Contact, ...]:
    """The contacts of a file without problems."""
    reading = read_csv(text)
    assert reading.warnings == ()
    return reading.contacts


def codes(reading: ContactsReading) -> list[tuple[str, str]]:
    return [(warning.code, warning.where) for warning in reading.warnings]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_every_encoding_and_separator_of_spreadsheets_is_read(encoding: str, separator: str) -> None:
    text = PLAIN.replace("Student;Mentor", '"Student;Mentor"').replace(",", separator)

    [zoe] = people(text.encode(encoding))
    assert (zoe.name, zoe.addresses, zoe.labels) == ("Zoë Ó Briain", ("zoe@example.org",), ("Student", "Mentor"))
    assert zoe.where == "people.csv:2"


def test_any_other_encoding_is_read_as_windows_1252_with_a_warning() -> None:
    reading = read_csv(PLAIN.encode("cp1252"))

    assert [contact.name for contact in reading.contacts] == ["Zoë Ó Briain"]
    assert codes(reading) == [("contact-encoding", "people.csv")]


def test_the_export_of_google_is_read_with_its_guardian() -> None:
    kim, pat = people(GOOGLE)

    assert (kim.name, kim.labels, kim.guardians) == ("Kim Child", ("Student", "myContacts"), ("pat@example.org",))
    assert kim.addresses == ("kim@example.org", "k@example.org", "kim@example.net")
    assert (pat.name, pat.guardians, pat.where) == ("Pat Q. Parent", (), "people.csv:4")


def test_the_former_export_of_google_is_read() -> None:
    [kim] = people(GOOGLE_BEFORE)

    assert (kim.name, kim.addresses, kim.labels) == ("Kim Child", ("kim@example.org",), ("Student", "myContacts"))
    assert kim.guardians == ("pat@example.org",)


def test_the_export_of_outlook_is_read() -> None:
    [kim] = people(OUTLOOK)

    assert (kim.name, kim.labels) == ("Kim Child", ("Student", "Mentor"))
    assert kim.addresses == ("kim@example.org", "kim@example.net")


def test_cells_are_text_and_never_formulas() -> None:
    [contact] = people('name,email,labels\n"=HYPERLINK(""http://x"")",a@example.org,+1+1;@SUM(A1)\n')

    assert (contact.name, contact.labels) == ('=HYPERLINK("http://x")', ("+1+1", "@SUM(A1)"))


def test_an_address_may_stand_behind_a_name() -> None:
    [contact] = people('Email,Name,Labels\n"""Moreau; Ann"" <ann@example.org>",Ann,Adult\n')

    assert contact.addresses == ("ann@example.org",)


def test_empty_rows_and_a_short_row_are_no_problem() -> None:
    found = people("\n\nname,email,labels,guardian\n\n,,,\nAnn,ann@example.org\n")

    assert [(contact.name, contact.labels, contact.where) for contact in found] == [("Ann", (), "people.csv:6")]


def test_two_people_with_one_address_are_both_left_out_with_a_warning() -> None:
    reading = read_csv("name,email,labels\nAnn,Ann@example.org,Adult\nCy,cy@example.org,\nBen,ann@example.ORG,Adult\n")

    assert [contact.name for contact in reading.contacts] == ["Cy"]
    assert codes(reading) == [("contact-address-shared", "people.csv:2"), ("contact-address-shared", "people.csv:4")]
    assert "Ann" not in reading.warnings[0].text


def test_a_guardian_may_stand_for_several_and_a_row_may_repeat_a_person() -> None:
    found = people(
        "name,email,labels,guardian\nKim,,Student,pat@example.org\nLou,,Student,pat@example.org\n"
        "Pat,pat@example.org,Adult,\npat,pat@example.org,Driver,\n"
    )

    assert len(found) == 4


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        ("name,labels", "email"),
        ("email,labels", "name"),
        ("name,email", "labels"),
        ("a,b", "name and the column email"),
    ],
)
def test_a_missing_column_is_an_error_with_its_line(header: str, missing: str) -> None:
    with pytest.raises(InputError) as error:
        read_csv(f"\n{header}\nAnn,ann@example.org\n")
    assert f"people.csv:2: the header row lacks the column {missing}" in error.value.text


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("Ann,ann@example,org,Adult,x", "contact-unreadable"),
        ('"Ann"x,ann@example.org,Adult', "contact-unreadable"),
        (f"{'x' * (csv_table.MAX_CELL + 1)},ann@example.org,Adult", "contact-unreadable"),
        (f"{'x' * 140_000},ann@example.org,Adult", "contact-unreadable"),
        ('"Ann\nBen",ann@example.org,Adult', "contact-unreadable"),
        ("Ann,ann at example.org,Adult", "contact-address-invalid"),
        (",ann@example.org,Adult", "contact-without-name"),
    ],
)
def test_what_is_wrong_with_a_row_is_a_warning_with_its_line(row: str, code: str) -> None:
    reading = read_csv(f"name,email,labels\nCy,cy@example.org,\n{row}\nDee,dee@example.org,Adult\n")

    assert codes(reading) == [(code, "people.csv:3")]
    names = [contact.name for contact in reading.contacts]
    assert (names[0], names[-1], len(names)) == ("Cy", "Dee", 2 if code == "contact-unreadable" else 3)
    assert "example.org" not in reading.warnings[0].text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (
            b'name,email,labels\nAnn,ann@example.org,"Adult\nBen,ben@example.org,Adult\n',
            'people.csv:2: a quotation mark (")',
        ),
        (b'name,email,labels\n"Ann"x,ann@example.org,"Adult\n', 'people.csv:2: a quotation mark (")'),
        (b"PK\x03\x04 and so on", "is the file of a spreadsheet program"),
        (PLAIN.encode("utf-16")[:-1], "is not in UTF-16 to its end"),
        (b"", "the header row lacks the column name"),
        (b"name,name,email,labels\n", "two columns are called name"),
        (b"name,email,labels\n" + b"\n" * csv_table.MAX_ROWS, "more than 50,000 lines"),
        (b"name,email,labels" + b"," * csv_table.MAX_COLUMNS, "more than 1,000 columns"),
        (b"x" * (csv_people.MAX_BYTES + 1), "at most 16 MiB are read"),
    ],
    ids=["cut off", "quotes", "xlsx", "utf-16", "empty", "two names", "lines", "columns", "bytes"],
)
def test_a_file_that_is_no_whole_table_of_people_is_an_error(data: bytes, text: str) -> None:
    with pytest.raises(InputError) as error:
        read_csv(data)
    assert text in error.value.text


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"people\.csv does not exist"):
        CsvPeople(tmp_path / "people.csv", "people.csv").read()


NAMES = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20)


@given(st.lists(NAMES, max_size=20), st.sampled_from(",;\t"), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_whatever_a_spreadsheet_writes_is_read_back(names: Sequence[str], separator: str, encoding: str) -> None:
    file = io.StringIO(newline="")
    table = csv.writer(file, delimiter=separator)
    table.writerow(["name", "email", "labels"])
    table.writerows([[name, f"p{number}@example.org", "Adult"] for number, name in enumerate(names)])

    assert [contact.name for contact in people(file.getvalue().encode(encoding))] == names


@given(st.binary(max_size=400))
def test_any_bytes_are_people_or_an_error(data: bytes) -> None:
    for start in (b"", b"name,email,labels\n"):
        try:
            reading = read_csv(start + data)
        except InputError:
            continue
        assert all(warning.where.startswith("people.csv") for warning in reading.warnings if warning.where)
