"""The signature and the named contact of sessions.yml: their bounds, and the place of each problem."""

from __future__ import annotations

import pytest

from sessionsmgmt.config.sources import MAX_SIGNATURE_BYTES
from sessionsmgmt.domain.model.people import ResponsiblePerson
from tests.unit.config.club import BASE, Club, changed

SIGNED = changed("mail: {provider: google}", "mail: {provider: google, signature: signature.md}")


def problems(club: Club, text: str | bytes) -> list[str]:
    (club.root / "signature.md").write_bytes(text if isinstance(text, bytes) else text.encode())
    return club.problems(SIGNED)


def test_a_club_without_a_signature_and_a_contact_has_none(club: Club) -> None:
    config = club.load()
    assert (config.mail.signature, config.contact) == (None, None)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"Coach \xff", "signature.md:1:7: "),
        (b"x" * (MAX_SIGNATURE_BYTES + 1), "signature.md: the file is larger than 8 KiB"),
        (b"Coach\n\n[call](tel:+15550100)\n", "signature.md:3:8: a link must begin with https://"),
        (b"  \n", "signature.md:1:1: has no text"),
    ],
)
def test_a_problem_of_the_signature_is_reported_at_its_place(club: Club, text: bytes, problem: str) -> None:
    [reported] = problems(club, text)
    assert reported.startswith(problem)


@pytest.mark.parametrize("text", ["![logo](https://example.org/x.png) Lee", "<b>Lee</b>", "{{ team }}", "x" * 8000])
def test_html_pictures_and_braces_are_no_problem(club: Club, text: str) -> None:
    assert problems(club, text) == []


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("missing.md", "there is no such file"),
        ("../signature.md", "leads out of the repository"),
        (".git/config", "leads into .git"),
        ("account", "the account's own signature can't be used"),
    ],
)
def test_a_signature_is_a_file_of_the_repository(club: Club, written: str, problem: str) -> None:
    [reported] = club.problems(SIGNED.replace("signature.md", written))
    assert reported.startswith(f"sessions.yml:6:37: mail.signature: {problem}")


def test_the_ledger_may_not_be_the_signature(club: Club) -> None:
    [reported] = club.problems(f"{SIGNED}ledger: {{store: file, path: signature.md}}\n")
    assert "is a file that is used for something else" in reported


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("{name: Coach Lee}", "contact.phone: is missing; write text, such as +1 555 0100"),
        ('{phone: "+1 555 0100"}', "contact.name: is missing; write text, such as Coach Lee"),
        ("{name: Coach Lee, phone: +15550100}", "contact.phone: must be text"),
        ("{name: Coach Lee, phone: none}", "contact.phone: must be a telephone number, such as +1 555 0100"),
        ('{name: Coach Lee, phone: "+1 555 0100", email: a@example.org}', "contact.email: unknown key"),
        ('{name: " ", phone: "+1 555 0100"}', "contact.name: must not be blank"),
        ("Coach Lee", "contact: must be a group of keys: name, phone"),
    ],
)
def test_a_contact_has_a_name_and_a_telephone(club: Club, written: str, problem: str) -> None:
    [reported] = club.problems(f"{BASE}contact: {written}\n")
    assert problem in reported


@pytest.mark.parametrize("phone", ["+1 555 0100", "(0)30 123-45", "555 0100 ext. 4", "06.12.34.56.78", "112"])
def test_a_telephone_is_written_as_people_write_it(club: Club, phone: str) -> None:
    config = club.load(f'{BASE}contact: {{name: Coach Lee, phone: "{phone}"}}\n')
    assert config.contact == ResponsiblePerson("Coach Lee", phone)
