"""The board as issues: one per topic, kept up to date in place, and never somebody else's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from sessionsmgmt.adapters.github.access import RepositoryName
from sessionsmgmt.adapters.github.account import JOB
from sessionsmgmt.adapters.github.issue_notifier import CUT, LABEL, LONGEST_BODY, LONGEST_TITLE, IssueNotifier
from sessionsmgmt.errors import RefusedError, UnreachableError
from sessionsmgmt.ports.notifications import Note
from tests.emulators.github import BAD_GATEWAY, OWNER, REPOSITORY, SECONDARY_RATE_LIMIT, Break, Issue, Refusal
from tests.wire.github import Home, github

LIST, CREATE, UPDATE, COMMENT = "issues/list-for-repo", "issues/create", "issues/update", "issues/create-comment"
NOTE = Note("Did this email leave?", "1. Look.\n2. Say so.")
OTHER = Note("Did these 2 emails leave?", "1. Look twice.")
MARK = "<!-- sessionsmgmt:held -->"
PORTAL = Refusal(200, "Please sign in to the guest network")
HERE = RepositoryName(OWNER, REPOSITORY)
OFF = Refusal(410, "Issues are disabled for this repo")


@pytest.fixture
def home() -> Iterator[Home]:
    with github() as emulated:
        yield emulated


def issues(home: Home, state: str = "open") -> list[Issue]:
    return [issue for issue in home.repository.issues.values() if issue.state == state]


def the_issue(home: Home) -> Issue:
    (issue,) = issues(home)
    return issue


def writes(home: Home) -> list[str]:
    return [request.call for request in home.github.requests if request.request.method != "GET"]


def test_a_note_becomes_an_issue_that_is_recognised_later(home: Home) -> None:
    home.notifier().post("held", NOTE)

    issue = the_issue(home)
    assert (issue.title, issue.body, issue.labels) == (NOTE.title, f"{MARK}\n{NOTE.text}", [LABEL])


def test_the_same_note_writes_nothing_and_another_one_changes_the_issue_in_place(home: Home) -> None:
    home.notifier().post("held", NOTE)
    home.notifier().post("held", NOTE)
    assert writes(home) == [CREATE]

    home.notifier().post("held", OTHER)
    assert writes(home) == [CREATE, UPDATE]
    assert (the_issue(home).title, the_issue(home).body) == (OTHER.title, f"{MARK}\n{OTHER.text}")

    home.notifier().post("held", Note(NOTE.title, OTHER.text))
    assert the_issue(home).title == NOTE.title
    home.notifier().post("held", NOTE)
    assert the_issue(home).body == f"{MARK}\n{NOTE.text}"


def test_an_edit_by_hand_that_only_changes_the_ends_of_lines_is_none(home: Home) -> None:
    home.notifier().post("held", NOTE)
    the_issue(home).body = f"{MARK}\r\n" + NOTE.text.replace("\n", "\r\n") + "\r\n"

    home.notifier().post("held", NOTE)
    assert writes(home) == [CREATE]


def test_each_topic_has_an_issue_of_its_own(home: Home) -> None:
    home.notifier().post("held", NOTE)
    home.notifier().post("held-2", OTHER)
    assert len(issues(home)) == 2

    home.notifier().clear("held-2", "Over.")
    assert the_issue(home).title == NOTE.title


def test_clearing_says_why_and_closes(home: Home) -> None:
    home.notifier().post("held", NOTE)
    home.notifier().clear("held", "Nothing is held any more.")

    assert issues(home) == []
    (issue,) = issues(home, "closed")
    assert [comment.body for comment in issue.comments] == ["<!-- sessionsmgmt:over -->\nNothing is held any more."]

    before = len(writes(home))
    home.notifier().clear("held", "Nothing is held any more.")
    assert len(writes(home)) == before


def test_what_is_wrong_again_is_a_new_issue(home: Home) -> None:
    home.notifier().post("held", NOTE)
    home.notifier().clear("held", "Over.")
    home.notifier().post("held", NOTE)

    assert the_issue(home).number == 2


def test_an_issue_is_found_on_any_page(home: Home) -> None:
    for number in range(250):
        home.repository.open(f"Issue {number}", labels=[LABEL])
    home.notifier().post("held", NOTE)
    home.notifier().post("held", OTHER)

    (ours,) = (issue for issue in issues(home) if (issue.body or "").startswith(MARK))
    assert ours.title == OTHER.title
    home.notifier().clear("held", "Over.")
    assert ours.state == "closed"


def test_of_two_the_oldest_stays(home: Home) -> None:
    home.notifier().post("held", NOTE)
    double = home.repository.open("Double", author=JOB, labels=[LABEL])
    double.body = f"{MARK}\nthe same"

    home.notifier().post("held", OTHER)
    assert the_issue(home).number == 1
    assert the_issue(home).title == OTHER.title
    assert double.state == "closed"


def test_both_of_two_are_cleared_and_one_says_why(home: Home) -> None:
    home.notifier().post("held", NOTE)
    double = home.repository.open("Double", author=JOB, labels=[LABEL])
    double.body = f"{MARK}\nthe same"

    home.notifier().clear("held", "Over.")
    assert issues(home) == []
    assert sum(len(issue.comments) for issue in issues(home, "closed")) == 1


def test_nobody_elses_issue_is_written_to(home: Home) -> None:
    unlabelled = home.repository.open("By somebody without rights")
    unlabelled.body = f"{MARK}\nmine"
    quoting = home.repository.open("About it", labels=[LABEL])
    quoting.body = f"It says\n{MARK}\nand more"
    pull = home.repository.propose()
    side = home.repository.issues[pull.number]
    side.body, side.labels = f"{MARK}\nmine", [LABEL]
    before = {issue.number: (issue.title, issue.body, issue.state) for issue in home.repository.issues.values()}

    home.notifier().post("held", NOTE)
    home.notifier().post("held", OTHER)
    home.notifier().clear("held", "Over.")
    assert {
        number: (one.title, one.body, one.state) for number, one in home.repository.issues.items() if number in before
    } == before
    assert len(home.repository.issues) == len(before) + 1


@pytest.mark.parametrize("stranger", ["stranger", "dependabot[bot]", "example-rotation[bot]", ""])
def test_an_issue_in_our_form_that_another_account_opened_is_left_alone(home: Home, stranger: str) -> None:
    forged = home.repository.open("Forged", author=stranger, labels=[LABEL])
    forged.body = f"{MARK}\nmine"

    home.notifier().post("held", NOTE)
    home.notifier().post("held", OTHER)
    home.notifier().clear("held", "Over.")
    assert (forged.title, forged.body, forged.state, forged.comments) == ("Forged", f"{MARK}\nmine", "open", [])
    assert len(home.repository.issues) == 2


def test_what_a_job_has_opened_is_closed_by_a_person_at_a_terminal(home: Home) -> None:
    home.notifier().post("held", NOTE)
    IssueNotifier(home.hub(home.github.world.fine_grained_token({"issues": "write"})), HERE).clear("held", "Over.")

    assert issues(home) == []


def test_what_a_person_opened_at_a_terminal_is_kept_up_to_date_there(home: Home) -> None:
    mine = home.github.world.fine_grained_token({"issues": "write"})
    for note in (NOTE, OTHER):
        IssueNotifier(home.hub(mine), HERE).post("held", note)

    assert (the_issue(home).author, the_issue(home).title) == ("coach", OTHER.title)


@pytest.mark.parametrize("trouble", [BAD_GATEWAY, SECONDARY_RATE_LIMIT, Break.CLOSE_BEFORE_ACCEPTING, PORTAL])
@pytest.mark.parametrize("call", [LIST, UPDATE])
def test_what_passes_does_not_keep_a_note_from_being_brought_up_to_date(
    home: Home, call: str, trouble: Break | Refusal
) -> None:
    home.notifier().post("held", NOTE)
    home.github.fail(call, trouble)

    home.notifier().post("held", OTHER)
    assert the_issue(home).title == OTHER.title
    home.github.fail(call, trouble)
    home.notifier().clear("held", "Over.")
    assert issues(home) == []


@pytest.mark.parametrize(
    "trouble", [BAD_GATEWAY.though_done(), Break.CLOSE_AFTER_ACCEPTING, Break.GARBLE, Break.TRUNCATE]
)
def test_an_issue_whose_making_was_not_confirmed_is_looked_for_and_not_made_again(
    home: Home, trouble: Break | Refusal
) -> None:
    home.github.fail(CREATE, trouble)

    home.notifier().post("held", NOTE)
    home.notifier().post("held", NOTE)
    assert the_issue(home).title == NOTE.title
    assert writes(home) == [CREATE]


def test_an_issue_that_was_not_made_is_made_by_the_next_run(home: Home) -> None:
    home.github.fail(CREATE, Break.CLOSE_BEFORE_ACCEPTING)

    with pytest.raises(UnreachableError):
        home.notifier().post("held", NOTE)
    assert issues(home) == []
    home.notifier().post("held", NOTE)
    assert the_issue(home).title == NOTE.title


def test_a_limit_is_waited_for_before_an_issue_is_made(home: Home) -> None:
    home.github.fail(CREATE, SECONDARY_RATE_LIMIT)

    home.notifier().post("held", NOTE)
    assert the_issue(home).title == NOTE.title
    assert home.time.naps == [60]


@pytest.mark.parametrize("trouble", [BAD_GATEWAY.though_done(), BAD_GATEWAY])
def test_a_comment_is_never_made_twice(home: Home, trouble: Refusal) -> None:
    home.notifier().post("held", NOTE)
    home.github.fail(COMMENT, trouble)

    home.notifier().clear("held", "Over.")
    (issue,) = issues(home, "closed")
    assert len(issue.comments) == trouble.accepted
    assert len(home.github.calls(COMMENT)) == 1


@pytest.mark.parametrize("permissions", [{}, {"issues": "read"}])
def test_a_missing_permission_is_named_whole(home: Home, permissions: dict[str, str]) -> None:
    with pytest.raises(RefusedError) as refused:
        replace(home, permissions=permissions).notifier().post("held", NOTE)
    assert str(refused.value) == (
        "GitHub does not allow keeping an issue up to date with GITHUB_TOKEN: "
        '"Resource not accessible by integration". '
        "Add 'issues: write' to the 'permissions:' of the job."
    )


@pytest.mark.parametrize("call", [LIST, CREATE])
def test_switched_off_issues_are_named(home: Home, call: str) -> None:
    home.github.fail(call, OFF)

    with pytest.raises(RefusedError, match="Issues are switched off in this repository"):
        home.notifier().post("held", NOTE)


def test_an_issue_that_was_deleted_meanwhile_is_not_told_as_issues_switched_off(home: Home) -> None:
    home.notifier().post("held", NOTE)
    home.github.fail(UPDATE, Refusal(410, "This issue was deleted"))

    with pytest.raises(RefusedError, match="This issue was deleted") as refused:
        home.notifier().post("held", OTHER)
    assert "switched off" not in str(refused.value)


def test_what_is_too_long_for_github_is_shortened_and_then_stays(home: Home) -> None:
    long = Note("t" * 1_000, "x" * 100_000)
    home.notifier().post("held", long)
    home.notifier().post("held", long)

    issue = the_issue(home)
    assert len(issue.title) == LONGEST_TITLE
    assert issue.body is not None
    assert len(issue.body) == LONGEST_BODY
    assert issue.body.startswith(f"{MARK}\n")
    assert issue.body.endswith(CUT)
    assert writes(home) == [CREATE]


@pytest.mark.parametrize("topic", ["", "a-->b", "a--b", "a b", "A", "a\nb", "-a", "é"])
def test_a_topic_that_could_end_its_comment_is_refused(home: Home, topic: str) -> None:
    home.repository.open("Any", labels=[LABEL])
    with pytest.raises(ValueError, match="topic"):
        home.notifier().post(topic, NOTE)
    assert writes(home) == []
