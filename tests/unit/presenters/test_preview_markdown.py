"""A preview in GitHub's Markdown: what it shows, what it keeps to itself, and that no text can be more than text."""

from __future__ import annotations

import html
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.application.result import Data, PreviewResult
from sessionsmgmt.config.model import Config, Sample, Template
from sessionsmgmt.domain.model.notice import Key, Kind, Session, State
from sessionsmgmt.domain.model.people import Disclose, Role
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.email.compose import compose
from sessionsmgmt.email.model import Envelope, Wording
from sessionsmgmt.errors import InputError, Problem, UnreachableError
from sessionsmgmt.ports.readers import Readers
from sessionsmgmt.presenters import preview_markdown
from sessionsmgmt.presenters.email_markdown import SHORTENED, beginning, email_markdown
from sessionsmgmt.presenters.markdown import plain
from tests.builders import announcement, local, notice, person, roster
from tests.unit.presenters.github_markdown import HOSTILE, HOSTILE_TEXT, calls_somebody, shown
from tests.unit.presenters.results import combined, config, due, quiet, result, three_sessions


def everything(settings: Config | None = None, text: str = "Team Session") -> PreviewResult:
    """A preview with all four kinds and what is not sent; the text stands wherever the calendar's does."""
    session = Session("odd", text, local(2026, 11, 7, 17), local(2026, 11, 7, 20), text, text)
    people = roster(adults=[person(text)], students=[person("Sam Student")])
    kinds = ((kind, announcement() if kind is not Kind.NEW else None) for kind in Kind)
    return result(
        *(due(notice(kind=kind, key=Key("campus", kind), session=session, people=people, before=before), text)
          for kind, before in kinds),
        quiet(State.FAILED, text, "few", Kind.NEW),
        quiet(State.HELD, text, text, Kind.NEW),
        quiet(State.SKIPPED, text, text),
        settings=settings,
        warnings=[ReportWarning("odd", text, text)],
    )  # fmt: skip


def markdown(found: PreviewResult, settings: Config | None = None, *, secret: bool = False) -> str:
    return "\n".join(preview_markdown.pages(found, settings or config(), secret=secret))


def test_the_title_counts_the_emails_by_their_kinds() -> None:
    added = due(notice(kind=Kind.ADDED, key=Key("campus", "more"), before=announcement()))

    assert preview_markdown.title(result(due(notice()), added)) == "2 emails: 1 new, 1 added"
    assert preview_markdown.title(result(due(notice()))) == "1 email: 1 new"
    assert preview_markdown.title(result(quiet())) == "No email is due"
    assert preview_markdown.title(result(due(notice()), quiet(State.FAILED))) == "1 email: 1 new; 1 kept back"


def test_an_email_about_several_sessions_is_counted_and_shown_once_with_all_of_them() -> None:
    several, new = combined(*three_sessions()), combined(*three_sessions()[:2])
    page = shown(markdown(several))

    assert preview_markdown.title(several) == "1 email: 1 several"
    assert preview_markdown.title(new) == "1 email: 1 new"
    assert len(page.all("details")) == 1
    for name, day in (("A", "7"), ("B", "8"), ("C", "9")):
        assert f"Session {name}" in page.text
        assert f"{day}\u00a0Nov" in page.text
    assert "several" in shown(markdown(several, secret=True)).text
    assert "Session A" not in markdown(several, secret=True)


def test_it_shows_each_email_as_it_is_sent() -> None:
    page = shown(markdown(everything()))

    assert len([one for one in page.all("details") if "open" in one.attributes]) == 1
    for text in ("MantaBots in the building", "Canceled: MantaBots", "Sam Student", "Saturday, November 7, 2026"):
        assert text in page.text
    assert "o•••@example.org" in page.text
    assert "office@" not in page.text


def test_it_says_what_is_not_sent_and_why_with_what_wants_attention_first() -> None:
    page = shown(markdown(result(quiet(), quiet(State.FAILED, "1 of at least 2 adults attend", "few", Kind.NEW))))

    assert "Not sent: 2" in page.text
    assert page.text.index("1 of at least 2 adults attend") < page.text.index("announced already")


def test_a_notice_that_no_session_is_about_is_named() -> None:
    assert "No session for hall" in shown(markdown(result(due(notice())))).text
    assert "No session for campus" not in shown(markdown(result(due(notice())))).text


