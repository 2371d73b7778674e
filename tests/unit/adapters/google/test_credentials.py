from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.adapters.google.credentials import stored_credential, with_token
from sessionsmgmt.errors import InputError
from tests.settings import secret

WHOLE = {"type": "authorized_user", "client_id": "id", "client_secret": "hush", "refresh_token": "1//token"}


def read(document: object) -> object:
    return stored_credential(secret(json.dumps(document)))


def test_the_form_google_writes_is_read_and_unknown_fields_are_kept() -> None:
    credential = stored_credential(secret(json.dumps({**WHOLE, "universe_domain": "googleapis.com"})))

    assert (credential.client_id, credential.client_secret, credential.refresh_token) == ("id", "hush", "1//token")
    assert credential.document["universe_domain"] == "googleapis.com"


def test_a_credential_shows_nothing_of_itself() -> None:
    shown = repr(read(WHOLE))

    assert not any(secret in shown for secret in ("id'", "hush", "1//token"))


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("", "is not set"),
        ("{", "is not JSON"),
        ("[]", "is not a JSON object"),
        (json.dumps({**WHOLE, "type": "service_account"}), "another type"),
        (json.dumps({**WHOLE, "refresh_token": ""}), "lacks refresh_token"),
        (json.dumps({"type": "authorized_user"}), "lacks client_id, client_secret, refresh_token"),
        (json.dumps({**WHOLE, "client_secret": 7}), "lacks client_secret"),
    ],
)
def test_an_error_says_what_is_missing_and_shows_nothing_of_the_rest(value: str, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        stored_credential(secret(value))

    assert isinstance(caught.value, InputError)
    assert "hush" not in str(caught.value)


@given(st.text() | st.recursive(st.none() | st.booleans() | st.text(), st.lists).map(json.dumps))
def test_every_invalid_text_is_refused_with_an_explanation(text: str) -> None:
    with pytest.raises(InputError, match="GOOGLE_CREDENTIALS"):
        stored_credential(secret(text))


LAYOUTS = [
    json.dumps(WHOLE),
    json.dumps({"x": {"nested": [1, 2.50]}, **WHOLE, "universe_domain": "é"}, ensure_ascii=False, indent=4) + "\n",
    '{"refresh_token" :\t"1\\/\\/to\\"ken", "client_secret":"hush","client_id":"id","n":1.0e5}',
]


@pytest.mark.parametrize("text", LAYOUTS)
@given(token=st.text(min_size=1))
def test_another_token_changes_nothing_else_of_the_text(text: str, token: str) -> None:
    changed = with_token(text, token)

    assert json.loads(changed) == {**json.loads(text), "refresh_token": token}
    field = re.compile(r'"refresh_token"\s*:\s*"(?:[^"\\]|\\.)*"')
    assert field.split(changed) == field.split(text)


def test_a_field_of_that_name_inside_of_another_stays_as_it_is() -> None:
    text = json.dumps({"before": {"refresh_token": "theirs"}, **WHOLE})

    assert json.loads(with_token(text, "new")) == {
        "before": {"refresh_token": "theirs"},
        **WHOLE,
        "refresh_token": "new",
    }
    assert list(json.loads(with_token(text, "new"))) == list(json.loads(text))
