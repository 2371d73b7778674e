from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment

from sessionsmgmt.config.validators import (
    TEMPLATE_NAMES,
    address_problem,
    branch_problem,
    locale_problem,
    role_problem,
    secret_problem,
    zone_problem,
    zone_warning,
)
from sessionsmgmt.email.template_context import CONTEXT_NAMES


@pytest.mark.parametrize(
    "address",
    [
        "office@example.org",
        "First.Last+tag@sub.example.co.uk",
        "o'neil@example.org",
        "a@xn--bcher-kva.example",
        f"{'a' * 64}@example.org",
        "1@2.example",
    ],
)
def test_usual_addresses_are_accepted(address: str) -> None:
    assert address_problem(address) == ""


@pytest.mark.parametrize(
    "address",
    [
        "",
        "office",
        "@",
        "@example.org",
        "office@",
        "office@example",
        "office@@example.org",
        "a@b@example.org",
        ".a@example.org",
        "a.@example.org",
        "a..b@example.org",
        "a b@example.org",
        '"a b"@example.org',
        "Office <office@example.org>",
        "a@-example.org",
        "a@example-.org",
        "a@.example.org",
        "a@example..org",
        "a@[127.0.0.1]",
        "a@example.org\nBcc: b@example.org",
        "a@example.org ",
        "a,b@example.org",
        "a@example.org,b@example.org",
        f"{'a' * 65}@example.org",
        f"a@{'b' * 64}.example",
        f"a@{'b.' * 126}org",
        "jos\u00e9@example.org",
        "a@b\u00fccher.example",
        "\uff41@example.org",
        "=?utf-8?q?a?=@example.com",
    ],
)
def test_invalid_and_unusual_addresses_are_refused(address: str) -> None:
    assert address_problem(address)


def test_an_address_beyond_ascii_is_refused_with_the_reason() -> None:
    assert address_problem("jos\u00e9@example.org").startswith("must be ASCII before the @")
    assert address_problem("a@b\u00fccher.example").endswith("which begins with xn--")


@given(st.text(max_size=80))
def test_an_accepted_address_is_one_address_in_a_header(text: str) -> None:
    for address in (text, f"{text}@example.org", f"a@{text}.org"):
        if not address_problem(address):
            assert address.isascii()
            assert address.isprintable()
            assert not set(address) & set(' <>,;:"()[]\\')
            assert address.count("@") == 1


@pytest.mark.parametrize("name", ["Europe/Paris", "America/Argentina/Buenos_Aires", "UTC", "Etc/GMT+5"])
def test_existing_zones_are_accepted(name: str) -> None:
    assert zone_problem(name) == ""
    assert ZoneInfo(name).key == name


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("america/new_york", 'is not an IANA time zone; did you mean "America/New_York"?'),
        ("New York", 'is not an IANA time zone; did you mean "America/New_York"?'),
        ("Eastern", 'is not an IANA time zone; did you mean "US/Eastern"?'),
        ("Europe/Pariss", 'is not an IANA time zone; did you mean "Europe/Paris"?'),
        ("../Europe/Paris", 'is not an IANA time zone; did you mean "Europe/Paris"?'),
        ("", "is not an IANA time zone; write one such as America/New_York"),
        ("PST", 'is not an IANA time zone; did you mean "America/Los_Angeles"?'),
        ("cest", 'is not an IANA time zone; did you mean "Europe/Berlin"?'),
        ("Gondor", "is not an IANA time zone; write one such as America/New_York"),
        ("/etc/localtime", "is not an IANA time zone; write one such as America/New_York"),
        ("posixrules", "is not an IANA time zone; write one such as America/New_York"),
    ],
)
def test_unknown_zones_are_refused_without_a_lookup(name: str, message: str) -> None:
    assert zone_problem(name) == message


@pytest.mark.parametrize("name", ["en", "en_US", "en-US", "fr_CA", "zh_TW", "zh_Hant_TW", "pt_br"])
def test_existing_locales_are_accepted(name: str) -> None:
    assert locale_problem(name) == ""


@pytest.mark.parametrize("name", ["xx", "en_XX", "english", "C", "", "../en", "en_US_"])
def test_unknown_locales_are_refused(name: str) -> None:
    assert locale_problem(name)


