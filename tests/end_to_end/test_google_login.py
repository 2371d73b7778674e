"""``auth login``: a person agrees in a browser, which is played by an HTTP client that follows the redirects."""

from __future__ import annotations

import json
import socket
import stat
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from tests.emulators.google import GoogleEmulator, World
from tests.end_to_end.harness import AT_GOOGLE, COMMAND
from tests.environment import of_the_machine


@dataclass
class Login:
    """A login that is under way: what it said, and the address it sent the person to."""

    process: subprocess.Popen[str]
    said: str
    url: str

    def end(self) -> tuple[int, str, str]:
        """Its exit status and what else it said."""
        out, err = self.process.communicate(timeout=300)
        return self.process.returncode, out, err


@contextmanager
def login(folder: Path, google: GoogleEmulator, *options: str, **env: str) -> Iterator[Login]:
    (folder / "sessions.yml").write_text(AT_GOOGLE, encoding="utf-8")
    consent = google.world.consent
    client = {"installed": {"client_id": consent.client_id, "client_secret": consent.client_secret}}
    (folder / "client.json").write_text(json.dumps(client), encoding="utf-8")
    process = subprocess.Popen(
        [*COMMAND, "auth", "login", "--client", "client.json", "--no-browser", *options],
        cwd=folder,
        env={**of_the_machine(), "SESSIONSMGMT_GOOGLE_ROOT": google.root, **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        said = ""
        for line in process.stderr or ():
            said += line
            if line.startswith("http"):
                break
        yield Login(process, said, said.splitlines()[-1])
        process.kill()


@pytest.fixture
def google() -> Iterator[GoogleEmulator]:
    with GoogleEmulator(World()) as emulator:
        yield emulator
        assert emulator.violations == ()


def test_agreeing_gives_a_credential_that_works_and_shows_it_to_nobody(tmp_path: Path, google: GoogleEmulator) -> None:
    with login(tmp_path, google, "--save", "credential.json") as asked:
        for promise in ("reading the sessions", "names and labels", "sending the notices", "no mail is read"):
            assert promise in asked.said
        page = requests.get(asked.url, timeout=300)
        assert "close this page" in page.text
        status, out, err = asked.end()

    assert status == 0
    saved = tmp_path / "credential.json"
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    credential = json.loads(saved.read_text("utf-8"))
    assert credential["type"] == "authorized_user"
    assert credential["refresh_token"] not in asked.said + out + err
    assert "code_challenge_method=S256" in asked.url


def test_the_credential_is_printed_only_when_asked(tmp_path: Path, google: GoogleEmulator) -> None:
    with login(tmp_path, google, "--print") as asked:
        requests.get(asked.url, timeout=300)
        status, out, _ = asked.end()

    assert status == 0
    assert json.loads(out)["refresh_token"]


def test_a_partial_consent_is_refused_explained_and_not_kept(tmp_path: Path, google: GoogleEmulator) -> None:
    google.world.consent.unticked = frozenset({"https://www.googleapis.com/auth/gmail.send"})
    with login(tmp_path, google, "--save", "credential.json") as asked:
        requests.get(asked.url, timeout=300)
        status, _, err = asked.end()

    assert status == 3
    assert "sending the notices" in err
    assert "tick every box" in err
    assert not (tmp_path / "credential.json").exists()
    assert google.calls("oauth.revoke") == ()  # it would end every other credential of this person


def test_declining_keeps_nothing(tmp_path: Path, google: GoogleEmulator) -> None:
    google.world.consent.denies = True
    with login(tmp_path, google, "--save", "credential.json") as asked:
        requests.get(asked.url, timeout=300)
        status, _, err = asked.end()

    assert status == 3
    assert "nothing is kept" in err
    assert not (tmp_path / "credential.json").exists()


def test_an_answer_to_another_question_is_passed_over(tmp_path: Path, google: GoogleEmulator) -> None:
    with login(tmp_path, google, "--save", "credential.json") as asked:
        redirect = requests.get(asked.url, timeout=300, allow_redirects=False).headers["Location"]
        address = redirect.partition("?")[0]
        assert requests.get(f"{address}favicon.ico", timeout=300).status_code == 404
        requests.get(f"{address}?code=forged&state=forged", timeout=300)
        requests.get(redirect, timeout=300)
        status, _, _ = asked.end()

    assert status == 0
    assert len(google.calls("oauth.token")) == 1


@pytest.mark.parametrize("state", ["é", "%C3%A9", "%FF", "%00", "a" * 5_000, "", "%F0%9F%A4%96"])
def test_an_answer_in_other_letters_is_passed_over(tmp_path: Path, google: GoogleEmulator, state: str) -> None:
    with login(tmp_path, google, "--save", "credential.json") as asked:
        redirect = requests.get(asked.url, timeout=300, allow_redirects=False).headers["Location"]
        requests.get(f"{redirect.partition('?')[0]}?code=forged&state={state}", timeout=300)
        requests.get(redirect, timeout=300)
        status, _, err = asked.end()

    assert status == 0, err


def test_who_connects_and_is_slow_keeps_nobody_waiting(tmp_path: Path, google: GoogleEmulator) -> None:
    with login(tmp_path, google, "--save", "credential.json") as asked, ExitStack() as slow:
        redirect = requests.get(asked.url, timeout=300, allow_redirects=False).headers["Location"]
        port = urlsplit(redirect).port
        assert port
        for said in (b"", b"GET / HT", b"GET / HTTP/1.1\r\nX: ", b"\x16\x03\x01"):
            slow.enter_context(socket.create_connection(("127.0.0.1", port))).sendall(said)
        assert "close this page" in requests.get(redirect, timeout=300).text
        status, _, err = asked.end()

    assert (status, "Traceback" in err) == (0, False), err


def test_a_browser_is_given_none_of_the_secrets(tmp_path: Path, google: GoogleEmulator) -> None:
    seen, came = tmp_path / "seen", tmp_path / "browser"
    came.write_text(
        f'#!/bin/sh\nenv > {seen}.part\necho "$1" >> {seen}.part\nmv {seen}.part {seen}\n', encoding="utf-8"
    )
    came.chmod(0o700)
    secrets = {
        "SECRETS_TOKEN": "secret-one",
        "GITHUB_TOKEN": "secret-two",
        "SESSIONSMGMT_KEY": "secret-three",
        "GOOGLE_CREDENTIALS": "secret-four",
        "SMTP_PASSWORD": "secret-five",
        "INPUT_SECRETS-TOKEN": "secret-six",
        "SOMETHING_ELSE": "secret-seven",
    }
    known = {"HOME": str(tmp_path), "DISPLAY": ":7", "XDG_CONFIG_HOME": str(tmp_path)}
    with login(tmp_path, google, "--browser", "--save", "c.json", **secrets, **known, BROWSER=f"{came} %s") as asked:
        while not seen.exists():
            assert asked.process.poll() is None
        text = seen.read_text("utf-8")

    assert "secret" not in text
    assert {f"{name}={value}" for name, value in known.items()} <= set(text.splitlines())
    assert asked.url in text


@pytest.mark.parametrize(
    ("error", "says"),
    [("access_denied", "auth login"), ("org_internal", "External"), ("admin_policy_enforced", "administrator")],
)
def test_why_google_did_not_let_the_person_agree_is_said(
    tmp_path: Path, google: GoogleEmulator, error: str, says: str
) -> None:
    with login(tmp_path, google, "--save", "credential.json") as asked:
        redirect = requests.get(asked.url, timeout=300, allow_redirects=False).headers["Location"]
        state = dict(parse_qsl(urlsplit(redirect).query))["state"]
        requests.get(redirect.partition("?")[0], params={"error": error, "state": state}, timeout=300)
        status, _, err = asked.end()

    assert status == 3
    assert says in err


@pytest.mark.parametrize("options", [(), ("--print", "--save", "credential.json")])
def test_where_the_credential_goes_must_be_said_first(
    tmp_path: Path, google: GoogleEmulator, options: tuple[str, ...]
) -> None:
    with login(tmp_path, google, *options) as asked:
        status, _, err = asked.end()

    assert status == 2
    assert "--save FILE or --print" in asked.said + err
    assert google.requests == ()
