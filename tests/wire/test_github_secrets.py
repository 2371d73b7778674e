"""Secrets and the App over the wire: what is retried, what is believed, and which names are never asked for."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sessionsmgmt.adapters.github.runs import secrets_read
from sessionsmgmt.adapters.github.secrets import place
from sessionsmgmt.adapters.github.secrets_auth import secrets_access
from sessionsmgmt.config.model import Credentials, Scope
from sessionsmgmt.errors import InputError, RefusedError, SessionsError, UnreachableError
from sessionsmgmt.settings import Settings
from tests.builders import unmasked
from tests.contract.secret_stores import HERE, NAME, SETTINGS, SecretWorld
from tests.emulators.github import BAD_GATEWAY, TOO_MANY, UNAVAILABLE, Break, GitHubEmulator, Refusal
from tests.settings import secret, settings

PUT = "actions/create-or-update-repo-secret"
DELETE = "actions/delete-repo-secret"
PASSING = [
    UNAVAILABLE,
    BAD_GATEWAY,
    TOO_MANY,
    UNAVAILABLE.though_done(),
    *(one for one in Break if not one.value.startswith("hang") and one is not Break.REFUSE_AFTERWARDS),
]


@pytest.fixture
def world() -> Iterator[SecretWorld]:
    with GitHubEmulator() as github:
        yield SecretWorld(github, Scope.REPOSITORY)
        assert github.violations == ()
        assert github.unmet == ()


MEETINGS = [
    pytest.param(call, trouble, id=f"{call.partition('/')[2]} {getattr(trouble, 'value', None) or trouble}")
    for call in (PUT, DELETE, "actions/get-repo-public-key", "actions/get-repo-secret")
    for trouble in PASSING
    if not (trouble is Break.TRUNCATE and call in {PUT, DELETE})  # their answers have nothing that could be cut off
]


@pytest.mark.parametrize(("call", "trouble"), MEETINGS)
def test_whatever_passes_is_waited_out(world: SecretWorld, call: str, trouble: Break | Refusal) -> None:
    world.github.fail(call, trouble, times=3)
    store = world.open()

    assert store.put(store.seal(secret("value")))
    assert store.written() == world.now
    assert world.secrets.text(NAME) == "value"
    store.delete()
    assert NAME not in world.secrets
    assert len(world.github.calls(call)) >= 4
    assert world.time.naps


@pytest.mark.parametrize("name", ["", "1ST", "A-B", "A B", "GITHUB_X", "github_x", "É", "A/../B", "A" * 256])
def test_a_name_that_github_does_not_take_is_refused_before_anything_is_asked(name: str) -> None:
    with pytest.raises(InputError, match=r"credentials\.secret"):
        place(Credentials(name), HERE)


def test_a_full_store_is_no_matter_of_keys(world: SecretWorld) -> None:
    world.secrets.limit = 0
    store = world.open()
    with pytest.raises(RefusedError, match="no room"):
        store.put(store.seal(secret("value")))
    assert len(world.github.calls(PUT)) == 1


@pytest.mark.parametrize("scope", [Scope.ENVIRONMENT, Scope.ORGANIZATION])
def test_a_place_that_is_not_there_is_named(world: SecretWorld, scope: Scope) -> None:
    store = replace(SecretWorld(world.github, scope).open())
    elsewhere = replace(SETTINGS[scope], environment="elsewhere", organization="elsewhere")
    with pytest.raises(RefusedError, match="'elsewhere'"):
        replace(store, place=place(elsewhere, HERE)).seal(secret("value"))


def settings_with_app(world: SecretWorld, more: Mapping[str, str]) -> Settings:
    app = world.github.world.app
    known = {"GITHUB_APP_ID": str(app.id), "GITHUB_APP_PRIVATE_KEY": app.private_key}
    return settings({"GITHUB_API_URL": world.github.root, **known, **more})


def signed_in(world: SecretWorld, more: Mapping[str, str], mask: Callable[[str], None] = unmasked) -> str:
    """The variable that the access came from, after it was had and handed back."""
    with secrets_access(settings_with_app(world, more), HERE, "secrets", world.retry_policy, mask) as access:
        return access.variable


@pytest.mark.parametrize("trouble", PASSING, ids=lambda one: getattr(one, "value", None) or str(one.status))
@pytest.mark.parametrize("call", ["apps/get-repo-installation", "apps/create-installation-access-token"])
def test_an_app_waits_out_whatever_passes(world: SecretWorld, call: str, trouble: Break | Refusal) -> None:
    world.github.fail(call, trouble, times=2)
    masked: list[str] = []
    signed_in(world, {}, masked.append)

    [told] = masked
    assert world.github.world.tokens[told].revoked


def test_an_app_whose_token_can_not_be_handed_back_is_no_failure(world: SecretWorld) -> None:
    world.github.fail("apps/revoke-installation-access-token", Refusal(503, "No.", {"Retry-After": "60"}))

    assert signed_in(world, {}) == "GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY"


@pytest.mark.parametrize("number", ["4712", "Iv1.unknown"])
def test_an_app_that_is_another_one_is_refused(world: SecretWorld, number: str) -> None:
    with pytest.raises(RefusedError, match="GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY"):
        signed_in(world, {"GITHUB_APP_ID": number})


def test_an_app_that_is_suspended_is_refused(world: SecretWorld) -> None:
    world.github.world.app.suspended = True
    with pytest.raises(RefusedError, match="signing in as the App"):
        signed_in(world, {})


@pytest.mark.parametrize("minutes", [-20, 20])
def test_a_clock_that_is_off_is_told_as_such(world: SecretWorld, minutes: int) -> None:
    world.github.world.clock = lambda: datetime.now(UTC) + timedelta(minutes=minutes)
    with pytest.raises(RefusedError, match="Set the clock of this machine"):
        signed_in(world, {})


@pytest.mark.parametrize(
    ("call", "refusal", "told"),
    [
        ("apps/get-repo-installation", Refusal(404, "Integration not found"), "Check GITHUB_APP_ID"),
        ("apps/get-repo-installation", Refusal(404, "Not Found"), "is not installed on this repository"),
        (
            "apps/create-installation-access-token",
            Refusal(422, "There is at least one repository that does not exist or is not accessible to the parent."),
            "is not installed on this repository",
        ),
        (
            "apps/create-installation-access-token",
            Refusal(422, "The permissions requested are not granted to this installation."),
            "does not have the permission 'secrets: write'",
        ),
        ("apps/create-installation-access-token", Refusal(422, "The moon is full."), '"The moon is full"'),
        (
            "apps/create-installation-access-token",
            Refusal(403, "This installation has been suspended"),
            "Whoever suspended the App can lift that",
        ),
    ],
)
def test_each_reason_why_an_app_gets_no_token_is_told(
    world: SecretWorld, call: str, refusal: Refusal, told: str
) -> None:
    world.github.fail(call, refusal)
    with pytest.raises(RefusedError, match=told):
        signed_in(world, {})


GIVEN = ("SECRETS_TOKEN", "APP", "GITHUB_TOKEN")


@pytest.mark.parametrize("actions", [False, True])
@pytest.mark.parametrize(
    "given", [combination for size in range(4) for combination in itertools.combinations(GIVEN, size)], ids=" ".join
)
def test_the_token_made_for_it_comes_first_then_the_app_and_the_jobs_own_never(
    world: SecretWorld, given: tuple[str, ...], *, actions: bool
) -> None:
    values = {"GITHUB_ACTIONS": "true"} if actions else {}
    values |= {name: f"{name.lower()}-value" for name in given if name != "APP"}
    values |= {} if "APP" in given else {"GITHUB_APP_ID": "", "GITHUB_APP_PRIVATE_KEY": ""}
    expected = next(iter(given), None)
    if expected is None:
        with pytest.raises(InputError, match="two ways"):
            signed_in(world, values)
    elif expected == "GITHUB_TOKEN" and actions:
        with pytest.raises(RefusedError, match="job's own"):
            signed_in(world, values)
    else:
        assert expected.partition("_")[2] in signed_in(world, values) or expected == "APP"
    if expected != "APP":
        assert world.github.requests == ()


@pytest.mark.parametrize("number", ["", "five", "5/../6", "\u0665"])
def test_a_run_without_a_number_is_a_matter_of_settings(world: SecretWorld, number: str) -> None:
    hub = world.open().hub
    with pytest.raises(InputError, match="GITHUB_RUN_ID"):
        secrets_read(number, hub, HERE, Scope.REPOSITORY)
    assert world.github.requests == ()


@pytest.mark.parametrize("trouble", [Refusal(401, "Bad credentials"), Refusal(403, "Resource not accessible")])
def test_no_refusal_shows_what_was_given(world: SecretWorld, trouble: Refusal) -> None:
    world.github.fail("*", trouble)
    with pytest.raises(SessionsError) as caught:
        world.open().written()
    shown = f"{caught.value} {caught.value!r} {world.open().hub!r} {world.access()!r}"
    assert not any(token in shown for token in world.github.world.tokens)


def test_a_connection_that_stays_broken_is_given_up(world: SecretWorld) -> None:
    store = world.open()
    sealed = store.seal(secret("value"))
    world.github.refuse()
    with pytest.raises(UnreachableError, match="GitHub could not be reached"):
        store.put(sealed)
