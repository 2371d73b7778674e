"""Which addresses a feed may have, and where a redirect may lead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.adapters.feeds.addresses import (
    address_problem,
    is_public,
    names_private_host,
    own_hosts,
    permitted,
    read_as_https,
    redirected,
)

FEED = "https://calendar.example.org/team.ics"
PRIVATE = (
    "10.0.0.1", "172.16.0.1", "192.168.1.1", "127.0.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.1", "224.0.0.1",
    "255.255.255.255", "198.18.0.1", "240.0.0.1", "::1", "::", "fe80::1%eth0", "fd00::1", "fec0::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::1", "64:ff9b::a9fe:a9fe", "2001:0:1::1",
)  # fmt: skip
PUBLIC = ("8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8")


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_of_no_public_network_is_private_in_every_form(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


def test_a_private_address_beside_a_public_one_is_never_asked() -> None:
    assert own_hosts(["127.0.0.1", "8.8.8.8"], may_be_private=True) == ("8.8.8.8",)
    assert own_hosts(["10.0.0.1", "10.0.0.2"], may_be_private=True) == ("10.0.0.1", "10.0.0.2")
    assert own_hosts(["10.0.0.1"], may_be_private=False) == ()


def test_a_redirect_may_lead_to_a_private_address_of_the_feeds_own_host_alone() -> None:
    assert permitted(["10.0.0.1", "10.0.0.2", "8.8.8.8"], frozenset({"10.0.0.1"})) == ("10.0.0.1", "8.8.8.8")


def test_webcal_is_read_as_https() -> None:
    assert read_as_https(" WebCal://calendar.example.org/team.ics\n") == FEED
    assert address_problem(FEED) == ""


@pytest.mark.parametrize(
    "address",
    ["", "calendar", "http://example.org/a", "ftp://example.org/", "https://", "https://a@example.org/", "https://:x/",
     "https://[::1", "https://example.org:0/", "https://example.org/a b", "https://example.org/\x07", "file:///etc/a"],
)  # fmt: skip
def test_any_other_address_has_a_problem_that_does_not_show_it(address: str) -> None:
    problem = address_problem(address)

    assert problem
    assert not address or address not in problem


def test_a_redirect_stays_https_and_relative_ones_stay_on_the_host() -> None:
    assert redirected(FEED, "/other.ics#top") == "https://calendar.example.org/other.ics"
    assert redirected(FEED, "webcal://example.net/a") == "https://example.net/a"
    assert redirected(FEED, "http://calendar.example.org/team.ics") == ""
    assert redirected(FEED, "http://127.0.0.1/team.ics") == ""
    assert redirected("http://127.0.0.1:1/a", "http://127.0.0.1:2/b") == "http://127.0.0.1:2/b"


@pytest.mark.parametrize("host", ["localhost", "localhost.", "a.local", "[::1]", "10.0.0.1", "x.internal"])
def test_a_private_host_is_known_by_its_name(host: str) -> None:
    assert names_private_host(f"https://{host}/a")
    assert not names_private_host(FEED)


@given(st.text(), st.text())
def test_any_text_is_an_address_or_has_a_problem(address: str, location: str) -> None:
    address_problem(read_as_https(address))
    assert redirected(FEED, location).startswith(("https://", "")[not redirected(FEED, location)])
