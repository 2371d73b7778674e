"""What everything that sends promises (see ``ports.Mailer``)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from sessionsmgmt.errors import SessionsError
from sessionsmgmt.ports.mail import Delivered, Undelivered
from tests.contract.google_worlds import GmailWorld, at_google
from tests.contract.mailers import MailerWorld, OutboxWorld, message
from tests.contract.smtp_world import SmtpWorld
from tests.emulators.smtp import serving

WORLDS: Mapping[str, Callable[[Path, ExitStack], MailerWorld]] = {
    "outbox": lambda folder, _: OutboxWorld(folder),
    "google": lambda _, stack: GmailWorld(at_google(stack)),
    "smtp": lambda folder, stack: SmtpWorld(stack.enter_context(serving(folder))),
}


@pytest.fixture(params=WORLDS)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MailerWorld]:
    with ExitStack() as stack:
        yield WORLDS[request.param](tmp_path, stack)


def test_a_message_arrives_as_it_was_written(world: MailerWorld) -> None:
    sent = message(subject="Séance d'équipe 🤖 " + "x" * 300, body="Zoë and 小明\n" + "y" * 2_000 + "\n")
    outcome = world.open().send(sent)
    assert isinstance(outcome, Delivered)
    assert outcome.message_id
    (arrived,) = world.arrived()
    for name in ("To", "Subject", "Date", "X-Sessionsmgmt-Notice"):
        assert arrived[name] == sent[name]
    for kind in ("plain", "html"):
        there, here = arrived.get_body((kind,)), sent.get_body((kind,))
        assert there is not None
        assert here is not None
        assert there.get_content().splitlines() == here.get_content().splitlines()


def test_a_mailer_that_got_ready_sends_and_may_get_ready_again(world: MailerWorld) -> None:
    mailer = world.open()
    mailer.prepare()
    mailer.prepare()
    assert world.arrived() == []
    assert isinstance(mailer.send(message()), Delivered)
    assert mailer.warnings() == ()


def test_a_mailer_that_can_send_nothing_does_not_get_ready(world: MailerWorld) -> None:
    world.close()
    with pytest.raises(SessionsError) as caught:
        world.open().prepare()
    assert "example.org" not in str(caught.value)


def test_a_message_without_a_sender_gets_one_and_stays_as_it_was(world: MailerWorld) -> None:
    sent = message()
    world.open().send(sent)
    (arrived,) = world.arrived()
    assert arrived["From"]
    assert sent["From"] is None


def test_a_message_with_a_sender_keeps_it(world: MailerWorld) -> None:
    sent = message()
    sent["From"] = "Coaches <coaches@example.org>"
    world.open().send(sent)
    (arrived,) = world.arrived()
    assert arrived["From"] == sent["From"]


def test_messages_sent_at_once_all_arrive(world: MailerWorld) -> None:
    mailer = world.open()
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(mailer.send, [message(number, f"Session {number}") for number in range(40)]))
    assert all(isinstance(outcome, Delivered) for outcome in outcomes)
    assert {mail["Subject"] for mail in world.arrived()} == {f"Session {number}" for number in range(40)}
    assert len(world.arrived()) == 40


def test_a_message_that_is_refused_certainly_did_not_leave(world: MailerWorld) -> None:
    world.block()
    outcome = world.open().send(message())
    assert isinstance(outcome, Undelivered)
    assert isinstance(outcome.cause, SessionsError)
    assert "example.org" not in str(outcome.cause)
    assert not world.arrived()


def test_a_message_that_no_mail_can_carry_certainly_did_not_leave(world: MailerWorld) -> None:
    sent = message()
    sent.set_payload("x\udce9", charset=None)
    assert isinstance(world.open().send(sent), Undelivered)
    assert not world.arrived()
