from __future__ import annotations

import base64
import io
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.bootstrap.providers import PROVIDERS
from sessionsmgmt.secret_masking import SHORTEST, Secret, add_mask_command, forms, runner_mask
from tests.settings import settings

CREDENTIAL = {
    "type": "authorized_user",
    "client_id": "club.apps.googleusercontent.com",
    "client_secret": 'GOCSPX-"quoted"\\é',
    "refresh_token": "1//refresh",
}
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\nq83vEjRWeJq83v==\n-----END RSA PRIVATE KEY-----\n"


@pytest.mark.parametrize("indent", [None, 2])
def test_a_credential_is_masked_whole_by_line_and_by_each_secret_field(indent: int | None) -> None:
    text = json.dumps(CREDENTIAL, indent=indent)
    found = forms(text)

    assert {"1//refresh", CREDENTIAL["client_secret"]} <= found
    assert {line.strip() for line in text.splitlines() if len(line.strip()) >= SHORTEST} <= found
    assert json.dumps(CREDENTIAL["client_secret"])[1:-1] in found
    assert base64.b64encode(text.encode()).decode() in found


def test_public_fields_and_the_structure_of_a_credential_are_not_masked() -> None:
    found = forms(json.dumps(CREDENTIAL, indent=2))

    assert CREDENTIAL["client_id"] not in found
    assert "authorized_user" not in found
    assert "{" not in found
    assert "}" not in found


def test_a_private_key_is_masked_by_each_of_its_lines() -> None:
    assert {"MIIEpAIBAAKCAQEA", "q83vEjRWeJq83v=="} <= forms(PEM)


@given(
    st.text()
    | st.recursive(st.none() | st.text(), lambda one: st.lists(one) | st.dictionaries(st.text(), one)).map(json.dumps)
)
def test_every_form_is_one_line_and_long_enough_to_be_no_accident(value: str) -> None:
    for form in forms(value):
        assert len(form) >= SHORTEST
        assert form.splitlines() == [form]
        assert not {"\r", "\n"} & set(add_mask_command(form))


def test_all_secrets_of_the_environment_are_masked_and_nothing_else() -> None:
    environ = {
        "SECRETS_TOKEN": "github_pat_one",
        "SMTP_PASSWORD": "a password",
        "HOME": "/nowhere",
        "GITHUB_APP_ID": "471100",
    }
    masked: list[str] = []
    PROVIDERS.read_settings(environ, masked.append)

    assert sorted(masked) == ["a password", "github_pat_one"]


def test_a_secret_is_masked_when_it_is_made_and_shows_as_stars() -> None:
    masked: list[str] = []
    secret = Secret("ya29.access", masked.append)

    assert masked == ["ya29.access"]
    assert {str(secret), repr(secret), f"{secret}", f"{[secret]}"} == {"***", "[***]"}
    assert secret.reveal() == "ya29.access"


@pytest.mark.parametrize("text", ["", " \n"])
def test_blanks_alone_are_no_secret(text: str) -> None:
    masked: list[str] = []

    assert not Secret(text, masked.append)
    assert masked == []


def test_nothing_of_the_settings_shows_a_secret() -> None:
    names = ("GOOGLE_CREDENTIALS", "SESSIONSMGMT_KEY", "GITHUB_TOKEN", "SECRETS_TOKEN", "GITHUB_APP_PRIVATE_KEY")

    assert "hush" not in repr(settings(dict.fromkeys(names, "hush")))


@contextmanager
def piped() -> Iterator[tuple[TextIO, Callable[[], str]]]:
    """A stream that is a pipe, and what has been written to it."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)

    def written() -> str:
        try:
            return os.read(reading, 65536).decode()
        except BlockingIOError:
            return ""

    with os.fdopen(writing, "w") as stream:
        yield stream, written
    os.close(reading)


def test_outside_of_actions_nothing_is_written() -> None:
    with piped() as (stream, written):
        runner_mask([stream], in_actions=False)("ya29.access")
        assert written() == ""


def test_in_actions_each_form_is_masked_by_a_line_of_its_own() -> None:
    with piped() as (stream, written):
        runner_mask([stream], in_actions=True)("ya29.100%access")
        lines = written().splitlines()

    assert "::add-mask::ya29.100%25access" in lines
    assert all(line.startswith("::add-mask::") for line in lines)
    assert os.linesep not in "".join(lines)


def test_nothing_is_written_into_a_file(tmp_path: Path) -> None:
    with (tmp_path / "out").open("w") as file, piped() as (stream, written):
        runner_mask([file, stream], in_actions=True)("ya29.access")
        assert "::add-mask::ya29.access\n" in written()
        runner_mask([file, io.StringIO()], in_actions=True)("ya29.access")
    assert (tmp_path / "out").read_bytes() == b""


def test_of_two_pipes_the_first_gets_the_masks() -> None:
    with piped() as (one, first), piped() as (two, second):
        runner_mask([one, two], in_actions=True)("ya29.access")
        assert (first() != "", second()) == (True, "")
