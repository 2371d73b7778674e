"""Issues and comments of ours at the emulated GitHub: found, emptied, deleted; those of others left alone."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

import pytest

from sessionsmgmt.adapters.github.access import RepositoryName
from sessionsmgmt.adapters.github.account import JOB
from sessionsmgmt.adapters.github.issue_notifier import LABEL, OVER
from sessionsmgmt.adapters.github.stored_data import EMPTY_BODY, EMPTY_TITLE, IssueData, PreviewData
from sessionsmgmt.errors import RefusedError, UnreachableError
from sessionsmgmt.ports.notifications import Note
from tests.emulators.github import OWNER, Break, Refusal
from tests.emulators.github.repository import Comment
from tests.wire.github import Home, github

OURS, OTHERS = (sha256(place.encode()).hexdigest()[:16] for place in ("sessions.yml", "b/sessions.yml"))
NOTE = Note("Did this email leave?", "Look into the Sent folder.")
UPDATE, DELETE, LIST = "issues/update", "issues/delete-comment", "issues/list-for-repo"


@pytest.fixture
def home() -> Iterator[Home]:
    with github() as home:
        yield home


def issues(home: Home, *topics: str) -> IssueData:
    return IssueData(home.hub(), RepositoryName(OWNER, home.name), topics or ("held", "consent"))


def previews(home: Home) -> PreviewData:
    return PreviewData(home.hub(), RepositoryName(OWNER, home.name), "sessions.yml")


def comment(home: Home, number: int, body: str, author: str = JOB) -> None:
    now = home.github.world.now
    made = Comment(next(home.github.world.numbers), body, author, now, now)
    home.repository.issues[number].comments.append(made)


def test_an_issue_is_emptied_closed_and_not_ours_any_more(home: Home) -> None:
    home.notifier().post("held", NOTE)
    issue = home.repository.issues[1]
    home.repository.labels["urgent"] = "ededed"
    issue.labels.append("urgent")
    comment(home, 1, "I looked: it is there.")

    assert [one.text for one in issues(home).delete()] == ["issue #1, which is now empty and closed"]

    assert (issue.title, issue.body, issue.state, issue.labels) == (EMPTY_TITLE, EMPTY_BODY, "closed", ["urgent"])
    assert [one.body for one in issue.comments] == ["I looked: it is there."]
    assert list(issues(home).look()) == []


def test_those_that_are_closed_already_are_found_with_the_comment_that_closed_them(home: Home) -> None:
    home.notifier().post("held", NOTE)
    home.notifier().clear("held", "Nothing is held any more.")
    assert len(home.repository.issues[1].comments) == 1

    assert [one.text for one in issues(home).look()] == ["issue #1"]
    issues(home).delete()

    assert home.repository.issues[1].comments == []
    assert home.repository.issues[1].title == EMPTY_TITLE


def test_those_of_another_club_and_of_other_people_stay_as_they_are(home: Home) -> None:
    home.notifier().post("held-other", NOTE)
    home.repository.open("Ours?", labels=[LABEL])
    forged = home.repository.open("Forged")
    forged.body = "<!-- sessionsmgmt:held -->\nGo away"

    assert list(issues(home).delete()) == []
    assert not home.github.calls(UPDATE)


def test_all_pages_are_looked_at(home: Home) -> None:
    for number in range(101):
        issue = home.repository.open(f"Old {number}", author=JOB, labels=[LABEL])
        issue.body = "<!-- sessionsmgmt:held -->\nOld"

    assert len(issues(home).look()) == 101


@pytest.mark.parametrize("trouble", [Break.CLOSE_AFTER_ACCEPTING, Break.CLOSE_BEFORE_ACCEPTING, Refusal(502, "Bad")])
@pytest.mark.parametrize("call", [UPDATE, DELETE])
def test_a_reply_that_was_lost_changes_nothing_of_the_end(home: Home, call: str, trouble: Break | Refusal) -> None:
    home.notifier().post("held", NOTE)
    home.notifier().clear("held", "Over.")
    home.github.fail(call, trouble)

    issues(home).delete()

    assert home.repository.issues[1].title == EMPTY_TITLE
    assert home.repository.issues[1].comments == []


def test_one_that_failed_is_found_again(home: Home) -> None:
    home.notifier().post("held", NOTE)
    home.fail_for_good(UPDATE, Refusal(502, "Bad gateway"))

    with pytest.raises(UnreachableError):
        issues(home).delete()
    assert [one.text for one in issues(home).look()] == ["issue #1"]


def test_where_issues_are_switched_off_it_says_so(home: Home) -> None:
    home.github.fail(LIST, Refusal(410, "Issues are disabled for this repo"))

    with pytest.raises(RefusedError, match="switched off"):
        issues(home).look()


def test_a_preview_is_deleted_and_what_people_wrote_is_not(home: Home) -> None:
    pull = home.repository.propose()
    marker, other = (f"<!-- sessionsmgmt:preview:{name} -->" for name in (OURS, OTHERS))
    for body in (f"{marker}\n### A preview", "Shall we?", f"{other}\nanother club's", f"> {marker}\n> quoted"):
        comment(home, pull.number, body)

    assert [one.text for one in previews(home).delete()] == ["a comment on a pull request"]

    left = [one.body for one in home.repository.issues[pull.number].comments]
    assert left == ["Shall we?", f"{other}\nanother club's", f"> {marker}\n> quoted"]
    assert list(previews(home).delete()) == []


@pytest.mark.parametrize("stranger", ["stranger", "renovate[bot]", ""])
def test_what_another_account_wrote_in_our_form_stays(home: Home, stranger: str) -> None:
    home.notifier().post("held", NOTE)
    comment(home, 1, f"{OVER}\nnot ours", stranger)
    forged = home.repository.open("Forged", author=stranger, labels=[LABEL])
    forged.body = "<!-- sessionsmgmt:held -->\nGo away"
    pull = home.repository.propose()
    comment(home, pull.number, f"<!-- sessionsmgmt:preview:{OURS} -->\nnot ours", stranger)

    issues(home).delete()
    previews(home).delete()

    assert (forged.title, forged.state) == ("Forged", "open")
    assert [len(home.repository.issues[number].comments) for number in (1, pull.number)] == [1, 1]


def test_a_person_at_a_terminal_deletes_what_a_job_and_they_themselves_wrote(home: Home) -> None:
    pull = home.repository.propose()
    for author in (JOB, "coach", "stranger"):
        comment(home, pull.number, f"<!-- sessionsmgmt:preview:{OURS} -->", author)
    hub = home.hub(home.github.world.fine_grained_token({"pull_requests": "write"}))
    PreviewData(hub, RepositoryName(OWNER, home.name), "sessions.yml").delete()

    assert [one.author for one in home.repository.issues[pull.number].comments] == ["stranger"]
