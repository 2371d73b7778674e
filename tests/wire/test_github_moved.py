"""A repository that was renamed or moved: the error says what it is called now, and no redirection is followed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from sessionsmgmt.adapters.github.access import RepositoryName
from sessionsmgmt.adapters.github.client import Home as Named
from sessionsmgmt.adapters.github.client import Hub, Purpose, UncertainError
from sessionsmgmt.adapters.github.secrets import GitHubSecret, place
from sessionsmgmt.adapters.github.secrets_auth import secrets_access
from sessionsmgmt.config.model import Credentials
from sessionsmgmt.errors import RefusedError, UnreachableError
from sessionsmgmt.ports.notifications import Note
from tests.builders import unmasked
from tests.emulators.github import NOT_FOUND, OWNER, REPOSITORY, Refusal
from tests.settings import secret, settings
from tests.wire.github import Home, github

HERE = RepositoryName(OWNER, REPOSITORY)
LOOKING = Purpose("looking", "contents: read")
GET = "repos/get-branch"
NEXT = "In Actions the next run goes by the new name; elsewhere, write it into GITHUB_REPOSITORY."
MOVED = f"The repository {OWNER}/{REPOSITORY} is called {OWNER}/venue now. {NEXT}"


@pytest.fixture
def home() -> Iterator[Home]:
    with github() as emulated:
        yield emulated


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(RefusedError) as error:
        call()
    return str(error.value)


def look(hub: Hub) -> str:
    return hub.repeat(lambda: hub.repository(HERE).get_branch("main").name, LOOKING)


CALLS: list[Callable[[Hub], object]] = [
    look,
    lambda hub: hub.once(lambda: hub.repository(HERE).create_issue("Title").number, LOOKING),
    lambda hub: hub.repeat(lambda: hub.repository(HERE).get_contents("a.txt", ref="main"), LOOKING, {404}),
    lambda hub: hub.repeat(lambda: hub.repository(HERE).get_issue(1).edit(state="closed"), LOOKING),
    lambda hub: hub.repeat(
        lambda: hub.api.requester.requestJsonAndCheck("DELETE", f"/repos/{HERE}/git/refs/heads/main"), LOOKING, {422}
    ),
    lambda hub: hub.repeat(lambda: hub.repository(HERE).update_file("a", "b", "c", "0" * 40).get("x"), LOOKING, {409}),
    lambda hub: GitHubSecret(hub, place(Credentials("NAME"), HERE), "NAME", HERE).written(),
    lambda hub: GitHubSecret(hub, place(Credentials("NAME"), HERE), "NAME", HERE).seal(secret("value")),
]


@pytest.mark.parametrize("ask", CALLS)
def test_whatever_is_asked_the_new_name_is_told(home: Home, ask: Callable[[Hub], object]) -> None:
    hub = home.hub(home.github.world.fine_grained_token({"contents": "write", "issues": "write"}))
    home.github.world.rename("venue")

    assert refused(lambda: ask(hub)) == MOVED
    assert next(request.status for request in home.github.requests) in {301, 307}
    assert [request.request.path for request in home.github.requests][1:] == ["/repositories/1"]
    assert home.time.naps == []


def test_the_board_and_the_ledger_say_so_too(home: Home) -> None:
    notifier, ledger = home.notifier(), home.ledger()
    home.github.world.rename("venue")

    assert refused(lambda: notifier.post("held", Note("Title", "Text"))) == MOVED
    assert MOVED in refused(lambda: ledger.read(home.github.world.now))
    assert home.repository_of("venue").issues == {}


def test_an_app_is_told_so_before_it_is_told_that_it_is_not_installed(home: Home) -> None:
    app = home.github.world.app
    environ = {
        "GITHUB_API_URL": home.github.root,
        "GITHUB_APP_ID": str(app.id),
        "GITHUB_APP_PRIVATE_KEY": app.private_key,
    }
    home.github.world.rename("venue")

    def sign_in() -> None:
        with secrets_access(settings(environ), HERE, "secrets", home.retry_policy, unmasked):
            pass

    assert "is called otherwise now" in refused(sign_in)


def test_one_that_belongs_to_somebody_else_now_is_named_whole(home: Home) -> None:
    hub = home.hub()
    home.github.world.transfer("new-club")

    assert f"The repository {OWNER}/{REPOSITORY} is called new-club/{REPOSITORY} now." in refused(lambda: look(hub))


def test_where_the_new_name_can_not_be_had_it_says_where_to_look(home: Home) -> None:
    hub = home.hub()
    home.github.world.rename("venue")
    home.github.fail("repos/get", Refusal(502, "Bad gateway"))

    assert refused(lambda: look(hub)) == (
        f"The repository {OWNER}/{REPOSITORY} is called otherwise now. Look at its page for its new name. {NEXT}"
    )


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("location", ["/repositories/1/branches/main", "/repos/example-club/venue/branches/main"])
def test_a_location_may_be_short_and_may_hold_the_name_itself(home: Home, status: int, location: str) -> None:
    hub = home.hub(home.github.world.fine_grained_token({"contents": "read"}))
    home.github.world.rename("venue")
    home.github.fail(GET, Refusal(status, "Moved", {"Location": location}))

    assert refused(lambda: look(hub)) == MOVED


@pytest.mark.parametrize(
    "location", ["/repos/a%0Ab/%1b%5b31m", "/repos/../x", "/repositories/9" + "9" * 40, "/elsewhere", "?", "#"]
)
def test_nothing_strange_in_a_location_is_shown_or_asked_for(home: Home, location: str) -> None:
    home.github.fail(GET, Refusal(301, "Moved", {"Location": location}))

    assert refused(lambda: look(home.hub())) == (
        f"The repository {OWNER}/{REPOSITORY} is called otherwise now. Look at its page for its new name. {NEXT}"
    )
    assert len(home.github.requests) == 1


def test_what_has_moved_within_the_repository_is_not_told_as_a_new_name(home: Home) -> None:
    home.github.fail(GET, Refusal(301, "Moved", {"Location": f"/repos/{OWNER.upper()}/{REPOSITORY}/branches/other"}))

    assert refused(lambda: look(home.hub())) == "GitHub has moved what looking is about to another place."


@pytest.mark.parametrize("status", [301, 308])
@pytest.mark.parametrize(
    "elsewhere", ["https://api.github.com/x", "http://127.0.0.1:1/x", "//example.org/x", "http://user@[::1]:99999/x"]
)
def test_the_token_is_never_sent_to_another_server(home: Home, status: int, elsewhere: str) -> None:
    home.github.fail(GET, Refusal(status, "Moved", {"Location": elsewhere}))

    told = refused(lambda: look(home.hub()))
    assert told.startswith("127.0.0.1 answers looking with the address of another server, ")
    assert "user" not in told
    assert len(home.github.requests) == 1


@pytest.mark.parametrize("location", ["https://portal.example.org/login", ""])
def test_a_guest_networks_redirection_passes(home: Home, location: str) -> None:
    headers = {"Location": location} if location else {}
    home.github.fail(GET, Refusal(302, "Found", headers))
    if location:
        assert look(home.hub()) == "main"
        home.fail_for_good(GET, Refusal(302, "Found", headers))
        with pytest.raises(UnreachableError, match="the address of another server"):
            look(home.hub())
    else:
        assert "is called otherwise now" in refused(lambda: look(home.hub()))


def test_what_was_asked_once_and_answered_by_a_guest_network_is_uncertain(home: Home) -> None:
    home.github.fail("issues/create", Refusal(307, "Found", {"Location": "https://portal.example.org"}))
    hub = home.hub()

    with pytest.raises(UncertainError):
        hub.once(lambda: hub.repository(HERE).create_issue("Title").number, LOOKING)


def test_where_nothing_is_at_the_old_name_any_more_the_repositorys_number_tells(home: Home) -> None:
    home.github.world.rename("venue")
    home.repository_of("venue").former.clear()
    hub = replace(
        home.hub(home.github.world.fine_grained_token({"contents": "read"})), home=Named(f"{OWNER}/{REPOSITORY}", "1")
    )

    assert refused(lambda: look(hub)) == MOVED


@pytest.mark.parametrize("number", ["", "1", "2", "x/../1"])
def test_what_is_not_found_in_a_repository_that_is_there_is_told_as_before(home: Home, number: str) -> None:
    home.github.fail(GET, NOT_FOUND)
    hub = replace(home.hub(), home=Named(f"{OWNER.upper()}/{REPOSITORY}", number))

    assert "GitHub finds nothing for looking" in refused(lambda: look(hub))
