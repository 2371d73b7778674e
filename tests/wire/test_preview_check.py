"""The check of a preview: what GitHub is asked, and what becomes of it when GitHub fails."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sessionsmgmt.errors import RefusedError, UnreachableError
from sessionsmgmt.ports.pull_requests import Annotation, Conclusion
from tests.emulators.github import BAD_GATEWAY, UNAVAILABLE, Break, World
from tests.wire.preview_reports import Pulls, preview_report, pull_request, some_annotations

LIST, CREATE, UPDATE = "checks/list-for-ref", "checks/create", "checks/update"


@pytest.fixture
def pulls() -> Iterator[Pulls]:
    with pull_request() as emulated:
        yield emulated


def test_a_check_says_how_many_emails_there_are_and_shows_them(pulls: Pulls) -> None:
    pulls.check().show(preview_report("The email."))

    [check] = pulls.checks
    assert check.fields["name"] == "Email preview"
    assert check.fields["head_sha"] == pulls.head
    assert (check.fields["status"], check.fields["conclusion"]) == ("completed", "success")
    assert check.fields["output"] == {"title": "1 email: 1 new", "summary": "The email."}


def test_a_job_that_is_run_again_brings_its_own_check_up_to_date(pulls: Pulls) -> None:
    pulls.check().show(preview_report("The email."))
    pulls.check().show(
        preview_report(title="2 problems to mend", conclusion=Conclusion.FAILURE, annotations=some_annotations(2))
    )

    [check] = pulls.checks
    assert (check.fields["conclusion"], check.fields["output"]["title"]) == ("failure", "2 problems to mend")
    assert [annotation["start_line"] for annotation in check.annotations] == [1, 2]


def test_nothing_is_written_where_nothing_has_changed(pulls: Pulls) -> None:
    for _ in range(2):
        pulls.check().show(preview_report("The email.", annotations=some_annotations(3)))

    assert (pulls.writes(CREATE), pulls.writes(UPDATE)) == (1, 0)
    assert len(pulls.checks[0].annotations) == 3


def test_the_check_of_another_app_is_left_alone(pulls: Pulls) -> None:
    pulls.check().show(preview_report())
    pulls.checks[0].app = "example-rotation"
    pulls.check().show(preview_report("new"))

    assert [check.fields["output"]["summary"] for check in pulls.checks] == ["One email.", "new"]
    assert [check.app for check in pulls.checks] == ["example-rotation", "github-actions"]


def test_with_an_apps_token_it_is_the_apps_check_that_is_brought_up_to_date(pulls: Pulls) -> None:
    token = pulls.home.github.world.installation_token({"checks": "write"}, None)
    for text in ("before", "after"):
        pulls.check(token=token).show(preview_report(text))
    pulls.check().show(preview_report("by the job"))

    assert [check.fields["output"]["summary"] for check in pulls.checks] == ["after", "by the job"]


def test_a_second_commit_gets_a_check_of_its_own(pulls: Pulls) -> None:
    pulls.check().show(preview_report())
    first = pulls.head
    pulls.home.repository.write("more.txt", b"more", "change")
    pulls.home.repository.pulls[pulls.number] = type(pulls.home.repository.pulls[pulls.number])(
        pulls.number, pulls.home.repository.head("change")
    )
    pulls.check().show(preview_report())

    assert [check.fields["head_sha"] for check in pulls.checks] == [first, pulls.head]


def test_two_clubs_in_one_repository_have_a_check_each_though_they_have_one_name(pulls: Pulls) -> None:
    for text in ("before", "after"):
        for club in ("otters", "herons"):
            pulls.check(mark=f"sessionsmgmt:clubs/{club}/sessions.yml").show(preview_report(f"{club} {text}"))

    assert sorted(check.fields["output"]["summary"] for check in pulls.checks) == ["herons after", "otters after"]


@pytest.mark.parametrize("count", [50, 51, 120])
def test_more_annotations_than_one_request_takes_come_in_several(pulls: Pulls, count: int) -> None:
    pulls.check().show(preview_report(conclusion=Conclusion.FAILURE, annotations=some_annotations(count)))

    [check] = pulls.checks
    assert [annotation["start_line"] for annotation in check.annotations] == list(range(1, count + 1))
    assert pulls.writes(UPDATE) == (count - 1) // 50


def test_a_job_that_died_between_two_batches_is_finished_by_the_next(pulls: Pulls) -> None:
    pulls.home.github.fail(UPDATE, Break.CLOSE_BEFORE_ACCEPTING)
    with pytest.raises(UnreachableError):
        pulls.check().show(preview_report(annotations=some_annotations(70)))
    pulls.check().show(preview_report(annotations=some_annotations(70)))

    assert [annotation["start_line"] for annotation in pulls.checks[0].annotations] == list(range(1, 71))


def test_an_annotation_stands_at_its_line_and_column(pulls: Pulls) -> None:
    wrong = (
        Annotation("sessions.yml", 4, 7, "team", "is too long"),
        Annotation("notice.md", 0, 0, "notice.md", "is no text"),
    )
    pulls.check().show(preview_report(annotations=wrong))

    first, second = pulls.checks[0].annotations
    assert {name: first[name] for name in ("path", "start_line", "end_line", "start_column", "end_column")} == {
        "path": "sessions.yml",
        "start_line": 4,
        "end_line": 4,
        "start_column": 7,
        "end_column": 7,
    }
    assert (first["title"], first["message"], first["annotation_level"]) == ("team", "is too long", "failure")
    assert (second["path"], second["start_line"], "start_column" in second) == ("notice.md", 1, False)


def test_what_is_too_long_is_cut_between_two_lines(pulls: Pulls) -> None:
    pulls.check().show(preview_report(*(f"line {number}, é" for number in range(200_000))))

    summary = pulls.checks[0].fields["output"]["summary"]
    lines = summary.splitlines()
    assert 60_000 < len(summary.encode()) <= 65_535
    assert lines[:2] == ["line 0, é", "line 1, é"]
    assert lines[-3] == f"line {len(lines) - 3}, é"
    assert "left out" in lines[-1]


@pytest.mark.parametrize("trouble", [BAD_GATEWAY.though_done(), Break.CLOSE_AFTER_ACCEPTING])
def test_a_check_that_was_made_though_the_reply_was_lost_is_not_made_twice(pulls: Pulls, trouble: Break) -> None:
    pulls.home.github.fail(CREATE, trouble)
    pulls.check().show(preview_report(annotations=some_annotations(60)))

    [check] = pulls.checks
    assert len(check.annotations) == 60


def test_an_unanswered_request_that_did_nothing_is_told(pulls: Pulls) -> None:
    pulls.home.github.fail(CREATE, Break.CLOSE_BEFORE_ACCEPTING)

    with pytest.raises(UnreachableError, match="writing the check"):
        pulls.check().show(preview_report())


def test_a_passing_failure_is_waited_out(pulls: Pulls) -> None:
    pulls.home.github.fail(LIST, UNAVAILABLE, times=2)
    pulls.check().show(preview_report())

    assert len(pulls.checks) == 1


@pytest.mark.parametrize("private", [True, False])
def test_a_token_that_may_not_says_which_line_to_add(private: bool) -> None:
    world = World()
    world.repository().private = private
    with pull_request(world) as pulls, pytest.raises(RefusedError, match="Add 'checks: write' to the 'permissions:'"):
        pulls.check(token=world.job_token({"contents": "read"})).show(preview_report())


def test_a_token_of_a_person_can_write_none_and_is_told_so(pulls: Pulls) -> None:
    with pytest.raises(RefusedError, match="checks: write"):
        pulls.check(token=pulls.home.github.world.fine_grained_token({"checks": "write"})).show(preview_report())
