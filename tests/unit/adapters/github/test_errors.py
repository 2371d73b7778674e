"""What GitHub's refusals mean, and that nothing in its messages can do harm where they are shown."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.adapters.github.errors import LONGEST, FailedCall, Reply, details, refusal, safe
from sessionsmgmt.errors import RefusedError

TODAY = datetime(2026, 11, 6, 23, 0, tzinfo=UTC)
CALL = FailedCall("writing the comment", "pull-requests: write", "GITHUB_TOKEN")
PERMISSION = "Add 'pull-requests: write' to the 'permissions:' of the job."
EXPIRED = "It may have expired or been withdrawn: store a new one there."


def told(status: int, message: str, **headers: str) -> str:
    """What is said after GitHub's message."""
    reply = Reply(status, message, {name.replace("_", "-"): value for name, value in headers.items()})
    error = refusal(reply, CALL, TODAY)
    assert isinstance(error, RefusedError)
    assert not message or f'"{safe(message).rstrip(".")}"' in error.text
    assert str(error).index(error.text) == 0
    return error.hint


@pytest.mark.parametrize(
    ("status", "message", "advice"),
    [
        (401, "Bad credentials", EXPIRED),
        (401, "Requires authentication", EXPIRED),
        (401, "", EXPIRED),
        (403, "Resource not accessible by integration", PERMISSION),
        (403, "Resource not accessible by personal access token", PERMISSION),
        (403, "Must have admin rights to Repository.", PERMISSION),
        (403, "Repository was archived so is read-only.", "Unarchive the repository"),
        (403, "Unable to create comment because issue is locked.", "Unlock the conversation"),
        (403, "This conversation has been locked and limited to collaborators.", "Unlock the conversation"),
        (403, "Repository has been locked for migration.", "Wait until the repository's move is over"),
        (
            403,
            (
                "Resource protected by organization SAML enforcement. You must grant your Personal Access token access "
                "to this organization."
            ),
            "Configure SSO",
        ),
        (403, "This installation has been suspended", "Whoever suspended the App can lift that"),
        (403, "Sorry. Your account was suspended.", "has to write to GitHub's support"),
        (401, "'Expiration time' claim ('exp') is too far in the future", "Set the clock of this machine."),
        (
            401,
            "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
            "Set the clock of this machine.",
        ),
        (401, "A JSON web token could not be decoded", "GITHUB_APP_PRIVATE_KEY is no key of the App"),
        (404, "Integration not found", "Check GITHUB_APP_ID"),
        (403, "You're not authorized to push to this branch. Visit https://docs.github.com/x", "Exempt the branch"),
        (403, "Repository rule violations found", "Exempt the branch"),
        (403, "Cannot change this locked branch", "Exempt the branch"),
        (422, "Changes must be made through a pull request.", "Exempt the branch"),
        (409, "Could not update file: 2 of 2 required status checks are expected.", "Exempt the branch"),
        (403, "You must enable two-factor authentication.", "switch two-factor authentication on"),
        (
            403,
            (
                "Although you appear to have the correct authorization credentials, the `example` organization has an "
                "IP allow list enabled, and your IP address is not permitted to access this resource."
            ),
            "Put the address of this machine on that list",
        ),
        (403, "the `example` organization has enabled OAuth App access restrictions", "has to approve the application"),
        (403, "`example` forbids access via a personal access token (classic).", "Use a fine-grained token"),
        (
            403,
            (
                "`example` forbids access via a fine-grained personal access tokens if the token's lifetime is greater "
                "than 366 days."
            ),
            "Make a token that ends sooner",
        ),
        (403, "GitHub Actions has been disabled for this repository.", "Switch Actions on"),
        (403, "Actions are currently disabled", "Switch Actions on"),
        (403, "User is blocked", "Blocked users"),
        (403, "Repository access blocked", "GitHub itself has blocked it"),
        (451, "Repository access blocked", "GitHub itself has blocked it"),
        (403, "The account is locked due to a billing issue.", "Whoever pays for the account"),
        (
            403,
            "Upgrade to GitHub Pro or make this repository public to enable this feature.",
            "The plan of the account",
        ),
        (403, "Interactions on this repository have been restricted to collaborators only", "limit on interactions"),
        (403, "You must authenticate via a GitHub App.", "Only a job's own token"),
        (410, "Issues are disabled for this repo", "Switch issues on"),
        (422, "At least one email address must be verified to do that.", "confirm an address"),
        (403, "Request forbidden by administrative rules.", "Please report this."),
        (403, "", "It does not say why"),
    ],
)
def test_each_cause_has_its_own_advice(status: int, message: str, advice: str) -> None:
    hint = told(status, message)

    assert advice in hint
    assert ("permission" in hint) == (advice == PERMISSION)
    assert ("expired" in hint) == (advice == EXPIRED)


