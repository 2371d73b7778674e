from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from sessionsmgmt.config.model import Config
from sessionsmgmt.domain.model.notice import Kind, State
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.errors import InputError, Problem
from sessionsmgmt.ports.health import Finding, Health
from sessionsmgmt.presenters.presentation import Presentation
from sessionsmgmt.presenters.summary import fitted, masked, problems_summary, summary
from tests.builders import NOW, announcement, notice
from tests.unit.presenters.results import Page, config, due, presentation, quiet

HOSTILE = "x | `` <img src=x> @everyone ![x](http://evil.example.org)\n::set-output name=a::b %0A </details> ```"


def page(text: str) -> Page:
    return Page(MarkdownIt("commonmark", {"html": True}).enable("table").render(text))


def shown(one: Presentation, settings: Config | None = None) -> str:
    return fitted(summary(one, settings or config()))


def everything() -> Presentation:
    return presentation(
        due(notice(kind=Kind.CHANGED, before=announcement())),
        quiet(State.SENT, "", "gone", Kind.NEW),
        quiet(State.FAILED, "1 of at least 2 adults attend", "few", Kind.NEW),
        quiet(State.HELD, "nobody knows whether it left", "stuck", Kind.NEW),
        quiet(State.SKIPPED, "announced already", "calm"),
        warnings=[ReportWarning("odd", "a card is odd", "contacts.vcf:3")],
        command="run",
    )


def test_what_is_held_stands_on_top_with_what_to_do() -> None:
    text = shown(everything())

    command = "sessionsmgmt resolve --notice campus --session stuck --config club/sessions.yml --sent"
    assert (
        0 < text.index("1 held: nobody knows whether this email left") < text.index(command) < text.index("| State |")
    )
    assert "`--resend`" in text


def test_each_notice_has_a_row_the_held_one_first() -> None:
    text = shown(everything())

    rows = [line for line in text.splitlines() if line.startswith("| ") and "<code>campus</code>" in line]
    assert [row.split(" | ")[0] for row in rows] == [
        "| ⏸️ held",
        "| ✉️ to be sent",
        "| ❌ failed",
        "| ✅ sent",
        "| no email needed",
    ]
    assert rows[1].split(" | ")[1:5] == ["changed", "Sat 2026-11-07 17:00", "Team Session", "<code>campus</code>"]
    assert "1 of at least 2 adults attend" in page(text).text
    assert "announced already" in page(text).text


def test_what_is_ahead_without_news_comes_after_the_notices() -> None:
    text = shown(everything())
    assert text.index("**Notices**") < text.index("**No email needed**") < text.index("announced already")


def test_cautions_are_folded() -> None:
    text = shown(everything())
    folded = text[text.index("<details><summary>Worth knowing: 1</summary>") : text.index("</details>")]
    assert "a card is odd" in folded


def test_recipients_are_shown_as_far_as_it_takes_to_tell_them_apart() -> None:
    assert masked("office@example.org") == "o•••@example.org"
    assert masked('"a@b"@example.org') == '"•••@example.org'
    text = shown(everything(), config(to=["office@example.org", "hall@example.com"]))
    assert "o•••@example.org, h•••@example.com" in page(text).text
    assert "office" not in text


def test_nobody_is_named() -> None:
    text = page(shown(everything())).text
    for private in ("Ann", "Sam", "ann@", "sam@", "office@", "Room 101"):
        assert private not in text


def test_without_any_session_that_is_said() -> None:
    assert "There is no session" in shown(presentation(command="run"))


def test_a_message_is_what_there_is_to_say() -> None:
    text = shown(presentation(command="rotate", message="The credential is renewed.\nIt is good until May."))
    assert "The credential is renewed" in text
    assert "It is good until May" in text
    assert "no session" not in text


def test_doctor_has_a_row_for_everything_it_looked_at() -> None:
    findings = (
        Finding("calendar", Health.GOOD, "Found."),
        Finding("ledger", Health.BAD, "1 held.", "See 'sessionsmgmt status'."),
    )
    found = page(shown(Presentation("doctor", NOW, findings=findings)))
    assert len(found.all("tr")) == 3
    assert "See 'sessionsmgmt status'." in found.text


def test_every_problem_has_a_row_with_its_place() -> None:
    problems = [Problem("sessions.yml", 3, 7, "team", "is missing"), Problem("notice.md", 0, 0, "", "is | odd")]
    found = page(fitted(problems_summary(InputError("There are 2 problems.", problems=problems))))
    assert len(found.all("tr")) == 3
    for text in ("sessions.yml:3:7", "team", "is missing", "notice.md", "is | odd", "There are 2 problems."):
        assert text in found.text


def hostile(text: str) -> Presentation:
    return presentation(
        quiet(State.HELD, text, text, Kind.NEW),
        quiet(State.FAILED, text, "b"),
        warnings=[ReportWarning(text, text, text)],
        message=text,
        command="run",
    )


@given(st.text(min_size=1, max_size=30))
def test_no_text_from_outside_is_anything_but_text(text: str) -> None:
    check_harmless(text)


@pytest.mark.parametrize("text", [HOSTILE, "</summary></details><script>", "|||", "#", "- - -", "```\n~~~"])
def test_nor_is_one_that_means_to_be(text: str) -> None:
    check_harmless(text)


def check_harmless(text: str) -> None:
    calm = page(shown(hostile("calm"), config(team="calm")))
    found = page(shown(replace(hostile(text), message="calm"), config(team=text)))
    assert [element.tag for element in found.elements] == [element.tag for element in calm.elements]
    allowed = {"class"}
    assert all(set(element.attributes) <= allowed for element in found.elements)


def test_a_summary_that_is_too_long_is_cut_between_lines_and_says_so() -> None:
    many = [quiet(State.FAILED, "é" * 50, f"s{number}", Kind.NEW) for number in range(3000)]
    text = fitted(summary(presentation(*many, command="run"), config()), 100_000)

    assert 90_000 < len(text.encode()) <= 100_000
    assert text.endswith("\n\n*The rest is left out: a summary may not be longer.*\n")
    rows = [line for line in text.splitlines() if line.startswith("| ❌")]
    assert all(row.endswith(" |") for row in rows)


def test_a_cut_leaves_no_fold_and_no_block_of_code_open() -> None:
    warnings = [ReportWarning("odd", f"card {number} is odd") for number in range(100)]
    whole = list(summary(replace(everything(), warnings=tuple(warnings)), config()))
    for most in range(200, 6000, 37):
        text = fitted(whole, most)
        assert len(text.encode()) <= most
        assert text.count("<details>") == text.count("</details>")
        assert text.count("```") % 2 == 0


def test_a_summary_that_fits_is_whole() -> None:
    assert "left out" not in shown(everything())
