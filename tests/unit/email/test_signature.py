"""The club's signature and the named contact in the emails."""

from __future__ import annotations

import re
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.domain.model.notice import Kind
from sessionsmgmt.domain.model.people import Disclose, ResponsiblePerson
from sessionsmgmt.email.compose import compose
from sessionsmgmt.email.model import Wording
from sessionsmgmt.email.signature import check
from tests.builders import NEW_YORK, announcement, notice
from tests.unit.email.cases import ENVELOPE, NOW
from tests.unit.email.golden import part

LEE = ResponsiblePerson("Coach Lee", "+1 555 0100")
ROLES = {"adults": Disclose.NAMES, "students": Disclose.NAMES}


def email(
    *,
    signature: str = "",
    contact: ResponsiblePerson | None = None,
    template: str | None = None,
    kind: Kind = Kind.NEW,
    locale: str = "en_US",
) -> EmailMessage:
    wording = Wording("MantaBots", locale, NEW_YORK, ROLES, template, contact=contact, signature=signature)
    before = None if kind is Kind.NEW else announcement()
    return compose(notice(kind=kind, before=before), wording, ENVELOPE, NOW)


def card(message: EmailMessage) -> str:
    """The text of the HTML part's signature with its tags, without styles."""
    found = re.search(r'<div class="signature"[^>]*>(.*?)</div>', part(message, "html"), re.DOTALL)
    return re.sub(r' style="[^"]*"', "", found[1]).strip() if found else ""


SIGNATURE = "**Coach Lee**, [MantaBots](https://example.org/)\n\n- Mondays\n- Fridays\n"


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("template", [None, "Subject: x\n\nOur own words"])
def test_the_signature_stands_under_every_email_in_both_parts(kind: Kind, template: str | None) -> None:
    message = email(signature=SIGNATURE, kind=kind, template=template)
    below = "\n\n-- \nCoach Lee, MantaBots (https://example.org/)\n\n- Mondays\n- Fridays\n\nMantaBots sends this email"
    assert below in part(message, "plain")
    assert card(message).startswith('<p><strong>Coach Lee</strong>, <a href="https://example.org/">MantaBots</a></p>')
    assert "<li>Mondays</li>" in card(message)


def test_a_club_without_a_signature_has_no_place_for_one() -> None:
    assert 'class="signature"' not in part(email(), "html")


@pytest.mark.parametrize(
    ("signature", "text", "html"),
    [
        ("<b>Lee</b><script>x()</script>", "<b>Lee</b><script>x()</script>", "<p>&lt;b&gt;Lee&lt;/b&gt;&lt;script&gt;"),
        ("![our logo](https://example.org/x.png)", "our logo", "<p>our logo</p>"),
        ("{{ team }} {% if x %}", "{{ team }} {% if x %}", "<p>{{ team }} {% if x %}</p>"),
        ("Lee \U000f0000\U00100000 &#xF0000;", "Lee", "<p>Lee"),
        ("Lee\u202e eeL", "Lee eeL", "<p>Lee eeL</p>"),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
    ],
)
def test_a_signature_can_not_become_more_than_words_and_links(signature: str, text: str, html: str) -> None:
    message = email(signature=signature)
    assert f"-- \n{text}" in part(message, "plain")
    assert card(message).startswith(html)
    assert "<script" not in part(message, "html")
    assert "<img" not in part(message, "html")


@given(st.text(max_size=200))
def test_a_signature_of_any_text_is_checked_and_shown_without_an_error(signature: str) -> None:
    check(signature)
    message = email(signature=signature)
    page = part(message, "html")
    assert page.count("<body") == page.count("</body>") == 1
    assert "-- \n" in part(message, "plain")


@pytest.mark.parametrize(
    ("locale", "label", "cancelled"),
    [
        ("en_US", "Contact on site", "Contact"),
        ("fr_FR", "Responsable sur place", "Contact"),
        ("es_ES", "Responsable en el lugar", "Contacto"),
        ("de_DE", "Ansprechperson vor Ort", "Ansprechperson"),
    ],
)
def test_the_built_in_wording_names_the_contact(locale: str, label: str, cancelled: str) -> None:
    for kind in Kind:
        text = part(email(contact=LEE, locale=locale, kind=kind), "plain")
        row = cancelled if kind is Kind.CANCELLED else label
        assert re.search(rf"^{row} +Coach Lee, \+1 555 0100$", text, re.MULTILINE)
        assert row not in part(email(locale=locale, kind=kind), "plain")


@pytest.mark.parametrize("contact", [LEE, None])
def test_a_template_has_the_contact_or_empty_texts(contact: ResponsiblePerson | None) -> None:
    template = "Subject: x\n\n({{ contact.name }}|{{ contact.phone }}|{{ contact }}|{% if contact %}yes{% endif %})"
    expected = "(Coach Lee|+1 555 0100|Coach Lee, +1 555 0100|yes)" if contact else "(|||)"
    assert part(email(contact=contact, template=template), "plain").startswith(f"{expected}\n")


def test_a_contact_can_not_become_markup() -> None:
    hostile = ResponsiblePerson("<b>Lee</b> **x** |\n", "+1 555\u202e 0100")
    message = email(contact=hostile)
    assert "&lt;b&gt;Lee&lt;/b&gt; **x** |, +1 555 0100" in part(message, "html")
    assert "<b>Lee</b> **x** |, +1 555 0100\n" in part(message, "plain")
