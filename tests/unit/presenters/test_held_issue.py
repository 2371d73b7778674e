from __future__ import annotations

from markdown_it import MarkdownIt

from sessionsmgmt.domain.model.notice import Key, Kind, State, Verdict
from sessionsmgmt.ports.notifications import Note
from sessionsmgmt.presenters.held_issue import held_note
from tests.builders import local
from tests.unit.presenters.results import config

START = local(2026, 11, 7, 17)


def note(*sessions: str) -> Note:
    held = [Verdict(Key("campus", session), START, State.HELD, Kind.NEW) for session in sessions]
    found = held_note(held, config())
    assert found
    return found


def test_where_nothing_is_held_there_is_no_note() -> None:
    assert held_note([], config()) is None


def test_each_held_notice_has_its_day_its_kind_and_the_command_that_closes_it() -> None:
    text = note("lab", "shop").text

    for session in ("lab", "shop"):
        assert f"sessionsmgmt resolve --notice campus --session {session} --config club/sessions.yml --sent" in text
    assert text.count("**The session of 2026-11-07, 17:00** (new)") == 2
    assert "Sent" in text
    assert "--resend" in text


def test_the_heading_counts() -> None:
    assert note("lab").title.startswith("Did this email leave?")
    assert note("lab", "shop").title.startswith("Did these 2 emails leave?")


def test_a_session_id_can_not_leave_its_code_block() -> None:
    hostile = "```\n@everyone <img src=x> ![x](https://evil.example.org) ````` fixes #1\n##[error]x"
    tokens = MarkdownIt().parse(note(hostile).text)

    [block] = [token for token in tokens if token.type == "fence"]
    assert "evil.example.org" in block.content
    assert "\n" not in block.content.strip()
    others = "".join(token.content for token in tokens if token is not block)
    for word in ("evil", "everyone", "fixes", "error"):
        assert word not in others
