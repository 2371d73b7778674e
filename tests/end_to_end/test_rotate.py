"""``rotate`` through ``entrypoint.py``: the credential is renewed, and one that works is always in the secret."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.emulators.github import UNAVAILABLE, Refusal
from tests.emulators.google import INVALID_GRANT
from tests.emulators.google import Refusal as GoogleRefusal
from tests.end_to_end.rotation_club import GET, KEY, NAME, PUT, TOKEN, RotationClub, rotation_club

LASTING = Refusal(503, "Secrets service unavailable", {"Retry-After": "3600"})


@pytest.fixture
def scope() -> str:
    return "repository"


@pytest.fixture
def club(tmp_path: Path, scope: str) -> Iterator[RotationClub]:
    with ExitStack() as stack:
        yield stack.enter_context(rotation_club(tmp_path, scope))


EVERYWHERE = pytest.mark.parametrize("scope", ["repository", "environment", "organization"])


@EVERYWHERE
def test_the_same_token_back_leaves_the_secret_as_it_was_but_younger(club: RotationClub) -> None:
    ran = club.call("rotate")

    assert (ran.exit, ran.report["rotated"]) == (0, False)
    assert club.stored == club.held
    assert club.secrets[NAME].updated == club.github.world.now
    assert club.secrets[NAME].visibility == club.visibility
    assert club.secrets[NAME].writes == 2
    assert len(club.google.calls(TOKEN)) == 1


@EVERYWHERE
def test_a_new_token_is_stored_tried_and_changes_nothing_else_in_the_secret(club: RotationClub) -> None:
    club.google.world.consent.renews = True
    before = json.loads(club.held)
    ran = club.call("rotate")

    assert (ran.exit, ran.report["rotated"]) == (0, True)
    after = json.loads(club.stored)
    assert after["refresh_token"] != before["refresh_token"]
    assert club.stored == club.held.replace(before["refresh_token"], after["refresh_token"])
    assert list(after) == list(before)
    assert club.works(club.stored)


@pytest.mark.parametrize("selected", [(1,), tuple(range(1, 240))])
@pytest.mark.parametrize("scope", ["organization"])
def test_who_may_use_an_organizations_secret_stays_as_it_was(club: RotationClub, selected: tuple[int, ...]) -> None:
    club.secrets.held[NAME] = replace(club.secrets[NAME], visibility="selected", selected=selected)

    assert club.call("rotate").exit == 0
    assert (club.secrets[NAME].visibility, club.secrets[NAME].selected) == ("selected", selected)


@pytest.mark.parametrize("scope", ["organization"])
def test_a_new_secret_of_an_organization_is_for_this_repository_alone(club: RotationClub) -> None:
    del club.secrets.held[NAME]

    assert club.call("rotate").exit == 0
    assert (club.secrets[NAME].visibility, club.secrets[NAME].selected) == ("selected", (club.repository.id,))


@pytest.mark.parametrize(("changes", "status"), [(1, 0), (2, 4)])
def test_a_key_that_changes_in_between_is_asked_for_again_once(tmp_path: Path, changes: int, status: int) -> None:
    left = [None] * changes

    def change(moment: str, call: str) -> None:
        if (moment, call) == ("after", "actions/get-repo-public-key") and left:
            left.pop()
            it.secrets.rotate_key()

    with rotation_club(tmp_path, watch_github=change) as it:
        assert it.call("rotate").exit == status
        assert len(it.github.calls("actions/get-repo-public-key")) == 2
        assert len(it.google.calls(TOKEN)) == (0 if status else 1)
        assert it.works(it.stored)


def test_a_key_that_changes_while_the_provider_is_asked_is_asked_for_again(tmp_path: Path) -> None:
    def change(moment: str, call: str) -> None:
        if (moment, call) == ("before", TOKEN):
            it.secrets.rotate_key()

    with rotation_club(tmp_path, watch_google=change) as it:
        it.google.world.consent.renews = True
        assert it.call("rotate").report["rotated"]
        assert it.stored != it.held
        assert it.works(it.stored)


@EVERYWHERE
def test_without_the_permission_nothing_is_asked_of_the_provider(club: RotationClub) -> None:
    token = club.github.world.fine_grained_token({"metadata": "read", "contents": "write"})
    ran = club.call("rotate", SECRETS_TOKEN=token)

    assert ran.exit == 4
    assert "write" in ran.err
    assert club.google.requests == ()
    assert club.stored == club.held


def test_a_token_that_may_only_read_secrets_is_found_out_before_the_provider_is_asked(club: RotationClub) -> None:
    ran = club.call("rotate", SECRETS_TOKEN=club.github.world.fine_grained_token({"secrets": "read"}))

    assert ran.exit == 4
    assert "SECRETS_TOKEN" in ran.err
    assert "secrets: write" in ran.err
    assert club.google.requests == ()


@pytest.mark.parametrize("given", ["", "its own once more"])
def test_the_jobs_own_token_is_refused_without_a_request_and_two_ways_are_shown(club: RotationClub, given: str) -> None:
    ran = club.call("rotate", SECRETS_TOKEN=club.job if given else "")

    assert ran.exit == 4
    for way in ("secrets-token", "app-id", "docs/rotation.md"):
        assert way in ran.err
    assert club.asked() == []


def test_with_nothing_that_may_write_secrets_it_is_a_matter_of_settings(club: RotationClub) -> None:
    ran = club.call("rotate", SECRETS_TOKEN="", GITHUB_TOKEN="")

    assert ran.exit == 2
    assert club.asked() == []


def test_without_a_place_in_sessions_yml_it_is_a_matter_of_settings(club: RotationClub) -> None:
    path = club.folder.folder / "sessions.yml"
    path.write_text(path.read_text("utf-8").partition("credentials:")[0], encoding="utf-8")
    ran = club.call("rotate")

    assert ran.exit == 2
    assert "credentials" in ran.err
    assert club.asked() == []


def test_a_place_that_is_not_there_is_explained(club: RotationClub) -> None:
    path = club.folder.folder / "sessions.yml"
    path.write_text(
        path.read_text("utf-8").replace("CREDENTIALS}\n", "CREDENTIALS, scope: environment, environment: elsewhere}\n"),
        encoding="utf-8",
    )
    ran = club.call("rotate", SECRETS_TOKEN=club.github.world.fine_grained_token({"environments": "write"}))

    assert ran.exit == 4
    assert "elsewhere" in ran.err
    assert club.google.requests == ()


@pytest.mark.parametrize("renews", [False, True])
def test_a_service_that_fails_three_times_and_is_good_then_is_no_failure(club: RotationClub, *, renews: bool) -> None:
    club.google.world.consent.renews = renews
    club.github.fail(PUT, UNAVAILABLE, times=3, after=1 if renews else 0)
    ran = club.call("rotate")

    assert (ran.exit, ran.report["rotated"]) == (0, renews)
    assert club.works(club.stored)


@pytest.mark.parametrize("call", [GET, KEY, PUT])
def test_a_store_that_can_not_be_reached_beforehand_costs_nothing(club: RotationClub, call: str) -> None:
    club.github.fail(call, LASTING)
    ran = club.call("rotate")

    assert ran.exit == 5
    assert club.google.requests == ()
    assert club.stored == club.held


@EVERYWHERE
@pytest.mark.parametrize("source", ["report", "line"])
def test_what_could_not_be_stored_after_it_was_issued_is_shown_sealed_and_stored_later(
    club: RotationClub, source: str
) -> None:
    club.google.world.consent.renews = True
    club.github.fail(PUT, LASTING, after=1)
    ran = club.call("rotate")

    assert (ran.exit, ran.report["rotated"]) == (5, False)
    assert club.stored == club.held
    assert club.works(club.stored)
    assert "goes on working" in ran.out
    [line] = [line for line in ran.out.splitlines() if line.startswith("  {")]
    saved = json.dumps(ran.report) if source == "report" else line
    (club.folder.folder / "sealed.json").write_text(saved, encoding="utf-8")
    again = club.call("rotate", "--recover", "sealed.json")

    assert (again.exit, again.report["rotated"]) == (0, True), again.err
    assert club.stored != club.held
    assert club.works(club.stored)
    assert list(json.loads(club.stored)) == list(json.loads(club.held))


def test_the_command_shown_for_doing_it_by_hand_is_the_call_that_stores_it(club: RotationClub) -> None:
    club.google.world.consent.renews = True
    club.github.fail(PUT, LASTING, after=1)
    recovery = club.call("rotate").report["recovery"]

    assert recovery["by_hand"] == (
        f"gh api -X PUT repos/example-club/premises/actions/secrets/{NAME} "
        f"-f encrypted_value={recovery['encrypted_value']} -f key_id={recovery['key_id']}"
    )


def test_what_was_sealed_is_not_written_over_anything_newer(club: RotationClub) -> None:
    club.google.world.consent.renews = True
    club.github.fail(PUT, LASTING, after=1)
    (club.folder.folder / "sealed.json").write_text(json.dumps(club.call("rotate").report), encoding="utf-8")
    club.github.advance(timedelta(hours=1))
    club.secrets.put(NAME, b"newer", club.github.world.now)
    ran = club.call("rotate", "--recover", "sealed.json")

    assert ran.exit == 4
    assert "newer" in ran.err
    assert club.stored == "newer"
    club.secrets.put(NAME, club.held.encode(), club.github.world.now)


def test_what_was_sealed_for_a_key_that_is_gone_can_not_be_stored_and_that_is_said(club: RotationClub) -> None:
    club.google.world.consent.renews = True
    club.github.fail(PUT, LASTING, after=1)
    (club.folder.folder / "sealed.json").write_text(json.dumps(club.call("rotate").report), encoding="utf-8")
    club.secrets.rotate_key()
    ran = club.call("rotate", "--recover", "sealed.json")

    assert ran.exit == 4
    assert "auth login" in ran.err
    assert club.stored == club.held


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"encrypted_value": 1, "key_id": "2", "sealed_at": "then"}', None])
def test_a_file_that_is_nothing_to_recover_is_refused(club: RotationClub, text: str | None) -> None:
    if text is not None:
        (club.folder.folder / "sealed.json").write_text(text, encoding="utf-8")
    ran = club.call("rotate", "--recover", "sealed.json")

    assert ran.exit == 2
    assert club.stored == club.held


@pytest.mark.parametrize("renews", [False, True])
def test_an_app_gets_a_token_for_this_alone_and_hands_it_back(club: RotationClub, *, renews: bool) -> None:
    club.google.world.consent.renews = renews
    app = club.github.world.app
    ran = club.call("rotate", SECRETS_TOKEN="", GITHUB_APP_ID=str(app.id), GITHUB_APP_PRIVATE_KEY=app.private_key)

    assert ran.exit == 0, ran.err
    [token] = [one for one in club.github.world.tokens.values() if one.author == f"{app.slug}[bot]"]
    assert token.permissions == {"secrets": "write"}
    assert token.repositories == frozenset({club.repository.name})
    assert token.revoked
    assert "::add-mask::ghs_" in ran.err


@pytest.mark.parametrize("scope", ["environment"])
def test_an_app_that_writes_an_environments_secret_may_do_nothing_else(club: RotationClub) -> None:
    app = club.github.world.app
    club.call("rotate", SECRETS_TOKEN="", GITHUB_APP_ID=app.client_id, GITHUB_APP_PRIVATE_KEY=app.private_key)

    [token] = [one for one in club.github.world.tokens.values() if one.author == f"{app.slug}[bot]"]
    assert token.permissions == {"environments": "write"}
    assert club.secrets[NAME].writes == 2


def test_an_app_hands_its_token_back_when_it_fails_too(club: RotationClub) -> None:
    app = club.github.world.app
    club.github.fail(PUT, LASTING)
    ran = club.call("rotate", SECRETS_TOKEN="", GITHUB_APP_ID=str(app.id), GITHUB_APP_PRIVATE_KEY=app.private_key)

    assert ran.exit == 5
    assert len(club.github.calls("apps/revoke-installation-access-token")) == 1


def test_an_app_without_the_permission_or_the_installation_is_refused_before_the_provider_is_asked(
    club: RotationClub,
) -> None:
    app = club.github.world.app
    given = {"SECRETS_TOKEN": "", "GITHUB_APP_ID": str(app.id), "GITHUB_APP_PRIVATE_KEY": app.private_key}
    app.permissions = {"metadata": "read"}
    without = club.call("rotate", **given)
    app.repositories = frozenset({"another"})
    elsewhere = club.call("rotate", **given)

    assert (without.exit, elsewhere.exit) == (4, 4)
    assert "secrets: write" in without.err
    assert "Install it" in elsewhere.err
    assert club.google.requests == ()


@pytest.mark.parametrize(("number", "key"), [("4711", ""), ("", "a key"), ("4711", "no key"), ("47 11", "PEM")])
def test_half_an_app_or_a_broken_key_is_a_matter_of_settings(club: RotationClub, number: str, key: str) -> None:
    pem = club.github.world.app.private_key
    given = pem if key == "PEM" else key
    ran = club.call("rotate", SECRETS_TOKEN="", GITHUB_APP_ID=number, GITHUB_APP_PRIVATE_KEY=given)

    assert ran.exit == 2
    assert "GITHUB_APP_" in ran.err
    assert club.asked() == []


def test_a_key_whose_lines_a_form_has_joined_is_taken(club: RotationClub) -> None:
    app = club.github.world.app
    joined = app.private_key.replace("\n", "\\n")

    assert club.call("rotate", SECRETS_TOKEN="", GITHUB_APP_ID=str(app.id), GITHUB_APP_PRIVATE_KEY=joined).exit == 0


def test_outside_of_actions_a_persons_own_token_serves(club: RotationClub) -> None:
    ran = club.call("rotate", SECRETS_TOKEN="", GITHUB_TOKEN=club.may_write(), GITHUB_ACTIONS="", GITHUB_RUN_ID="")

    assert ran.exit == 0, ran.err
    assert club.secrets[NAME].writes == 2
    assert "credential-unproven" in {one["code"] for one in ran.report["warnings"]}


@EVERYWHERE
def test_a_stale_copy_is_never_written_over_a_newer_one(club: RotationClub) -> None:
    at = club.github.world.now - timedelta(hours=1)
    club.secrets.put(NAME, b"newer", at, visibility=club.visibility)
    club.queued = club.attempted = 2
    ran = club.call("rotate")

    assert (ran.exit, ran.report["rotated"]) == (0, False)
    assert "credential-stale" in {one["code"] for one in ran.report["warnings"]}
    assert club.stored == "newer"
    assert club.google.requests == ()
    club.secrets.put(NAME, club.held.encode(), at)


@pytest.mark.parametrize(("scope", "writes"), [("repository", 2), ("environment", 3)])
def test_an_attempt_made_later_is_given_an_environments_secret_anew_and_no_other(
    club: RotationClub, writes: int
) -> None:
    club.secrets.put(NAME, club.held.encode(), club.github.world.now - timedelta(hours=1))

    club.queued = 2
    assert club.call("rotate").exit == 0
    assert club.secrets[NAME].writes == writes


def test_where_nobody_can_tell_how_old_the_copy_is_nothing_is_written(club: RotationClub) -> None:
    ran = club.call("rotate", GITHUB_TOKEN=club.github.world.job_token({"contents": "read"}))

    assert ran.exit == 4
    assert "actions: read" in ran.err
    assert club.stored == club.held
    assert club.secrets[NAME].writes == 1
    assert club.google.requests == ()


def test_a_dry_run_changes_nothing_asks_the_provider_nothing_and_says_what_it_can(club: RotationClub) -> None:
    ran = club.call("rotate", "--dry-run")

    assert ran.exit == 0
    assert "2026-11-03" in ran.out
    assert "not due yet" in ran.out
    assert {request.request.method for request in club.github.requests} == {"GET"}
    assert club.google.requests == ()


def test_a_dry_run_says_that_the_store_is_out_of_reach(club: RotationClub) -> None:
    token = club.github.world.fine_grained_token({"metadata": "read"})

    assert club.call("rotate", "--dry-run", SECRETS_TOKEN=token).exit == 4
    club.github.fail(KEY, LASTING)
    assert club.call("rotate", "--dry-run").exit == 5


def test_a_lost_consent_opens_one_issue_keeps_it_up_to_date_and_the_next_good_rotation_closes_it(
    club: RotationClub,
) -> None:
    club.google.fail(TOKEN, INVALID_GRANT, times=2)
    first, second = club.call("rotate"), club.call("rotate")

    assert (first.exit, second.exit) == (3, 3)
    [issue] = club.repository.issues.values()
    assert issue.state == "open"
    for part in ("agree again", "auth login", "Testing", "six months"):
        assert part in issue.title + (issue.body or "")
    assert club.works(club.stored)

    assert club.call("rotate").exit == 0
    assert [one.state for one in club.repository.issues.values()] == ["closed"]


def test_a_consent_that_will_end_soon_is_told_before_it_does(club: RotationClub) -> None:
    club.google.world.consent.refresh_lifetime = timedelta(days=5)
    ran = club.call("rotate")

    assert ran.exit == 0
    assert "consent-ends" in {one["code"] for one in ran.report["warnings"]}
    [issue] = club.repository.issues.values()
    assert "ends on 2026-11-11" in issue.title

    club.google.world.consent.refresh_lifetime = timedelta(days=180)
    assert club.call("rotate").exit == 0
    assert [one.state for one in club.repository.issues.values()] == ["closed"]


def test_an_issue_that_may_not_be_written_takes_nothing_from_what_is_said(club: RotationClub) -> None:
    club.google.fail(TOKEN, INVALID_GRANT)
    ran = club.call("rotate", GITHUB_TOKEN=club.github.world.job_token({"actions": "read"}))

    assert ran.exit == 3
    assert "In production" in ran.err
    assert "issues: write" in ran.err


def test_a_provider_that_does_not_take_what_it_issued_leaves_the_former_in_the_secret(club: RotationClub) -> None:
    club.google.world.consent.renews = True
    club.google.fail(TOKEN, INVALID_GRANT, after=1)
    ran = club.call("rotate")

    assert (ran.exit, ran.report["rotated"]) == (5, False)
    assert club.stored == club.held
    assert club.works(club.stored)


def test_a_provider_that_can_not_be_asked_whether_it_works_leaves_the_new_one_in_the_secret(club: RotationClub) -> None:
    club.google.world.consent.renews = True
    club.google.fail(TOKEN, GoogleRefusal(503, "backendError", retry_after="3600"), after=1)
    ran = club.call("rotate")

    assert (ran.exit, ran.report["rotated"]) == (5, True)
    assert club.stored != club.held
    assert club.works(club.stored)