@pytest.mark.parametrize("name", ["sessionsmgmt-ledger", "club/ledger", "a.b", "Ledger_2"])
def test_branches_that_git_accepts_are_accepted(name: str) -> None:
    assert branch_problem(name) == ""


@pytest.mark.parametrize(
    "name",
    [
        *("", "main", "Master", "HEAD", "a..b", "/a", "a/", "a//b", ".a", "a/.b", "a.", "a.lock", "a.lock/b", "-a"),
        *("a b", "a~b", "a^b", "a:b", "a?b", "a*b", "a[b", "a\\b", "a@{b", "@", "caf\u00e9"),
    ],
)
def test_invalid_branches_and_main_branches_are_refused(name: str) -> None:
    assert branch_problem(name)


def test_the_secret_of_an_account_at_another_provider_is_not_overwritten() -> None:
    assert secret_problem("MICROSOFT_CREDENTIALS", {"MICROSOFT_CREDENTIALS"})
    assert secret_problem("Google_Credentials", {"GOOGLE_CREDENTIALS"})
    assert secret_problem("GOOGLE_CREDENTIALS", {"MICROSOFT_CREDENTIALS"}) == ""
    assert secret_problem("GOOGLE_CREDENTIALS", ()) == ""
    assert secret_problem("OTTERS_CREDENTIALS", {"MICROSOFT_CREDENTIALS"}) == ""


def test_the_name_of_another_secret_is_refused() -> None:
    assert secret_problem("GOOGLE_CREDENTIALS") == ""
    for name in (
        "SESSIONSMGMT_APP_PRIVATE_KEY",
        "sessionsmgmt_key_old",
        "Sessionsmgmt_Google_Root",
        "IMAP_PASSWORD",
        "Dav_Password",
        "CALENDAR_URL",
        "HEROKU_API_KEY",
        "project_token",
        "SERVICE_LINK_KEY",
        "Secrets_Token",
        "INPUT_KEY",
    ):
        assert secret_problem(name)
    for name in ("GITHUB_TOKEN", "Github_Anything", "SESSIONSMGMT_KEY", "smtp_password", "GITHUB_APP_PRIVATE_KEY"):
        assert secret_problem(name)


@pytest.mark.parametrize(
    "name", ["adults", "Students", "team_2", "\u00e9l\u00e8ves", "before", "groups", "Ordner", "kinds"]
)
def test_valid_names_of_roles_are_accepted(name: str) -> None:
    assert role_problem(name) == ""


@pytest.mark.parametrize(
    "name",
    [
        *("", "_adults", "2nd", "a-b", "a b", "a.b", "e\u0301leves", "\ufb01"),
        *("for", "not", "true", "none", "loop", "self", "caller", "session", "start"),
    ],
)
def test_invalid_names_of_roles_are_refused(name: str) -> None:
    assert role_problem(name)


@given(st.text(st.characters(codec="utf-8", categories=["L", "Nd", "Pc", "Mn"]), min_size=1, max_size=8))
def test_a_template_can_loop_over_any_accepted_role(name: str) -> None:
    if not role_problem(name):
        template = f"{{% for one in {name} if one %}}{{{{ one }}}}{{% endfor %}}"
        assert Environment(autoescape=True).from_string(template).render({name: ["a", "b"]}) == "ab"


def test_no_role_can_have_a_name_of_the_contract() -> None:
    assert TEMPLATE_NAMES < CONTEXT_NAMES


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("EST", "EST is an abbreviation, and it does not change in summer; write a place with the clocks of the "),
        ("EST5EDT", "EST5EDT is an abbreviation; write a place with the clocks of the premises, such as America/New_"),
        ("MST", "America/Denver"),
        ("HST", "Pacific/Honolulu"),
        ("GMT", "Europe/London"),
        ("Etc/GMT", "Europe/London"),
        ("CET", "Europe/Berlin"),
        ("Etc/GMT+5", "Etc/GMT+5 has its sign turned round, and it does not change in summer; write a place with the "),
    ],
)
def test_a_zone_that_is_an_abbreviation_gets_a_warning_that_names_a_place(name: str, sentence: str) -> None:
    assert sentence in zone_warning(ZoneInfo(name))


@pytest.mark.parametrize("name", ["America/New_York", "UTC", "Etc/UTC", "US/Eastern", "Japan"])
def test_a_place_gets_no_warning(name: str) -> None:
    assert zone_warning(ZoneInfo(name)) == ""
