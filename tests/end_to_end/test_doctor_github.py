"""``doctor`` on what a club has at GitHub: each row by a world in which it is good, and one in which it is not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.emulators.github import Secrets, Workflow
from tests.end_to_end.club_with_stored_data import (
    CREDENTIALS,
    KEY,
    LATER,
    LEDGERS,
    OTHER_KEY,
    ClubWithStoredData,
    club_with_stored_data,
)

ENVIRONMENT = "credentials: {secret: GOOGLE_CREDENTIALS, scope: environment, environment: sessions}\n"


@pytest.fixture
def club(tmp_path: Path) -> Iterator[ClubWithStoredData]:
    with club_with_stored_data(tmp_path) as club:
        club.remembers(LEDGERS["git"])
        club.repository.workflows.append(Workflow(7, "Notify", ".github/workflows/sessions-notify.yml"))
        yield club


def rows(club: ClubWithStoredData, **env: str) -> tuple[int, dict[str, tuple[str, str]]]:
    """The status it ends with, and its rows."""
    before = len(club.github.requests)
    ran = club.call("doctor", **{"SECRETS_TOKEN": club.may_write()} | env)
    methods = {(request.request.method, request.call) for request in club.github.requests[before:]}
    assert {call for method, call in methods if method != "GET"} <= TOKENS, "it only looks"
    return ran.exit, club.rows(ran)


TOKENS = {"apps/create-installation-access-token", "apps/revoke-installation-access-token"}
"""An App looks by a token that it is given for that, and hands it back."""


def test_a_club_that_is_in_order_has_nothing_to_do(club: ClubWithStoredData) -> None:
    club.call("run", now=LATER)
    status, found = rows(club)

    assert status == 0
    good = ["GitHub token", "repository", "permission issues: write", "permission contents: write", "ledger branch"]
    good += ["workflow sessions-notify.yml", "secret"]
    assert {topic: found[topic][0] for topic in good} == dict.fromkeys(good, "ok")
    assert "the job's own token" in found["GitHub token"][1]
    assert "opens with SESSIONSMGMT_KEY" in found["ledger branch"][1]


def test_a_public_repository_is_bad_and_says_why_and_what_to_do(club: ClubWithStoredData) -> None:
    club.repository.private = False
    status, found = rows(club)

    assert status == 1
    assert found["repository"][0] == "bad"
    assert "minors" in found["repository"][1]
    assert "Make it private" in found["repository"][1]


def test_a_public_repository_where_nothing_was_pushed_for_long_is_about_to_be_switched_off(
    club: ClubWithStoredData,
) -> None:
    club.repository.private = False
    club.repository.pushed -= timedelta(days=50)

    assert "after 60 GitHub stops the schedule" in rows(club)[1]["schedule"][1]


@pytest.mark.parametrize(
    ("state", "text"), [("disabled_inactivity", "60 days without a push"), ("disabled_manually", "switched off")]
)
def test_a_workflow_that_is_switched_off_is_bad(club: ClubWithStoredData, state: str, text: str) -> None:
    club.repository.workflows[0].state = state
    status, found = rows(club)

    assert status == 1
    assert text in found["workflow sessions-notify.yml"][1]
    assert "Enable workflow" in found["workflow sessions-notify.yml"][1]


@pytest.mark.parametrize("permission", ["issues", "contents"])
def test_a_permission_that_is_missing_is_named_as_it_is_written(club: ClubWithStoredData, permission: str) -> None:
    known = {"contents": "write", "issues": "write", "actions": "read"}
    club.token = club.github.world.job_token({name: level for name, level in known.items() if name != permission})
    status, found = rows(club)

    assert status == 4
    assert found[f"permission {permission}: write"][0] == "bad"
    assert f"'{permission}: write'" in found[f"permission {permission}: write"][1]


def test_a_token_that_github_does_not_accept_is_said_in_every_row_and_stops_nothing_else(
    club: ClubWithStoredData,
) -> None:
    status, found = rows(club, GITHUB_TOKEN="ghs_gone")  # noqa: S106 - of nobody

    assert status == 4
    assert "does not accept" in found["GitHub token"][1]
    assert found["secret"][0] == "ok"
    assert found["calendar"][0] == "ok"


def test_a_classic_token_is_told_to_be_too_much(club: ClubWithStoredData) -> None:
    _, found = rows(club, GITHUB_TOKEN=club.github.world.classic_token("repo"), GITHUB_ACTIONS="")

    assert found["GitHub token"][0] == "note"
    assert "a classic token of a person" in found["GitHub token"][1]
    assert "every repository of its owner" in found["GitHub token"][1]


def test_a_token_that_ends_soon_is_told(club: ClubWithStoredData) -> None:
    text = club.github.world.fine_grained_token({"contents": "write", "issues": "write", "actions": "read"})
    club.github.world.tokens[text].expires = club.github.world.now + timedelta(days=3)
    _, found = rows(club, GITHUB_TOKEN=text, GITHUB_ACTIONS="")

    assert "a fine-grained token of a person" in found["GitHub token"][1]
    assert "ends in 3 day(s)" in found["GitHub token"][1]


def test_a_secret_that_is_not_there_is_bad_and_one_that_is_old_is_told(club: ClubWithStoredData) -> None:
    value = club.google.credentials.encode()
    club.repository.secrets.put("GOOGLE_CREDENTIALS", value, club.github.world.now - timedelta(days=30))
    assert "does the job that renews it run?" in rows(club)[1]["secret"][1]

    del club.repository.secrets.held["GOOGLE_CREDENTIALS"]
    status, found = rows(club)
    assert status == 2
    assert found["secret"][0] == "bad"


def test_with_nothing_that_may_see_secrets_it_says_so(club: ClubWithStoredData) -> None:
    _, found = rows(club, SECRETS_TOKEN="")
    assert found["secret"][0] == "bad"
    assert "own GITHUB_TOKEN" in found["secret"][1]


def test_an_environment_that_is_not_there_is_bad(club: ClubWithStoredData) -> None:
    club.remembers(LEDGERS["git"], ENVIRONMENT)
    token = club.github.world.fine_grained_token({"environments": "write", "metadata": "read"})
    status, found = rows(club, SECRETS_TOKEN=token)
    assert status in {2, 4}
    assert found["environment"][0] == "bad"

    club.repository.environments["sessions"] = Secrets()
    assert rows(club, SECRETS_TOKEN=token)[1]["environment"] == ("ok", "It is there.")


def test_a_ledger_sealed_with_the_key_before_is_told_and_one_with_a_foreign_key_is_bad(
    club: ClubWithStoredData,
) -> None:
    assert "not begun" in rows(club)[1]["ledger branch"][1]
    club.call("run", now=LATER)

    _, found = rows(club, SESSIONSMGMT_KEY=OTHER_KEY, SESSIONSMGMT_KEY_OLD=KEY)
    assert found["ledger branch"][0] == "note"
    assert "still sealed with the key before" in found["ledger branch"][1]
    _, found = rows(club, SESSIONSMGMT_KEY_OLD=OTHER_KEY)
    assert "SESSIONSMGMT_KEY_OLD is not needed" in found["ledger branch"][1]
    status, found = rows(club, SESSIONSMGMT_KEY=OTHER_KEY)
    assert (status, found["ledger branch"][0]) == (4, "bad")


def test_without_a_key_the_rest_is_looked_at_all_the_same(club: ClubWithStoredData) -> None:
    status, found = rows(club, SESSIONSMGMT_KEY="")

    assert status == 2
    assert "openssl rand" in found["set-up"][1]
    assert found["repository"] == ("ok", "It is private.")


def test_the_app_is_looked_at_as_itself(club: ClubWithStoredData) -> None:
    app = club.github.world.app
    env = {"SECRETS_TOKEN": "", "GITHUB_APP_ID": str(app.id), "GITHUB_APP_PRIVATE_KEY": app.private_key}
    assert rows(club, **env)[1]["GitHub App"] == ("ok", "It is installed here, with 'secrets: write'.")

    app.permissions = {"metadata": "read", "secrets": "read"}
    status, found = rows(club, **env)
    assert status == 4
    assert "lacks the permission 'secrets: write'" in found["GitHub App"][1]

    app.suspended = True
    assert "suspended" in rows(club, **env)[1]["GitHub App"][1]
    app.repositories = frozenset({"another"})
    assert "not installed" in rows(club, **env)[1]["GitHub App"][1]


def test_a_club_without_github_has_no_row_about_it(club: ClubWithStoredData) -> None:
    club.remembers(LEDGERS["file"], "")
    _, found = rows(club, GITHUB_ACTIONS="", GITHUB_TOKEN="", GITHUB_REPOSITORY="", SECRETS_TOKEN="")

    assert not found.keys() & {"GitHub token", "repository", "secret", "ledger branch", "workflows"}


def test_at_home_a_secret_that_can_not_be_seen_from_there_is_only_noted(club: ClubWithStoredData) -> None:
    club.remembers(LEDGERS["file"], CREDENTIALS)
    status, found = rows(club, GITHUB_ACTIONS="", GITHUB_TOKEN="", GITHUB_REPOSITORY="", SECRETS_TOKEN="")

    assert (status, found["secret"][0]) == (0, "note")
