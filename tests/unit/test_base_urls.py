from __future__ import annotations

import pytest

from sessionsmgmt.base_urls import base_url
from sessionsmgmt.errors import InputError

VARIABLE = "SESSIONSMGMT_GOOGLE_ROOT"


@pytest.mark.parametrize(
    "given",
    [
        "https://proxy.example.org",
        "https://proxy.example.org/google/",
        "http://127.0.0.1:8080",
        "http://127.9.9.9",
        "http://localhost:1",
        "http://[::1]:8080",
    ],
)
def test_https_and_loopback_are_accepted(given: str) -> None:
    assert base_url(given, VARIABLE) == given.rstrip("/")


@pytest.mark.parametrize(
    "given",
    [
        "http://proxy.example.org",
        "http://127.0.0.1.example.org",
        "http://localhost.example.org",
        "http://169.254.169.254",
        "https://user:pass@proxy.example.org",
        "https://proxy.example.org?x=1",
        "https://proxy.example.org#x",
        "https://",
        "ftp://127.0.0.1",
        "127.0.0.1",
        "http://[::1",
        "http://127.0.0.1:99999",
    ],
)
def test_other_base_urls_are_refused(given: str) -> None:
    with pytest.raises(InputError, match=VARIABLE):
        base_url(given, VARIABLE)


def test_without_a_base_url_the_service_itself_is_asked() -> None:
    assert base_url("", VARIABLE) == base_url(" ", VARIABLE) == ""
