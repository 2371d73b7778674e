"""The mailer of a mail server, against one on loopback that fails at every phase."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from sessionsmgmt.adapters.smtp_imap.mailer import SmtpMailer
from sessionsmgmt.adapters.smtp_imap.sections import SmtpMail
from sessionsmgmt.errors import ConsentError, InputError, SessionsError, UnreachableError
from sessionsmgmt.ports.mail import Delivered, Undelivered, Unknown
from sessionsmgmt.secret_masking import Secret
from tests.builders import unmasked
from tests.clock import ManualClock
from tests.contract.mailers import message
from tests.emulators.smtp import DROP, PASSWORD, SILENT, USER, SmtpServer, serving


@pytest.fixture(params=["starttls", "tls"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SmtpServer]:
    with serving(tmp_path, implicit_tls=request.param == "tls") as server:
        yield server


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[SmtpServer]:
    with serving(tmp_path) as server:
        yield server


def mailer(server: SmtpServer, password: str = PASSWORD, host: str = "localhost") -> SmtpMailer:
    section = SmtpMail(host, server.port, USER, "tls" if server.implicit_tls else "starttls")
    made = SmtpMailer(
        section,
        Secret(password, unmasked),
        USER,
        ManualClock().retry_policy(10),
        lambda: ssl.create_default_context(cafile=str(server.trusted)),
        seconds=0.7,
        dot_seconds=0.3,
    )
    server.ends.callback(made.close)
    return made


def refused(mail: SmtpMailer) -> SessionsError:
    with pytest.raises(SessionsError) as caught:
        mail.prepare()
    assert "example.org" not in str(caught.value)
    return caught.value


def test_an_email_arrives_with_its_recipients_and_without_a_byte_of_eight_bits(server: SmtpServer) -> None:
    sent = message(body="Zo\u00eb\n.a line that begins with a dot\n.\n")
    sent["Cc"] = "hall@b\u00fccher.example"
    outcome = mailer(server).send(sent)

    assert outcome == Delivered("2.0.0_Ok:_queued_as_4XyZ")
    [arrived] = server.arrived
    assert (arrived.sender, arrived.recipients) == (USER, ("office@example.org", "hall@xn--bcher-kva.example"))
    body = message_from_bytes(arrived.content, EmailMessage, policy=policy.default).get_body(("plain",))
    assert body is not None
    assert body.get_content().splitlines() == ["Zo\u00eb", ".a line that begins with a dot", "."]


def test_all_emails_of_a_run_share_one_connection(server: SmtpServer) -> None:
    mail = mailer(server)
    mail.prepare()
    outcomes = [mail.send(message(number)) for number in range(20)]

    assert all(isinstance(outcome, Delivered) for outcome in outcomes)
    assert (server.connections, server.sign_ins, len(server.arrived)) == (1, 1, 20)


def test_a_connection_that_the_server_has_closed_meanwhile_is_opened_anew(server: SmtpServer) -> None:
    mail = mailer(server)
    mail.send(message())
    server.once["MAIL"] = [DROP]
    assert isinstance(mail.send(message(2)), Delivered)
    server.once["MAIL"] = ["421 4.4.2 idle for too long"]
    assert isinstance(mail.send(message(3)), Delivered)
    assert (server.connections, len(server.arrived)) == (3, 3)


@pytest.mark.parametrize("phase", ["RCPT", "DATA"])
@pytest.mark.parametrize("reply", [DROP, SILENT, "421 closing", "451 4.3.0 later", "554 5.7.1 no"])
def test_before_the_dot_nothing_has_left(server: SmtpServer, phase: str, reply: str) -> None:
    mail = mailer(server)
    server.once[phase] = [reply]
    outcome = mail.send(message())

    assert isinstance(outcome, Undelivered)
    assert not outcome.everywhere
    assert server.arrived == []
    assert isinstance(mail.send(message(2)), Delivered)


@pytest.mark.parametrize("reply", ["452 4.2.2 full", "552 5.3.4 too big", "421 closing"])
def test_a_refusal_of_the_content_has_not_left_and_is_not_tried_again(server: SmtpServer, reply: str) -> None:
    mail = mailer(server)
    server.once["refused dot"] = [reply]
    assert isinstance(mail.send(message()), Undelivered)
    assert server.arrived == []
    assert isinstance(mail.send(message(2)), Delivered)


@pytest.mark.parametrize("reply", [DROP, SILENT])
def test_without_a_reply_to_the_dot_nobody_knows(server: SmtpServer, reply: str) -> None:
    mail = mailer(server)
    server.once["dot"] = [reply]
    assert isinstance(mail.send(message()), Unknown)
    assert len(server.arrived) == 1
    assert isinstance(mail.send(message(2)), Delivered)


def test_where_one_recipient_is_refused_nobody_gets_the_email(server: SmtpServer) -> None:
    sent = message()
    sent["Cc"] = "nobody@example.org"
    outcome = mailer(server).send(sent)

    assert isinstance(outcome, Undelivered)
    assert isinstance(outcome.cause, InputError)
    assert "550" in str(outcome.cause)
    assert "example.org" not in str(outcome.cause)
    assert server.arrived == []


def test_an_address_the_account_may_not_send_as_fails_that_email_alone(server: SmtpServer) -> None:
    mail = mailer(server)
    server.once["MAIL"] = ["553 5.7.1 coaches@example.org is not yours"]
    outcome = mail.send(message())

    assert isinstance(outcome, Undelivered)
    assert (outcome.everywhere, "mail.from" in str(outcome.cause)) == (False, True)
    assert isinstance(mail.send(message(2)), Delivered)


def test_a_wrong_password_is_tried_twice_at_most(server: SmtpServer) -> None:
    mail = mailer(server, "wrong")
    assert isinstance(refused(mail), ConsentError)
    outcomes = [mail.send(message(number)) for number in range(3)]

    assert all(isinstance(outcome, Undelivered) and outcome.everywhere for outcome in outcomes)
    assert server.sign_ins == 2
    assert "SMTP_PASSWORD" in str(refused(mail))


def test_a_password_is_never_said_without_encryption(plain: SmtpServer) -> None:
    plain.offers = ("AUTH PLAIN LOGIN",)
    assert isinstance(refused(mailer(plain)), UnreachableError)
    assert plain.sign_ins == 0


def test_a_server_that_refuses_to_encrypt_is_told_nothing(plain: SmtpServer) -> None:
    plain.replies["STARTTLS"] = "454 TLS not available"
    assert isinstance(refused(mailer(plain)), UnreachableError)
    assert plain.sign_ins == 0


def test_a_certificate_that_is_not_trusted_or_of_another_name_is_the_end(tmp_path: Path) -> None:
    with serving(tmp_path, name="other.example.org") as server:
        assert "certificate" in str(refused(mailer(server)))
        strict = mailer(server)
        strict.tls = ssl.create_default_context
        assert "certificate" in str(refused(strict))
        assert server.sign_ins == 0


def test_signing_in_works_by_login_too(server: SmtpServer) -> None:
    server.offers = ("STARTTLS", "AUTH LOGIN")
    mailer(server).prepare()
    assert server.sign_ins == 1


@pytest.mark.parametrize("phase", ["greeting", "EHLO", "AUTH"])
@pytest.mark.parametrize("reply", [DROP, "421 4.3.2 busy", "554 5.7.1 go away"])
def test_a_server_that_is_not_ready_yet_is_tried_again(server: SmtpServer, phase: str, reply: str) -> None:
    server.once[phase] = [reply, reply]
    mailer(server).prepare()
    assert server.connections == 3


def test_a_server_that_never_gets_ready_is_not_reached(server: SmtpServer) -> None:
    server.replies["greeting"] = "421 busy"
    assert isinstance(refused(mailer(server)), UnreachableError)


def test_a_server_that_is_not_there_is_not_reached(server: SmtpServer) -> None:
    mail = mailer(server)
    mail.server = SmtpMail("localhost", 1, USER, "tls")
    assert isinstance(refused(mail), UnreachableError)


def test_the_message_id_that_a_server_names_is_kept(server: SmtpServer) -> None:
    server.replies["dot"] = "250 2.0.0 OK <abc-123@prod.example.com> [Hostname=AM0]"
    assert mailer(server).send(message()) == Delivered("<abc-123@prod.example.com>")
