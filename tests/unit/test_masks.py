from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.masks import SHORTEST, announcement, announcer, forms, secrets, unmasked

CREDENTIAL = {
    "type": "authorized_user",
    "client_id": "club.apps.googleusercontent.com",
    "client_secret": 'GOCSPX-"quoted"\\é',
    "refresh_token": "1//refresh",
}
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\nq83vEjRWeJq83v==\n-----END RSA PRIVATE KEY-----\n"


@pytest.mark.parametrize("indent", [None, 2])
def test_a_credential_is_known_whole_by_line_and_by_each_secret_field(indent: int | None) -> None:
    text = json.dumps(CREDENTIAL, indent=indent)
    found = forms(text)

    assert {"1//refresh", CREDENTIAL["client_secret"]} <= found
    assert {line.strip() for line in text.splitlines() if len(line.strip()) >= SHORTEST} <= found
    assert json.dumps(CREDENTIAL["client_secret"])[1:-1] in found
    assert base64.b64encode(text.encode()).decode() in found


def test_what_is_public_in_a_credential_and_what_is_mere_structure_is_not_hidden() -> None:
    found = forms(json.dumps(CREDENTIAL, indent=2))

    assert CREDENTIAL["client_id"] not in found
    assert "authorized_user" not in found
    assert "{" not in found
    assert "}" not in found


def test_a_private_key_is_known_by_each_of_its_lines() -> None:
    assert {"MIIEpAIBAAKCAQEA", "q83vEjRWeJq83v=="} <= forms(PEM)


@given(
    st.text()
    | st.recursive(st.none() | st.text(), lambda one: st.lists(one) | st.dictionaries(st.text(), one)).map(json.dumps)
)
def test_every_form_is_one_line_and_long_enough_to_be_no_accident(value: str) -> None:
    for form in forms(value):
        assert len(form) >= SHORTEST
        assert form.splitlines() == [form]
        assert not {"\r", "\n"} & set(announcement(form))


def test_all_secrets_of_the_environment_are_known_and_nothing_else_of_it() -> None:
    environ = {
        "SECRETS_TOKEN": "github_pat_one",
        "SMTP_PASSWORD": "a password",
        "HOME": "/nowhere",
        "GITHUB_APP_ID": "471100",
    }
    found = secrets(environ)

    assert {"github_pat_one", "a password"} <= found
    assert not {"/nowhere", "471100"} & found


@pytest.mark.parametrize("environ", [{}, {"GITHUB_ACTIONS": "false"}])
def test_outside_of_actions_nobody_is_told(environ: Mapping[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    announcer(environ)("ya29.access")
    unmasked("ya29.access")

    assert capsys.readouterr().out == ""


def test_in_actions_the_runner_is_told_each_form_on_a_line_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    announcer({"GITHUB_ACTIONS": "true"})("ya29.100%access")
    lines = capsys.readouterr().out.splitlines()

    assert "::add-mask::ya29.100%25access" in lines
    assert all(line.startswith("::add-mask::") for line in lines)
    assert os.linesep not in "".join(lines)
