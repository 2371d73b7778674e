"""A mail's headers as a Sent folder gives them: folded or not, encoded or not, and whatever else stands in them."""

from __future__ import annotations

from email.header import Header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.adapters.mail_headers import mail_from_headers
from sessionsmgmt.domain.delivery.reconciliation import MARK, mail_digest
from tests.builders import NOW, SECRET

SUBJECT = (
    "Séance d'équipe\u202f: 17\u00a0h \u2013 20\u00a0h, salle 101, et encore bien d'autres choses à dire là-dessus 🤖"
)


def subject(value: str) -> str:
    return " ".join(mail_from_headers("1", NOW, [("Subject", value)]).subject.split())


@pytest.mark.parametrize(
    "value",
    [
        SUBJECT,
        SUBJECT.replace(" d'", "\r\n d'"),
        Header(SUBJECT, "utf-8").encode(),
        Header(SUBJECT, "utf-8").encode(linesep="\r\n"),
        Header(SUBJECT, "utf-8").encode().replace("\n ", " "),
        Header(SUBJECT, "utf-8", 10_000).encode(),
    ],
    ids=["text", "folded text", "encoded", "encoded, folded", "encoded, unfolded", "encoded as one"],
)
def test_a_subject_is_the_same_however_it_is_given(value: str) -> None:
    assert subject(value) == " ".join(SUBJECT.split())


@pytest.mark.parametrize("value", ["=?x?q?y?=", "=?utf-8?b?A?=", "=?utf-8?q?=ff?=", "=?utf-8?", "\ud800 \udcff"])
def test_an_encoding_that_makes_no_sense_is_no_obstacle(value: str) -> None:
    assert mail_digest(SECRET, (), mail_from_headers("1", NOW, [("Subject", value)]).subject)


def test_recipients_are_those_of_to_and_cc_without_their_names() -> None:
    found = mail_from_headers(
        "1",
        NOW,
        [
            ("to", '"Office, the" <office@example.org>,\r\n =?utf-8?q?B=C3=BCro?= <hall@example.org>'),
            ("CC", "guard@example.org"),
            ("Bcc", "hidden@example.org"),
            ("From", "coach@example.org"),
        ],
    )
    assert found.recipients == ("office@example.org", "hall@example.org", "guard@example.org")


def test_a_mail_without_headers_is_a_mail() -> None:
    found = mail_from_headers("1", NOW, [])
    assert (found.recipients, found.subject, found.mark) == ((), "", "")


def test_of_two_subjects_the_first_counts() -> None:
    assert mail_from_headers("1", NOW, [("Subject", "first"), ("subject", "second")]).subject == "first"


def test_the_mark_is_read_whatever_case_its_header_has_and_only_once() -> None:
    assert mail_from_headers("1", NOW, [(MARK.upper(), " abc\r\n "), (MARK, "def")]).mark == "abc"


NAMES = st.sampled_from(["To", "Cc", "Subject", MARK, "X-Other"])


@given(st.lists(st.tuples(NAMES, st.text() | st.text(alphabet='=?utf-8qb \r\n,;:<>@"()\\\udcffé'))))
def test_whatever_the_headers_hold_there_is_a_mail(headers: list[tuple[str, str]]) -> None:
    found = mail_from_headers("1", NOW, headers)
    assert len(mail_digest(SECRET, found.recipients, found.subject)) == 32
