"""``mail.confirm: sent-folder``: what nobody could know is looked up by the next runs, at Google and in the outbox."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.emulators.google import Break, GoogleEmulator, Refusal, TokenRefusal, World, event
from tests.emulators.google.world import GMAIL_METADATA
from tests.end_to_end.harness import AT_GOOGLE, ClubFolder, Ran, make_club

START = datetime(2026, 11, 7, 14, tzinfo=UTC)
SEND, LIST = "gmail.users.messages.send", "gmail.users.messages.list"
MINUTE = timedelta(minutes=1)
HELD, SENT, SAID = [("new", "held")], [("new", "sent")], [(None, "skipped")]


@dataclass
class Club:
    """A club that wants to know, and whose clock is Google's."""

    folder: ClubFolder
    google: GoogleEmulator

    def run(self, after: timedelta = timedelta(0)) -> Ran:
        """Run once more, so much later."""
        self.google.advance(after)
        env = {"GOOGLE_CREDENTIALS": self.google.credentials, "SESSIONSMGMT_GOOGLE_ROOT": self.google.root}
        return self.folder.call("run", now=self.google.world.now.isoformat(), env=env)


@pytest.fixture(params=[True, False], ids=["our headers survive", "our headers are lost"])
def club(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Club]:
    world = World()
    world.mailbox.keeps_own_headers = request.param
    world.calendar().put(event("lab", START, attendees=["ada@example.org", "stu@example.org"]))
    world.contacts.add("Ada Adult", "ada@example.org", labels=["Adult"])
    world.contacts.add("Stu Student", "stu@example.org", labels=["Student"])
    folder = ClubFolder(tmp_path)
    wanted = AT_GOOGLE.replace("mail: {provider: google}", "mail: {provider: google, confirm: sent-folder}")
    assert wanted != AT_GOOGLE
    folder.write("sessions.yml", wanted)
    with GoogleEmulator(world) as google:
        yield Club(folder, google)
        assert google.violations == ()


@pytest.mark.parametrize("trouble", [Break.CLOSE_AFTER_ACCEPTING, Refusal(503, "backendError", accepted=True)])
def test_a_mail_that_did_leave_is_found_and_not_sent_again(club: Club, trouble: Break | Refusal) -> None:
    club.google.fail(SEND, trouble)
    first, second, third = club.run(), club.run(MINUTE), club.run(20 * MINUTE)

    assert (first.exit, first.states) == (1, HELD)
    assert (second.exit, second.states) == (0, SAID)
    assert (third.exit, third.states) == (0, SAID)
    assert len(club.google.sent) == len(club.google.calls(SEND)) == 1


def test_a_mail_that_did_not_leave_goes_out_after_two_looks(club: Club) -> None:
    club.google.fail(SEND, Refusal(503, "backendError"))
    assert [club.run().states, club.run(MINUTE).states, club.run(9 * MINUTE).states] == [HELD] * 3
    last = club.run(2 * MINUTE)  # ten were enough, but each look is dated when it is made

    assert (last.exit, last.states) == (0, SENT)
    assert club.run(MINUTE).states == SAID
    assert (len(club.google.sent), len(club.google.calls(SEND))) == (1, 2)


def test_a_mail_that_shows_up_late_is_found_by_the_second_look(club: Club) -> None:
    club.google.world.mailbox.sent_lag = 5 * MINUTE
    club.google.fail(SEND, Break.CLOSE_AFTER_ACCEPTING)
    assert [club.run().states, club.run(MINUTE).states] == [HELD] * 2

    assert club.run(10 * MINUTE).states == SAID
    assert len(club.google.sent) == 1


def test_without_the_permission_what_is_held_stays_held(club: Club) -> None:
    club.google.fail(SEND, Break.CLOSE_AFTER_ACCEPTING)
    club.run()
    for _ in range(3):
        club.google.fail("oauth.token", TokenRefusal("invalid_scope"))  # the first that a run asks for is to look
        ran = club.run(30 * MINUTE)

        assert (ran.exit, ran.states) == (3, HELD)
        assert [one["code"] for one in ran.report["warnings"]] == ["lookup-failed"]
        assert "Sent folder" in ran.report["warnings"][0]["text"]
    assert (club.google.calls(LIST), len(club.google.sent)) == ((), 1)


def test_where_nothing_is_held_the_folder_is_not_looked_into(club: Club) -> None:
    assert [club.run().states, club.run(MINUTE).states] == [SENT, SAID]
    assert club.google.calls(LIST) == ()
    assert frozenset({GMAIL_METADATA}) not in club.google.scopes_used(SEND)


def test_the_outbox_can_be_looked_into_too(tmp_path: Path) -> None:
    folder = make_club(tmp_path)
    text = (tmp_path / "sessions.yml").read_text("utf-8")
    folder.write("sessions.yml", text.replace("{provider: outbox,", "{provider: outbox, confirm: sent-folder,"))

    assert folder.call("run").states == SENT
    assert folder.call("run").states == SAID
    assert len(folder.emails()) == 1


@pytest.mark.parametrize(
    ("sender", "told"),
    [
        ("elsewhere@example.org", ["sender-replaced"]),
        ("alias@example.org", []),
        ("COACH@example.org", []),
        ("pending@example.org", ["sender-replaced"]),
    ],
)
def test_a_sender_that_gmail_replaced_is_told(club: Club, sender: str, told: list[str]) -> None:
    text = (club.folder.folder / "sessions.yml").read_text("utf-8")
    club.folder.write(
        "sessions.yml", text.replace("provider: google, confirm", f"provider: google, from: {sender}, confirm")
    )
    club.google.world.mailbox.aliases |= {"alias@example.org": True, "pending@example.org": False}
    ran = club.run()

    assert (ran.exit, ran.states) == (0, SENT)
    assert [one["code"] for one in ran.report["warnings"]] == told
    assert "example.org" not in ran.out + ran.err
    assert len(club.google.calls("gmail.users.messages.get")) == 1
    assert [one["code"] for one in club.run(MINUTE).report["warnings"]] == []
    assert len(club.google.calls("gmail.users.messages.get")) == 1


def test_a_sender_that_can_not_be_looked_up_changes_nothing_but_a_warning(club: Club) -> None:
    text = (club.folder.folder / "sessions.yml").read_text("utf-8")
    club.folder.write(
        "sessions.yml", text.replace("provider: google, confirm", "provider: google, from: a@example.org, confirm")
    )
    club.google.fail("gmail.users.messages.get", Refusal(503, "backendError", retry_after="3600"))
    ran = club.run()

    assert (ran.exit, ran.states) == (0, SENT)
    assert [one["code"] for one in ran.report["warnings"]] == ["lookup-failed"]
