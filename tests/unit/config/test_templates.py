"""The templates that a sessions.yml names."""

from __future__ import annotations

import pytest

from tests.unit.config.club import BASE, Club, changed

WITH_TEMPLATE = f"{BASE}    template: notice.md\n"


def test_a_problem_of_a_template_is_reported_in_its_own_file(club: Club) -> None:
    (club.root / "notice.md").write_text("Subject: {{ team }}\n\nHello\n{{ studnets }}\n", encoding="utf-8")
    (message,) = club.problems(WITH_TEMPLATE)
    assert message.startswith("notice.md:4:")


def test_a_template_knows_the_roles_of_the_file(club: Club) -> None:
    template = "Subject: x\n\n{% for one in helpers %}{{ one.name }}{% endfor %}\n"
    (club.root / "notice.md").write_text(template, encoding="utf-8")
    assert len(club.problems(WITH_TEMPLATE)) == 1
    assert club.problems(changed("students", "helpers") + "    template: notice.md\n") == []


def test_the_path_of_a_template_begins_with_the_given_folder(club: Club) -> None:
    (club.root / "folder" / "x.md").write_text("Subject: {{ nobody }}\n\nHello\n", encoding="utf-8")
    (message,) = club.problems(f"{BASE}    template: folder/x.md\n")
    assert message.startswith("folder/x.md:1:")


def test_a_template_that_two_notices_share_is_checked_once(club: Club) -> None:
    (club.root / "notice.md").write_text("Subject: {{ nobody }}\n\nHello\n", encoding="utf-8")
    second = "  - {id: gym, match: x, to: [a@example.org], template: notice.md}\n"
    assert len(club.problems(WITH_TEMPLATE + second)) == 1
    (club.root / "notice.md").unlink()
    assert club.problems(WITH_TEMPLATE + second) == ["sessions.yml:14:15: notices[0].template: there is no such file"]


def test_problems_of_the_template_and_of_the_file_are_reported_together(club: Club) -> None:
    (club.root / "notice.md").write_text("Subject: {{ nobody }}\n\nHello\n", encoding="utf-8")
    assert [problem.split(":")[0] for problem in club.problems(f"{WITH_TEMPLATE}    witin: 1 day\n")] == [
        "notice.md",
        "sessions.yml",
    ]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"Subject: x\n\nCaf\xe9\n", "notice.md:3:4: this is not UTF-8 text; save the file as UTF-8 in your editor"),
        (b"Subject: x\n\na\x00b\n", "notice.md:3:2: an invisible character (U+0000) is here; remove it"),
        (b"Subject: x\n\n" + b"x" * 200_000, "notice.md: the file is larger than 128 KiB; make it smaller"),
    ],
)
def test_a_template_that_is_not_text_is_reported(club: Club, data: bytes, message: str) -> None:
    (club.root / "notice.md").write_bytes(data)
    assert club.problems(WITH_TEMPLATE) == [message]


def test_a_template_may_come_from_any_editor(club: Club) -> None:
    (club.root / "notice.md").write_bytes(b"\xef\xbb\xbfSubject: x\r\n\r\nHello\r\n")
    template = club.load(WITH_TEMPLATE).notices[0].template
    assert template is not None
    assert template.text == "Subject: x\n\nHello\n"


def test_a_language_without_wording_of_its_own_needs_a_template_for_each_notice(club: Club) -> None:
    italian = changed("team:", "locale: it_CH\nteam:")
    assert len(club.problems(italian)) == 1
    assert club.problems(f"{italian}    template: notice.md\n") == []
    assert club.problems(f"{italian}    locale: fr\n") == []
    assert len(club.problems(f"{italian}    template: notice.md\n  - {{id: b, match: x, to: [a@example.org]}}\n")) == 1


@pytest.mark.parametrize(
    ("text", "where", "name"),
    [
        ("\u200bSubject: x\n\nHi\n", "1:1", "U+200B ZERO WIDTH SPACE"),
        ("\ufeff\ufeffSubject: x\n\nHi\n", "1:1", "U+FEFF ZERO WIDTH NO-BREAK SPACE"),
        ("Subject\u00a0: x\n\nHi\n", "1:8", "U+00A0 NO-BREAK SPACE"),
        ("Subject: a\u200bb\n\nHi\n", "1:11", "U+200B ZERO WIDTH SPACE"),
        ("Subject: a\u202eb\n\nHi\n", "1:11", "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("Subject: a\U000e0041\n\nHi\n", "1:11", "U+E0041 TAG LATIN CAPITAL LETTER A"),
        ("Subject: a\u3164b\n\nHi\n", "1:11", "U+3164 HANGUL FILLER"),
        ("Subject: {{ te\u200bam }}\n\nHi\n", "1:15", "U+200B ZERO WIDTH SPACE"),
        ("Subject: x\n\n{{ te\u200bam }}\n", "3:6", "U+200B ZERO WIDTH SPACE"),
        ("Subject: x\n\n{% if team\u2060 %}a{% endif %}\n", "3:11", "U+2060 WORD JOINER"),
    ],
)
def test_an_invisible_character_in_a_subject_or_in_braces_is_reported(
    club: Club, text: str, where: str, name: str
) -> None:
    (club.root / "notice.md").write_text(text, encoding="utf-8")
    [message] = club.problems(WITH_TEMPLATE)
    assert message.startswith(f"notice.md:{where}: ")
    assert f"({name})" in message


def test_prose_may_have_typographic_spaces_and_emoji(club: Club) -> None:
    text = "Subject: S\u00e9ance\u00a0: {{ team }} \U0001f3ca\u200d\u2642\ufe0f\n\nBon\u00adjour\u202f!\u200b\n"
    (club.root / "notice.md").write_text(text, encoding="utf-8")
    assert club.problems(WITH_TEMPLATE) == []