@pytest.mark.parametrize("status", [401, 403, 409, 410, 451])
def test_an_unknown_cause_gets_no_advice(status: int) -> None:
    assert told(status, "The moon is full.", x_accepted_github_permissions="issues=write") == ""


def test_single_sign_on_is_known_by_its_header_whatever_the_message_says() -> None:
    assert "Configure SSO" in told(403, "Forbidden", x_github_sso="required; url=https://github.com/orgs/x/sso")
    assert told(403, "Forbidden", x_github_sso="partial-results; organizations=1") == ""


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (timedelta(minutes=12), "Set the clock of this machine: it is 12 minutes ahead of GitHub's."),
        (timedelta(minutes=-61), "Set the clock of this machine: it is 61 minutes behind GitHub's."),
        (timedelta(minutes=1), "Set the clock of this machine: it is 1 minute ahead of GitHub's."),
        (timedelta(seconds=5), "Set the clock of this machine."),
    ],
)
def test_a_wrong_clock_is_reported_with_the_difference(ahead: timedelta, said: str) -> None:
    date = format_datetime(TODAY - ahead)

    assert told(401, "'Expiration time' claim ('exp') is too far in the future", date=date) == said


@pytest.mark.parametrize("date", ["", "yesterday", "Fri, 99 Nov 2026 23:00:00 GMT", "Fri, 06 Nov 2026 23:00:00 -0000"])
def test_without_a_valid_date_the_difference_is_left_out(date: str) -> None:
    assert told(401, "'Issued at' claim ('iat') must be in the past", date=date) == "Set the clock of this machine."


@given(st.text(max_size=600))
def test_a_message_is_one_short_line_without_invisible_characters(message: str) -> None:
    shown = safe(message)

    assert len(shown) <= LONGEST
    assert shown == " ".join(shown.split())
    assert '"' not in shown
    assert not any(unicodedata.category(one)[0] == "C" or unicodedata.category(one) in {"Zl", "Zp"} for one in shown)


@pytest.mark.parametrize(
    "secret",
    [
        "ghs_abcdefghijkl",
        "ghs_15368_eyJhbGciOi.eyJpc3Mi.c2ln",
        "github_pat_11ABCDE_xyz",
        "eyJhbGciOi.eyJpc3Mi.c2ln",
        "coach@example.org",
        "Coach.Lee+x@mail.example.org",
        "https://github.com/orgs/x/sso?authorization_request=AAAA".partition("?")[2],
    ],
)
def test_tokens_addresses_and_queries_in_a_message_are_not_shown(secret: str) -> None:
    shown = safe(f"See https://github.com/orgs/x/sso?{secret} or '{secret}'" if "=" in secret else f"No: {secret}!")

    assert secret.partition("=")[2] or secret not in shown
    assert "AAAA" not in shown.partition(" or ")[0]


def test_a_very_long_message_is_cut_in_short_time() -> None:
    assert safe("a@" * 1_000_000).endswith("…")
    assert len(safe("x" * 10_000_000)) == LONGEST


def test_the_messages_of_a_failed_validation_are_read() -> None:
    errors = [{"message": "one"}, "two", {"code": "x"}, {"message": 3}, None, {"message": " "}]
    assert details(errors) == "one; two"