def test_people_are_told_of_as_the_email_tells_of_them() -> None:
    settings = config(roles=(Role("adults", ("Adult",)), Role("students", ("Student",), Disclose.INITIALS)))
    page = shown(markdown(result(due(notice()), settings=settings), settings))

    assert "Ann Adult" in page.text
    assert "S. S." in page.text
    assert "Sam Student" not in page.text


@pytest.mark.parametrize("text", [*HOSTILE, HOSTILE_TEXT])
def test_no_text_from_outside_is_more_than_text(text: str) -> None:
    found = everything(text=text)
    source = markdown(found)
    page = shown(source)

    assert not calls_somebody(page)
    assert "<!--" not in source
    assert "\n::" not in source
    assert "##[" not in source
    assert [one.attributes["href"] for one in page.all("a")] == []
    assert len(page.all("details")) == len(shown(markdown(everything())).all("details"))


def form(text: str) -> list[str]:
    """The elements of a preview in which the text is wherever there is room for one."""
    start, end = local(2026, 11, 7, 17), local(2026, 11, 7, 20)
    people = roster(adults=[person(text)], students=[])
    one = notice(session=Session("odd", text, start, end, text, text), people=people)
    found = result(due(one, text), quiet(State.SKIPPED, text, text), warnings=[ReportWarning("odd", text, text)])
    return [element.tag for element in shown(markdown(found)).elements]


EXPECTED = form("x")


@given(st.text())
def test_whatever_a_title_is_the_page_has_the_same_form(text: str) -> None:
    assert form(f"x{text}") == EXPECTED


def test_a_template_can_show_links_but_no_picture_and_no_html() -> None:
    template = Template(
        "notice.md",
        "Subject: Hello\n\n# Hi @everyone\n\n[the plan](https://example.org/plan?a=1&b=2) <img src=x> ![y](http://y.example)"
        "\n\n```\n# code @everyone\n\n- x\n```\n\n- one\n- two\n\n> quoted\n\n---\n\n~~gone~~ fixes #3\n",
    )
    settings = config()
    settings = replace(settings, notices=tuple(replace(one, template=template) for one in settings.notices))
    email = composed(settings)
    page = shown("\n" + email_markdown(email))

    assert not calls_somebody(page)
    assert [one.attributes["href"] for one in page.all("a")] == ["https://example.org/plan?a=1&b=2"]
    assert [len(page.all(tag)) for tag in ("li", "hr", "s", "h3", "h4")] == [2, 1, 1, 1, 1]
    assert "<img src=x>" in page.text


def composed(settings: Config) -> EmailMessage:
    template = settings.notices[0].template
    disclose = {role.name: role.disclose for role in settings.roles}
    wording = Wording(settings.team, "en_US", settings.zone, disclose, template.text if template else None)
    return compose(notice(), wording, Envelope(("office@example.org",)), local(2026, 11, 6))


def test_an_email_that_is_very_long_is_cut_with_nothing_left_open() -> None:
    crowd = roster(adults=[person(f"Person {number}", f"p{number}@example.org") for number in range(3000)])
    found = result(due(notice(people=crowd)))
    [email] = found.emails.values()
    source = email_markdown(email)

    assert len(source) < 25_000
    assert source.endswith(SHORTENED)
    assert "Person 0" in shown(source).text


def email_of(html: str) -> EmailMessage:
    email = EmailMessage()
    email.set_content(html, subtype="html")
    return email


@pytest.mark.parametrize(
    "around", ["<p>{}</p>", "<ul><li>{}</li></ul>", "<pre>{}</pre>", "<p>a<strong>{}</strong></p>"]
)
def test_one_paragraph_that_is_too_long_is_cut_between_two_words(around: str) -> None:
    words = [f"word{number}" for number in range(30_000)]
    source = email_markdown(email_of(around.format(" ".join(words))))
    text = shown(source.removesuffix(SHORTENED)).text

    assert source.endswith(SHORTENED)
    assert 20_000 < len(source) < 25_000
    assert text.rstrip().endswith("…")
    seen = text.rstrip().removesuffix("…").removeprefix("a").split()
    assert seen == words[: len(seen)]
    assert len(seen) > 2_000


@pytest.mark.parametrize("sign", ["&", "<", "é", "\U0001f600", "漢", "e\u0301", "\U0001f469\u200d\U0001f4bb", "@"])
def test_text_without_blanks_is_cut_between_two_signs_and_never_in_one(sign: str) -> None:
    for room in range(300, 312):
        source = email_markdown(email_of(f"<p>{html.escape(sign) * 1_000}</p>"), room)
        text = shown(source.removesuffix(SHORTENED)).text.strip().replace("\u200b", "")

        assert len(source.encode()) < 500
        assert text.endswith("…")
        assert text.removesuffix("…").replace(sign, "") == ""
        assert len(text) > 5


