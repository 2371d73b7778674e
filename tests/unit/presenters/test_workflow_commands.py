from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sessionsmgmt.domain.model.notice import Kind, State
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.errors import InputError, Problem, UnreachableError
from sessionsmgmt.presenters.workflow_commands import output, problem_annotations, result_annotations, workflow_command
from tests.emulators.runner import Annotation, ViolationError, read_log, read_outputs
from tests.unit.presenters.results import presentation, quiet

HOSTILE = "a\r\n::set-output name=b::c %0A%25 ##[error]x,y:z"


@given(st.text(), st.text())
@example(HOSTILE, HOSTILE)
@example("%250A", "%3A")
def test_an_order_means_to_the_runner_what_was_meant(data: str, title: str) -> None:
    [found] = read_log(workflow_command("error", data, {"title": title, "line": 3})).annotations

    assert found == Annotation("error", data, {**({"title": title} if title else {}), "line": "3"})


@given(st.text())
@example("a\nEOF\nsent<<x\n9\nx")
@example("")
def test_an_output_is_read_as_it_was_written_and_is_one(value: str) -> None:
    assert read_outputs(output("report", value) + output("sent", "1")) == {"report": value, "sent": "1"}


def test_what_ends_an_output_is_drawn_again_if_it_stands_in_the_value() -> None:
    drawn = iter(["guessed", "unlikely"])
    assert output("report", "a\nguessed\nb", lambda _: next(drawn)) == "report<<unlikely\na\nguessed\nb\nunlikely\n"


def test_no_two_outputs_end_alike() -> None:
    assert len({output("a", "b") for _ in range(20)}) == 20


@pytest.mark.parametrize(
    "log",
    [
        "::set-output name=a::b",
        "  ::set-env name=a::b",
        "text ##[add-path]x",
        "::group::open",
        "::stop-commands::0123456789012345678901",
        "::stop-commands::pause\n::pause::",
        "::error name=x::y",
        "::add-mask::",
    ],
)
def test_the_runner_of_the_tests_forgives_nothing(log: str) -> None:
    with pytest.raises(ViolationError):
        read_log(log)


@pytest.mark.parametrize("text", ["a", "a<<b\nc\n", "=b\n", "a=1\na=2\n", "nonsense\n"])
def test_nor_does_it_take_outputs_that_are_none(text: str) -> None:
    with pytest.raises(ViolationError):
        read_outputs(text)


def problems(count: int, file: str = "sessions.yml") -> InputError:
    found = [Problem(file, line, 3, f"notices[{line}].to", f"is wrong: {line}, 100%") for line in range(1, count + 1)]
    return InputError(f"{file} has {count} problems.", problems=found)


def test_a_problem_is_an_error_at_its_place_in_the_repository(tmp_path: Path) -> None:
    lines = problem_annotations(problems(1, str(tmp_path / "clubs" / "a,b:c" / "sessions.yml")), tmp_path)
    first, last = read_log("\n".join(lines)).annotations

    place = {"file": "clubs/a,b:c/sessions.yml", "line": "1", "col": "3", "title": "notices[1].to"}
    assert first == Annotation("error", "is wrong: 1, 100%", place)
    assert "1 problems" in last.text


def test_a_problem_outside_of_the_repository_says_its_file_itself(tmp_path: Path) -> None:
    first, _ = read_log("\n".join(problem_annotations(problems(1, "/etc/sessions.yml"), tmp_path))).annotations

    assert first.properties == {"title": "notices[1].to"}
    assert first.text.startswith("/etc/sessions.yml: is wrong")


def test_a_problem_of_the_whole_file_has_no_line(tmp_path: Path) -> None:
    error = InputError("It is none.", problems=[Problem(str(tmp_path / "sessions.yml"), 0, 0, "", "no such file")])
    first, _ = read_log("\n".join(problem_annotations(error, tmp_path))).annotations

    assert first.properties == {"file": "sessions.yml", "title": "sessions.yml"}


def test_no_more_errors_are_written_than_github_shows_and_the_last_says_where_the_others_are(tmp_path: Path) -> None:
    annotations = read_log("\n".join(problem_annotations(problems(25), tmp_path))).annotations

    assert len(annotations) == 10
    assert annotations[-1].text.endswith("The summary of this run has all 25.")


def test_any_other_error_is_its_sentence(tmp_path: Path) -> None:
    [line] = problem_annotations(UnreachableError("Google could not be reached.", "The next run goes on."), tmp_path)
    assert line == "::error::Google could not be reached. The next run goes on."


def test_all_is_well_needs_no_annotation(tmp_path: Path) -> None:
    assert list(result_annotations(presentation(quiet()), tmp_path)) == []


def test_what_wants_a_person_is_one_error(tmp_path: Path) -> None:
    shown = presentation(
        quiet(State.HELD, "", "a", Kind.NEW), quiet(State.FAILED, "", "b"), quiet(State.FAILED, "", "c")
    )
    [found] = read_log("\n".join(result_annotations(shown, tmp_path))).annotations

    assert found.kind == "error"
    assert "1 notice is held" in found.text
    assert "2 notices could not be sent" in found.text


def test_a_caution_is_a_warning_at_its_place_if_it_has_one(tmp_path: Path) -> None:
    (tmp_path / "contacts.vcf").touch()
    warnings = [
        ReportWarning("odd", "a card is odd", f"{tmp_path}/contacts.vcf:3"),
        ReportWarning("odd", "nothing is there", f"{tmp_path}/gone.vcf:3"),
        ReportWarning("session", "somebody is unknown", HOSTILE),
    ]
    one, two, three = read_log("\n".join(result_annotations(presentation(warnings=warnings), tmp_path))).annotations

    assert one == Annotation("warning", "a card is odd", {"title": "odd", "file": "contacts.vcf", "line": "3"})
    assert two.properties == {"title": "odd"}
    assert three.properties == {"title": "session"}


def test_of_many_cautions_the_first_are_shown_and_the_others_counted(tmp_path: Path) -> None:
    warnings = [ReportWarning("odd", f"card {number} is odd") for number in range(30)]
    annotations = read_log("\n".join(result_annotations(presentation(warnings=warnings), tmp_path))).annotations

    assert len(annotations) == 10
    assert "21 more" in annotations[-1].text
