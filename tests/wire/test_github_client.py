"""The one way to GitHub: what is sent, what is made again, and what a refusal says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from sessionsmgmt.adapters.github.access import RepositoryName, repository_name, token_access
from sessionsmgmt.adapters.github.client import DeclinedError, Hub, Purpose, UncertainError, connect
from sessionsmgmt.errors import InputError, RefusedError, SessionsError, UnreachableError
from sessionsmgmt.retry import RetryPolicy
from tests.emulators.github import (
    BAD_GATEWAY,
    OWNER,
    PRIMARY_RATE_LIMIT,
    REPOSITORY,
    SECONDARY_RATE_LIMIT,
    TOO_MANY,
    UNAVAILABLE,
    Break,
    Refusal,
)
from tests.settings import secret, settings
from tests.wire.github import Home, github

HERE = RepositoryName(OWNER, REPOSITORY)
LOOKING = Purpose("looking", "issues: read")
MAKING = Purpose("making an issue", "issues: write")
CREATE, GET = "issues/create", "repos/get-branch"
LIMITS = [(TOO_MANY, 1), (PRIMARY_RATE_LIMIT, 61), (SECONDARY_RATE_LIMIT, 60)]
"""What passes by itself, and after how many seconds."""
PASSING = [BAD_GATEWAY, UNAVAILABLE, *(trouble for trouble, _ in LIMITS), *Break]
DOUBTFUL = [one for one in [BAD_GATEWAY, UNAVAILABLE, *Break] if one is not Break.REFUSE_AFTERWARDS]


@pytest.fixture
def home() -> Iterator[Home]:
    with github() as emulated:
        yield emulated


def look(hub: Hub) -> str:
    return hub.repeat(lambda: str.strip(hub.repository(HERE).get_branch("main").name), LOOKING)


def make(hub: Hub) -> int:
    return hub.once(lambda: int(hub.repository(HERE).create_issue("Title").number), MAKING)


def test_every_request_carries_the_token_and_nothing_of_the_machines_own(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login somebody password netrc-password\n", "utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    given = home.github.world.job_token({"contents": "read"})

    look(home.hub(given))
    (request,) = (one.request for one in home.github.requests)
    assert request.headers["Authorization"].split()[1] == given
    assert request.headers["User-Agent"] == "sessionsmgmt"


def test_naming_a_repository_asks_nothing(home: Home) -> None:
    home.hub().repository(HERE)

    assert home.github.requests == ()


def test_requests_share_a_connection_and_do_not_wait_for_each_other(home: Home) -> None:
    hub = home.hub()
    for ask in (look, make, make, look):
        ask(hub)

    assert len({request.connection for request in home.github.requests}) == 1
    assert home.github.requests[-1].ended - home.github.requests[0].began < 0.25, "what PyGithub would wait by itself"


@pytest.mark.parametrize("trouble", PASSING)
def test_a_look_is_made_again_when_that_can_help(home: Home, trouble: Break | Refusal) -> None:
    if trouble is Break.REFUSE_AFTERWARDS:
        home.time.wake = home.github.listen
    home.github.fail(GET, trouble)

    assert look(home.facing(trouble).hub()) == "main"
    assert look(home.hub()) == "main"


def test_a_look_is_made_again_only_while_the_time_lasts(home: Home) -> None:
    home.fail_for_good(GET, BAD_GATEWAY)

    with pytest.raises(UnreachableError, match="it answered 502"):
        look(home.hub())
    assert len(home.github.requests) == len(home.time.naps) + 1 > 5
    assert home.time.now <= 90


@pytest.mark.parametrize(("trouble", "nap"), LIMITS)
def test_what_a_limit_turned_away_is_made_once_it_is_over(home: Home, trouble: Refusal, nap: float) -> None:
    home.github.fail(CREATE, trouble)

    assert make(home.hub()) == 1
    assert home.time.naps == [nap]


@pytest.mark.parametrize(
    ("headers", "nap"),
    [
        ({}, 60),
        ({"Retry-After": "7"}, 7),
        ({"x-ratelimit-remaining": "0"}, 60),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "9e9"}, 60),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1"}, 0.5),
        ({"x-ratelimit-remaining": "5", "x-ratelimit-reset": "1794000000"}, 60),
    ],
)
def test_a_limit_is_waited_for_as_github_documents_it(home: Home, headers: Mapping[str, str], nap: float) -> None:
    home.github.fail(GET, Refusal(429, "Slow down", headers))

    look(home.hub())
    assert home.time.naps == [nap]


@pytest.mark.parametrize("reset", ["soon", "9" * 5_000, "inf", "nan"])
def test_a_reply_that_pygithub_can_not_read_counts_as_none(home: Home, reset: str) -> None:
    home.github.fail(GET, Refusal(403, "API rate limit exceeded", {"x-ratelimit-reset": reset}))

    assert look(home.hub()) == "main"


def test_a_limit_that_ends_too_late_is_not_waited_for(home: Home) -> None:
    home.github.fail(GET, Refusal(403, "You have exceeded a secondary rate limit.", {"Retry-After": "91"}))

    with pytest.raises(UnreachableError):
        look(home.hub())
    assert home.time.naps == []


@pytest.mark.parametrize("trouble", [*DOUBTFUL, Refusal(503, "Unavailable", {"Retry-After": "1"})])
def test_what_must_not_be_done_twice_is_asked_once(home: Home, trouble: Break | Refusal) -> None:
    home.github.fail(CREATE, trouble)

    with pytest.raises(UncertainError, match="did not say whether making an issue worked"):
        make(home.facing(trouble).hub())
    assert len(home.github.calls(CREATE)) == 1
    assert home.time.naps == []


def test_a_status_the_caller_expects_is_the_callers(home: Home) -> None:
    hub = home.hub()

    with pytest.raises(DeclinedError) as declined:
        hub.repeat(lambda: hub.repository(HERE).get_branch("none").name, LOOKING, {404})
    assert (declined.value.status, declined.value.message) == (404, "Branch not found")


NOT_ACCESSIBLE = "Resource not accessible by integration"


def permitted(named: str) -> Refusal:
    """A missing permission, of which the header names this."""
    return Refusal(403, NOT_ACCESSIBLE, {"X-Accepted-GitHub-Permissions": named})


@pytest.mark.parametrize(
    ("refusal", "text"),
    [
        (
            Refusal(401, "Bad credentials"),
            (
                'GitHub does not accept what GITHUB_TOKEN holds: "Bad credentials". It may have expired or been '
                "withdrawn: store a new one there."
            ),
        ),
        (
            Refusal(403, NOT_ACCESSIBLE),
            (
                f'GitHub does not allow looking with GITHUB_TOKEN: "{NOT_ACCESSIBLE}". '
                "Add 'issues: read' to the 'permissions:' of the job."
            ),
        ),
        (
            permitted("contents=write,workflows=write; contents=write"),
            "Add 'contents: write' and 'workflows: write' to the 'permissions:' of the job.",
        ),
        (permitted("<script>; contents=write"), "Add 'issues: read' to the 'permissions:' of the job."),
        (permitted("issues=write"), "Add 'issues: read' to the 'permissions:' of the job."),
        (
            Refusal(404, "Not Found"),
            (
                "GitHub finds nothing for looking: the repository is another one, or GITHUB_TOKEN may not see it. "
                "Check GITHUB_REPOSITORY. Add 'issues: read' to the 'permissions:' of the job."
            ),
        ),
        (
            Refusal(422, "Validation Failed", errors=({"field": "body", "message": "body is too long"}, "no", 1)),
            'GitHub refuses looking (422): "Validation Failed: body is too long; no". Please report this.',
        ),
        (
            Refusal(403, "Unable to create comment because issue is locked."),
            (
                'looking with GITHUB_TOKEN: "Unable to create comment because issue is locked". Unlock the '
                "conversation: 'Unlock conversation' at the side of its page. Then run this again."
            ),
        ),
        (
            Refusal(403, "Resource protected", {"X-GitHub-SSO": "required; url=https://github.com/orgs/x/sso?y=z"}),
            (
                'with GITHUB_TOKEN: "Resource protected". The token\'s owner has to open it for the organization: '
                "their settings, Developer settings, 'Configure SSO'."
            ),
        ),
        (
            Refusal(403, "Nobody has met this message"),
            'GitHub does not allow looking with GITHUB_TOKEN: "Nobody has met this message".',
        ),
    ],
)
def test_a_refusal_says_githubs_message_first_and_then_the_advice_that_fits(
    home: Home, refusal: Refusal, text: str
) -> None:
    given = home.github.world.job_token({"contents": "write"})
    home.github.fail("*", refusal, times=2)

    for ask in (look, lambda hub: hub.once(lambda: hub.repository(HERE).get_branch("main").name, LOOKING)):
        with pytest.raises(RefusedError) as refused:
            ask(home.hub(given))
        assert str(refused.value).endswith(text)
        assert given not in str(refused.value)
        assert refused.value.__cause__ is None
        assert refused.value.__suppress_context__


@pytest.mark.parametrize(
    "message", ["You have triggered an abuse detection mechanism.", "temporarily blocked from content creation"]
)
def test_a_limit_in_other_words_is_no_refusal(home: Home, message: str) -> None:
    home.github.fail(CREATE, Refusal(403, message))

    assert make(home.hub()) == 1
    assert home.time.naps == [60]


def test_a_token_that_a_reply_repeats_is_not_shown(home: Home) -> None:
    given = home.github.world.job_token({"contents": "read"}).replace("ghs_", "of-an-unknown-kind-")
    home.github.fail(GET, Refusal(403, f"No\r\n::error::{given} of coach@example.org"))

    with pytest.raises(RefusedError) as refused:
        look(home.hub(given))
    assert str(refused.value) == 'GitHub does not allow looking with GITHUB_TOKEN: "No ::error::*** of ***".'


def test_another_variable_is_named_and_no_job_is_blamed(home: Home) -> None:
    given = settings({"GITHUB_API_URL": home.github.root}).github
    access = token_access(secret(home.github.world.fine_grained_token({})), "SECRETS_TOKEN")
    hub = connect(access, given, home.retry_policy)

    with pytest.raises(RefusedError) as refused:
        look(hub)
    assert str(refused.value) == (
        'GitHub does not allow looking with SECRETS_TOKEN: "Resource not accessible by personal access token". '
        "Give it the permission 'contents: read'."
    )


def test_no_token_is_shown_when_what_holds_it_is_printed(home: Home) -> None:
    given = home.github.world.job_token({})

    assert given not in repr(home.hub(given)) + repr(token_access(secret(given)))


@pytest.mark.parametrize("value", ["", " ", "two words", "line\nbreak", "é"])
def test_a_token_that_is_none_is_refused_before_anything_is_asked(value: str) -> None:
    with pytest.raises(InputError, match="SECRETS_TOKEN") as problem:
        token_access(secret(value), "SECRETS_TOKEN")
    assert not value.strip() or value not in str(problem.value)


@pytest.mark.parametrize("root", ["http://github.example.org", "ftp://127.0.0.1", "https://user@example.org", "x"])
def test_a_root_that_could_give_the_token_away_is_refused(root: str) -> None:
    given = settings({"GITHUB_API_URL": root}).github
    with pytest.raises(InputError, match="GITHUB_API_URL"):
        connect(token_access(secret("token")), given, RetryPolicy())


def test_without_a_root_github_itself_is_asked() -> None:
    hub = connect(token_access(secret("token")), settings({}).github, RetryPolicy())

    assert hub.api.requester.base_url == "https://api.github.com"


@pytest.mark.parametrize("name", ["o/n", "example-club/premises", "a_b/.github", "A1/x-._y", " o/n "])
def test_a_repository_is_an_owner_and_a_name(name: str) -> None:
    assert str(repository_name(settings({"GITHUB_REPOSITORY": name}).github)) == name.strip()


@pytest.mark.parametrize(
    "name", ["", "o", "o/", "/n", "o/n/x", "o/..", "o/.", "../n", "o/n?x", "o/n#x", "o/%2e", "o /n", "o/é", "o\n/n"]
)
def test_what_could_lead_elsewhere_is_no_repository(name: str) -> None:
    with pytest.raises(InputError, match="GITHUB_REPOSITORY") as problem:
        repository_name(settings({"GITHUB_REPOSITORY": name}).github)
    assert isinstance(problem.value, SessionsError)