def test_a_link_at_the_cut_is_whole_or_not_there() -> None:
    link = '<a href="https://example.org/plan?a=1&amp;b=2">the plan of the day</a> '
    for room in range(1_000, 1_100, 7):
        source = email_markdown(email_of(f"<p>{link * 50}</p>"), room)
        assert {one.attributes["href"] for one in shown(source).all("a")} == {"https://example.org/plan?a=1&b=2"}


@given(st.text(max_size=200), st.integers(0, 400))
def test_a_beginning_is_a_beginning_and_fits(text: str, room: int) -> None:
    found = beginning(text, room)

    assert text.startswith(found)
    assert len("".join(map(plain, found)).encode()) <= room or found == text


def test_many_bytes_of_few_signs_leave_room_for_the_other_emails() -> None:
    assert len(email_markdown(email_of(f"<p>{'漢字 ' * 20_000}</p>")).encode()) < 25_000


def test_html_that_nobody_closed_is_closed() -> None:
    email = EmailMessage()
    email.set_content("<blockquote><p>one <strong>two</p><ul><li>three", subtype="html")

    assert [element.tag for element in shown(email_markdown(email)).elements] == [
        "blockquote",
        "p",
        "strong",
        "ul",
        "li",
    ]


def test_of_secret_data_only_counts_and_kinds_are_shown() -> None:
    text = "Zanzibar Canary"
    source = markdown(everything(text=text), secret=True)
    page = shown(source)

    for private in (
        text,
        "Canary",
        "Sam",
        "Ann",
        "office",
        "•••",
        "Room",
        "2026",
        "17:00",
        "campus",
        "hall",
        "odd",
        "few",
    ):
        assert private not in source
    assert [len(page.all(tag)) for tag in ("details", "blockquote", "table")] == [0, 0, 1]
    for words in ("new", "cancelled", "held", "kept back", "This repository is not private"):
        assert words in page.text


def test_it_says_what_it_was_made_from_and_for_which_moment() -> None:
    settings = replace(config(), sample=Sample(Path("club/sample.ics"), Path("club/sample.vcf")))
    found = result(due(notice()))

    assert preview_markdown.source(replace(found, data=Data.SAMPLE), settings, Readers.CLUB) == (
        "Made from the sample in sample.ics and sample.vcf, as if it were Friday, 6 November 2026, 18:00."
    )
    assert "invented people" in preview_markdown.source(replace(found, data=Data.INVENTED), settings, Readers.CLUB)
    assert "club's own" in preview_markdown.source(replace(found, data=Data.LIVE), settings, Readers.CLUB)


def test_problems_are_remarks_at_their_lines_with_paths_from_the_root_of_the_repository(tmp_path: Path) -> None:
    clubs = tmp_path / "clubs"
    problems = [
        Problem(str(clubs / "sessions.yml"), 4, 7, "team", "is too\nlong"),
        Problem(str(clubs / "notice.md"), 0, 0, "", "is no text"),
        Problem(str(tmp_path.parent / "elsewhere.yml"), 1, 1, "", "is elsewhere"),
    ]
    found = preview_markdown.problem_annotations(InputError("x", problems=problems), tmp_path)

    assert [(one.file, one.line, one.column, one.title, one.text) for one in found] == [
        ("clubs/notice.md", 0, 0, "notice.md", "is no text"),
        ("clubs/sessions.yml", 4, 7, "team", "is too�long"),
    ]


def test_the_title_of_problems_counts_them() -> None:
    two = [Problem("sessions.yml", line, 1, "", "is wrong") for line in (1, 2)]

    assert preview_markdown.problems_title(InputError("x", problems=two)) == "2 problems to mend"
    assert preview_markdown.problems_title(InputError("x")) == "1 problem to mend"
    assert preview_markdown.problems_title(UnreachableError("x")) == "The preview could not be made"


@pytest.mark.parametrize("text", HOSTILE)
def test_problems_are_told_as_text_alone(text: str) -> None:
    error = InputError(text, problems=[Problem(text, 1, 1, text, text)])
    page = shown("\n".join(preview_markdown.problem_pages(error)))

    assert not calls_somebody(page)
    assert len(page.all("tr")) == 2
