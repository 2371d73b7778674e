"""docs/smtp.md: a club whose emails leave by its own mail provider, through ``entrypoint.py``."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.emulators.smtp import PASSWORD, USER, SmtpServer, serving
from tests.end_to_end.harness import SESSIONS_YML, ClubFolder, Ran
from tests.end_to_end.pages import PAGES

[PAGE] = [page for page in PAGES if page.path == "docs/smtp.md"]
LATER = "2026-11-06T13:00:00-05:00"


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmtpServer]:
    with serving(tmp_path_factory.mktemp("server")) as server:
        yield server


def call(club: ClubFolder, server: SmtpServer, command: str = "run", now: str = LATER, password: str = PASSWORD) -> Ran:
    """A command of the club with the page's section, whose server is the one on loopback."""
    section = PAGE.blocks("yaml")[0].replace("smtp.fastmail.com", f"localhost\n  port: {server.port}")
    club.write("sessions.yml", re.sub(r"mail: \{.*\}\n", lambda _: section, SESSIONS_YML))
    ran = club.call(command, now=now, env={"SMTP_PASSWORD": password, "SSL_CERT_FILE": str(server.trusted)})
    for secret in filter(None, (password, "coaches@", "office@")):
        assert secret not in ran.log
    return ran


def test_a_run_sends_by_the_server_and_a_second_one_sends_nothing(club: ClubFolder, server: SmtpServer) -> None:
    first, second = call(club, server), call(club, server)

    assert (first.exit, first.states, second.states) == (0, [("new", "sent")], [(None, "skipped")])
    [arrived] = server.arrived
    assert (arrived.sender, arrived.recipients) == (USER, ("office@example.org",))
    assert first.report["notices"][0]["message_id"] == "2.0.0_Ok:_queued_as_4XyZ"
    assert server.connections == 1


def test_doctor_signs_in_and_sends_nothing(club: ClubFolder, server: SmtpServer) -> None:
    ran = call(club, server, "doctor")

    assert "takes the user name and the password" in ran.out
    assert server.arrived == []


@pytest.mark.parametrize(
    ("phase", "reply", "exit_status", "state", "words"),
    [
        ("AUTH", "535 5.7.8 wrong", 3, "failed", "refuses the user name or the password"),
        ("MAIL", "553 5.7.1 not yours", 1, "failed", "does not let the account send as this address"),
        ("RCPT", "550 5.1.1 unknown", 1, "failed", "does not take a recipient"),
        ("dot", "drop", 1, "held", "did not answer after it had the email"),
    ],
)
def test_what_goes_wrong_is_said_as_the_page_says_it(
    club: ClubFolder, server: SmtpServer, phase: str, reply: str, exit_status: int, state: str, words: str
) -> None:
    server.once[phase] = [reply] * 60
    ran = call(club, server)

    assert (ran.exit, ran.states) == (exit_status, [("new", state)])
    assert words in ran.log
    assert words in PAGE.text


def test_without_a_password_nothing_is_sent(club: ClubFolder, server: SmtpServer) -> None:
    ran = call(club, server, password="")

    assert (ran.exit, server.connections) == (2, 0)
    assert "SMTP_PASSWORD" in ran.err
