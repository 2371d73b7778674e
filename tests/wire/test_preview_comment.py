"""The comment of a preview: what GitHub is asked, and what becomes of it when GitHub fails."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sessionsmgmt.errors import RefusedError, UnreachableError
from tests.emulators.github import BAD_GATEWAY, UNAVAILABLE, Break, Refusal, World
from tests.wire.preview_reports import Pulls, preview_report, pull_request

LIST, CREATE, UPDATE, DELETE = (
    f"issues/{one}" for one in ("list-comments", "create-comment", "update-comment", "delete-comment")
)


@pytest.fixture
def pulls() -> Iterator[Pulls]:
    with pull_request() as emulated:
        yield emulated


def test_a_comment_says_whose_preview_it_is_and_what_it_comes_to(pulls: Pulls) -> None:
    pulls.comment(closing="Commit abc1234").show(preview_report("The email."))

    [comment] = pulls.comments
    marker, *lines = comment.body.splitlines()
    assert marker.startswith("<!-- sessionsmgmt:preview:")
    assert lines == ["### Email preview: MantaBots", "", "**1 email: 1 new**", "", "The email.", "", "Commit abc1234"]
    assert comment.author == "github-actions[bot]"


def test_a_second_commit_changes_the_comment_and_writes_no_other(pulls: Pulls) -> None:
    pulls.comment(closing="Commit abc").show(preview_report())
    pulls.comment(closing="Commit def").show(preview_report())

    [comment] = pulls.comments
    assert comment.body.endswith("Commit def")


def test_nothing_is_written_where_nothing_has_changed(pulls: Pulls) -> None:
    for _ in range(3):
        pulls.comment().show(preview_report())

    assert (pulls.writes(CREATE), pulls.writes(UPDATE, DELETE)) == (1, 0)


def test_the_comment_is_found_among_many(pulls: Pulls) -> None:
    for number in range(220):
        pulls.says(f"comment {number}")
    pulls.comment().show(preview_report("before"))
    for number in range(30):
        pulls.says(f"another comment {number}")
    before = len(pulls.home.github.calls(LIST))
    pulls.comment().show(preview_report("after"))

    assert len(pulls.home.github.calls(LIST)) - before == 3
    assert [comment.author for comment in pulls.comments if "after" in comment.body] == ["github-actions[bot]"]
    assert len(pulls.comments) == 251


def test_two_clubs_in_one_repository_have_a_comment_each(pulls: Pulls) -> None:
    for text in ("before", "after"):
        for club in ("otters", "herons"):
            pulls.comment(f"clubs/{club}/sessions.yml").show(preview_report(f"{club} {text}"))

    assert [comment.body.splitlines()[5] for comment in pulls.comments] == ["otters after", "herons after"]


def test_of_two_comments_the_oldest_stays(pulls: Pulls) -> None:
    pulls.comment().show(preview_report())
    first = pulls.comments[0]
    pulls.says(first.body, "github-actions[bot]")
    pulls.says("something else", "github-actions[bot]")
    pulls.comment().show(preview_report("new"))

    assert [comment.id for comment in pulls.comments if comment.body != "something else"] == [first.id]
    assert "new" in first.body
    assert len(pulls.comments) == 2


def test_a_comment_that_somebody_else_began_with_our_line_is_left_alone(pulls: Pulls) -> None:
    pulls.comment().show(preview_report())
    forged = pulls.says(pulls.comments.pop().body, "stranger")
    before = forged.body
    pulls.comment().show(preview_report("new"))

    assert forged.body == before
    assert [comment.author for comment in pulls.comments] == ["stranger", "github-actions[bot]"]


STRANGERS = ["stranger", "dependabot[bot]", "renovate[bot]", "example-rotation[bot]", "github-actions"]


@pytest.mark.parametrize("stranger", STRANGERS)
def test_what_another_account_wrote_is_neither_changed_nor_deleted(pulls: Pulls, stranger: str) -> None:
    pulls.comment().show(preview_report())
    ours = pulls.comments[0]
    before = ours.body
    forged = [pulls.says(before, stranger) for _ in range(2)]
    pulls.comments.sort(key=lambda one: one.author != stranger)
    pulls.comment().show(preview_report("new"))

    assert [one.body for one in forged] == [before, before]
    assert "new" in ours.body
    assert len(pulls.comments) == 3


def test_with_an_apps_token_it_is_the_apps_comment_that_is_kept_up_to_date(pulls: Pulls) -> None:
    token = pulls.home.github.world.installation_token({"pull_requests": "write"}, None)
    pulls.comment().show(preview_report("by the job"))
    for text in ("before", "after"):
        pulls.comment(token=token).show(preview_report(text))

    assert [comment.author for comment in pulls.comments] == ["github-actions[bot]", "example-rotation[bot]"]
    assert ["by the job" in pulls.comments[0].body, "after" in pulls.comments[1].body] == [True, True]


@pytest.mark.parametrize("status", [403, 404, 400])
def test_a_job_whose_account_can_not_be_had_knows_what_jobs_wrote(pulls: Pulls, status: int) -> None:
    pulls.comment().show(preview_report())
    forged = pulls.says(pulls.comments[0].body, "renovate[bot]")
    before = forged.body
    pulls.home.github.fail("graphql/viewer", Refusal(status, "No"))
    pulls.comment().show(preview_report("new"))

    assert ("new" in pulls.comments[0].body, forged.body) == (True, before)


def test_whose_token_it_is_is_only_asked_where_there_is_something_to_tell_apart(pulls: Pulls) -> None:
    pulls.comment().show(preview_report())
    assert (pulls.writes("users/get-authenticated"), pulls.writes("graphql/viewer")) == (0, 0)

    pulls.comment().show(preview_report("new"))
    assert (pulls.writes("users/get-authenticated"), pulls.writes("graphql/viewer")) == (1, 1)


def test_a_comment_of_an_account_that_is_gone_is_nobodys(pulls: Pulls) -> None:
    pulls.comment().show(preview_report())
    pulls.comments[0].author = ""
    pulls.comment().show(preview_report("new"))

    assert len(pulls.comments) == 2


def test_our_line_further_down_in_a_comment_makes_it_none_of_ours(pulls: Pulls) -> None:
    pulls.comment().show(preview_report())
    quoting = pulls.says(f"> {pulls.comments.pop().body}", "github-actions[bot]")
    pulls.comment().show(preview_report("new"))

    assert quoting in pulls.comments
    assert len(pulls.comments) == 2


def test_with_a_persons_token_it_is_their_comment_that_is_kept_up_to_date(pulls: Pulls) -> None:
    token = pulls.home.github.world.fine_grained_token({"pull_requests": "write"})
    for text in ("before", "after"):
        pulls.comment(token=token).show(preview_report(text))

    [comment] = pulls.comments
    assert (comment.author, "after" in comment.body) == ("coach", True)


def test_what_is_too_long_is_cut_and_its_last_line_stays(pulls: Pulls) -> None:
    pulls.comment(closing="Commit abc").show(preview_report(*(f"line {number}, é" for number in range(200_000))))

    body = pulls.comments[0].body
    assert 60_000 < len(body.encode()) <= 65_536
    assert "left out" in body.splitlines()[-3]
    assert body.endswith("\n\nCommit abc")


@pytest.mark.parametrize("trouble", [BAD_GATEWAY.though_done(), Break.CLOSE_AFTER_ACCEPTING])
def test_a_comment_that_was_written_though_the_reply_was_lost_is_not_written_twice(
    pulls: Pulls, trouble: Break
) -> None:
    pulls.home.github.fail(CREATE, trouble)
    pulls.comment().show(preview_report())

    assert len(pulls.comments) == 1


def test_an_unanswered_request_that_did_nothing_is_told(pulls: Pulls) -> None:
    pulls.home.github.fail(CREATE, Break.CLOSE_BEFORE_ACCEPTING)

    with pytest.raises(UnreachableError, match="writing the comment"):
        pulls.comment().show(preview_report())


@pytest.mark.parametrize("call", [LIST, UPDATE])
def test_a_passing_failure_is_waited_out(pulls: Pulls, call: str) -> None:
    pulls.comment().show(preview_report("before"))
    pulls.home.github.fail(call, UNAVAILABLE, times=2)
    pulls.comment().show(preview_report("after"))

    assert "after" in pulls.comments[0].body


@pytest.mark.parametrize("private", [True, False])
def test_a_token_that_may_not_says_which_line_to_add(private: bool) -> None:
    world = World()
    world.repository().private = private
    told = "Add 'pull-requests: write' to the 'permissions:'"
    with pull_request(world) as pulls, pytest.raises(RefusedError, match=told):
        pulls.comment(token=world.job_token({"contents": "read"})).show(preview_report())
