"""Secrets as people paste them: what is around them is named, and nothing of them is repeated."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sessionsmgmt.adapters.github.access import token_access
from sessionsmgmt.adapters.github.app import app
from sessionsmgmt.adapters.google.credentials import stored_credential
from sessionsmgmt.adapters.ledger.sealing import keys
from sessionsmgmt.errors import InputError
from sessionsmgmt.settings import Settings
from tests.settings import secret, settings

CREDENTIAL = json.dumps(
    {"type": "authorized_user", "client_id": "an-id", "client_secret": "GOCSPX-hush", "refresh_token": "1//hush"}
)
KEY = base64.b64encode(bytes(range(200, 232))).decode()
TOKEN = "github_pat_hush0123456789"  # noqa: S105 - invented
PEM = (
    rsa.generate_private_key(65537, 2048)
    .private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    .decode()
)

Read = Callable[[Settings], object]
SECRETS: Mapping[str, tuple[str, Read]] = {
    "GOOGLE_CREDENTIALS": (CREDENTIAL, lambda given: stored_credential(given.provider_secrets["GOOGLE_CREDENTIALS"])),
    "SESSIONSMGMT_KEY": (KEY, lambda given: keys(given.ledger_keys)),
    "SESSIONSMGMT_KEY_OLD": (KEY, lambda given: keys(given.with_ledger_key(secret(KEY)).ledger_keys)),
    "GITHUB_TOKEN": (TOKEN, lambda given: token_access(given.github.job_token)),
    "SECRETS_TOKEN": (TOKEN, lambda given: token_access(given.github.secrets_token, "SECRETS_TOKEN")),
    "GITHUB_APP_PRIVATE_KEY": (PEM, lambda given: app(replace(given.github, app_id="4711"))),
    "GITHUB_APP_ID": ("4711", lambda given: app(replace(given.github, private_key=secret(PEM)))),
}


def coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


AROUND: Mapping[str, tuple[Callable[[str], str], str]] = {
    "quotes": (lambda text: f'"{text}"', "has quotation marks around it"),
    "single quotes": (lambda text: f"'{text}'", "has quotation marks around it"),
    "backticks": (lambda text: f"`{text}`\n", "has quotation marks around it"),
    "curly quotes": (lambda text: f"\u201c{text}\u201d", "has quotation marks around it"),
    "a BOM": (lambda text: f"\ufeff{text}", "has a byte order mark (U+FEFF) in front of it"),
    "a misread BOM": (lambda text: f"\u00ef\u00bb\u00bf{text}", "has a byte order mark (U+FEFF) in front of it"),
    "a blank": (lambda text: f"{text[:1]}\u00a0{text[1:]}", "has a blank in it (U+00A0 NO-BREAK SPACE)"),
    "a zero-width space": (
        lambda text: f"{text}\u200b",
        "has an invisible character in it (U+200B ZERO WIDTH SPACE)",
    ),
    "its name": (lambda text: f"SOME_NAME={text}", "has its name in front of it"),
    "an expression": (lambda _: "${{ secrets.IT }}", "is an expression that was not worked out"),
    "stars": (lambda _: "***", "is only the stars"),
}
WORDS = ("SESSIONSMGMT_KEY", "SESSIONSMGMT_KEY_OLD", "GITHUB_TOKEN", "SECRETS_TOKEN")


def refusal(name: str, text: str) -> str:
    with pytest.raises(InputError) as caught:
        SECRETS[name][1](settings({name: text}))
    assert isinstance(caught.value, InputError)
    for hidden in ("hush", KEY, PEM.splitlines()[1]):
        assert hidden not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("around", ["quotes", "a BOM", "a zero-width space", "its name"])
def test_a_private_key_is_taken_without_what_is_around_it(around: str) -> None:
    """Whoever reads a PEM looks for the line that it begins with (RFC 7468, 2)."""
    assert app(settings({"GITHUB_APP_ID": "4711", "GITHUB_APP_PRIVATE_KEY": AROUND[around][0](PEM)}).github)


@pytest.mark.parametrize("text", ["-----BEGIN\u00a0RSA PRIVATE KEY-----", "-----BEGIN RSA PRIVATE\u200b KEY-----"])
def test_a_private_key_that_has_what_nobody_sees_in_it_says_so(text: str) -> None:
    assert "in it (U+" in refusal("GITHUB_APP_PRIVATE_KEY", PEM.replace(PEM.splitlines()[0], text))


@pytest.mark.parametrize("name", [name for name in SECRETS if name != "GITHUB_APP_PRIVATE_KEY"])
@pytest.mark.parametrize("around", AROUND)
def test_what_is_around_a_secret_is_named(name: str, around: str) -> None:
    wrap, said = AROUND[around]
    assert f"{name} {said}" in refusal(name, wrap(SECRETS[name][0]))


@pytest.mark.parametrize("name", [name for name in SECRETS if name != "GITHUB_APP_ID"])
@pytest.mark.parametrize(
    "code", [coded, lambda text: f"{coded(text)[:30]}\n{coded(text)[30:]}"], ids=["one line", "two"]
)
def test_base64_around_a_secret_is_named(name: str, code: Callable[[str], str]) -> None:
    assert f"{name} has base64 around it" in refusal(name, code(SECRETS[name][0]))


@pytest.mark.parametrize("name", WORDS)
@pytest.mark.parametrize(
    ("text", "said"),
    [("{}\n{}", "has a line break in it"), ("{}\r\n{}", "has a line break in it"), ("{} {}", "has a space in it")],
)
def test_a_gap_in_a_secret_of_one_word_is_named(name: str, text: str, said: str) -> None:
    whole = SECRETS[name][0]
    assert f"{name} {said}" in refusal(name, text.format(whole[:9], whole[9:]))


@pytest.mark.parametrize("name", ["GITHUB_TOKEN", "SECRETS_TOKEN"])
def test_a_word_in_front_of_a_token_is_named(name: str) -> None:
    assert "'Bearer' in front of it" in refusal(name, f"Bearer {TOKEN}")


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("around", ["{}", " {}\n", "\r\n{}\r\n", "\u00a0{}\u00a0"])
def test_blanks_around_a_secret_are_no_part_of_it(name: str, around: str) -> None:
    whole, read = SECRETS[name]
    assert read(settings({name: around.format(whole)}))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("1//hush", "1//hu\u00a0sh", "refresh_token has a blank in it (U+00A0 NO-BREAK SPACE)"),
        ("1//hush", "'1//hush'", "refresh_token has quotation marks around it"),
        ("an-id", "an-\\u200bid", "client_id has an invisible character in it (U+200B ZERO WIDTH SPACE)"),
        ("1//hush", "1//hu\nsh", "has a line break within one of its texts"),
        ('"refresh_token"', "\u201crefresh_token\u201d", "has curly quotation marks in it"),
    ],
)
def test_what_is_wrong_within_the_credential_is_named(old: str, new: str, said: str) -> None:
    written = CREDENTIAL.replace(old, new)
    assert said in refusal("GOOGLE_CREDENTIALS", written)
