"""A preview on a pull request, from the event that GitHub writes to what is seen on its page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.emulators.github import NOT_FOUND, OWNER, REPOSITORY, Refusal
from tests.end_to_end.harness import SESSIONS_YML, vcalendar, vevent
from tests.end_to_end.pull_requests import ALL, SAMPLE_CARDS, WITH_SAMPLE, Job, job_of_pull_request
from tests.unit.presenters.github_markdown import HOSTILE_TEXT, calls_somebody, shown

LIVE = ("Ada Adult", "Stu Student", "Team Session", "ada@", "stu@", "Secret Place", "office@")
"""Of the club's own data, nothing of this may be seen by everybody."""


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Job]:
    with job_of_pull_request(tmp_path) as pull_request:
        yield pull_request


def live_data(job: Job) -> None:
    """The club's own calendar has a session today, in a place that nobody else is to know."""
    job.club.calendar(vevent(more=("LOCATION:Secret Place",)))


def test_a_pull_request_shows_the_emails_of_the_sample_in_a_check_and_a_comment(job: Job) -> None:
    step = job.step()

    assert (step.exit, step.log.annotations) == (0, [])
    [check], [comment] = job.checks, job.comments
    assert check.fields["head_sha"] == job.pull.head
    assert (check.fields["conclusion"], check.fields["output"]["title"]) == ("success", "1 email: 1 new")
    for source in (check.fields["output"]["summary"], comment.body, step.summary):
        assert "Robin Example" in source
        assert "Ada Adult" not in source
        assert "sample&#46;ics" in source
    assert f"Commit {job.pull.head[:7]}" in comment.body
    assert (Path(step.outputs["preview"]) / "index.html").is_file()


def test_without_a_sample_it_shows_an_invented_club(job: Job) -> None:
    job.club.write("sessions.yml", SESSIONS_YML)
    step = job.step()

    assert step.exit == 0
    assert job.checks[0].fields["output"]["title"] == "4 emails: 1 new, 1 changed, 1 added, 1 cancelled"
    assert "Alex Example" in job.comments[0].body


def test_it_needs_no_secret_and_no_ledger(job: Job) -> None:
    at_google = WITH_SAMPLE.replace("{provider: ics, path: calendar.ics}", "{provider: google, id: team}")
    job.club.write("sessions.yml", at_google.replace("store: file, path: .sessionsmgmt/ledger.json", "store: git"))
    step = job.step()

    assert step.exit == 0
    assert {request.call.partition("/")[0] for request in job.github.requests} == {"checks", "issues"}


def test_a_second_commit_brings_both_up_to_date(job: Job) -> None:
    job.step()
    job.push()
    job.club.write("sessions.yml", WITH_SAMPLE.replace("MantaBots", "Otters"))
    job.step(job.event("synchronize"))

    assert [check.fields["head_sha"] for check in job.checks][-1] == job.pull.head
    [comment] = job.comments
    assert "Email preview: Otters" in comment.body
    assert f"Commit {job.pull.head[:7]}" in comment.body


def test_a_job_that_is_run_again_writes_nothing_where_nothing_has_changed(job: Job) -> None:
    for _ in range(2):
        job.step()

    assert [len(job.github.calls(call)) for call in ("checks/create", "issues/create-comment")] == [1, 1]
    assert [len(job.github.calls(call)) for call in ("checks/update", "issues/update-comment")] == [0, 0]


def test_what_is_wrong_stands_at_its_line_and_the_check_fails(job: Job) -> None:
    job.club.write("sessions.yml", WITH_SAMPLE.replace("1 day", "soon") + "    template: notice.md\n")
    job.club.write("notice.md", "Subject: Hello\n\n{{ nobody }}\n")
    step = job.step()

    assert step.exit == 2
    [check] = job.checks
    assert (check.fields["conclusion"], check.fields["output"]["title"]) == ("failure", "2 problems to mend")
    places = {(annotation["path"], annotation["start_line"]) for annotation in check.annotations}
    assert places == {("notice.md", 3), ("sessions.yml", 15)}
    assert "2 problems to mend" in job.comments[0].body


def test_what_was_mended_is_a_success_again(job: Job) -> None:
    job.club.write("sessions.yml", WITH_SAMPLE.replace("1 day", "soon"))
    job.step()
    job.push()
    job.club.write("sessions.yml", WITH_SAMPLE)
    job.step(job.event("synchronize"))

    assert [check.fields["conclusion"] for check in job.checks] == ["failure", "success"]
    assert "problem" not in job.comments[0].body


def test_more_problems_than_one_request_takes_are_all_told(job: Job) -> None:
    addresses = "".join(f"      - nobody{number}\n" for number in range(120))
    job.club.write("sessions.yml", WITH_SAMPLE.replace(" [office@example.org]\n", f"\n{addresses}"))
    step = job.step()

    assert step.exit == 2
    assert len({annotation["start_line"] for annotation in job.checks[0].annotations}) == 120


@pytest.mark.parametrize("valid", [True, False])
@pytest.mark.parametrize(
    ("about", "actor", "named"),
    [({"fork": True}, "stranger", "a fork"), ({"author": "dependabot[bot]"}, "dependabot[bot]", "Dependabot")],
)
def test_from_outside_the_preview_is_in_the_summary_and_nothing_is_asked_of_github(
    job: Job, about: dict[str, Any], actor: str, named: str, valid: bool
) -> None:
    if not valid:
        job.club.write("sessions.yml", "version: 1\n")
    step = job.step(job.event(**about), {"contents": "read"}, actor, command="preview --live")

    assert step.exit == (0 if valid else 2)
    assert job.asked == 0
    assert ("Robin Example" in step.summary) == valid
    assert (named in step.summary) == valid
    assert "permission" not in step.log.seen + step.summary
    assert (step.log.of("error") == []) == valid


@pytest.mark.parametrize("valid", [True, False])
def test_on_a_closed_pull_request_nothing_is_published(job: Job, valid: bool) -> None:
    if not valid:
        job.club.write("sessions.yml", "version: 1\n")
    step = job.step(job.event("closed"))

    assert step.exit == (0 if valid else 2)
    assert job.asked == 0
    assert ("Nothing is published: the pull request is closed." in "\n".join(step.log.lines)) == valid


@pytest.mark.parametrize(
    ("missing", "line", "seen"),
    [
        ("checks", "checks: write", ("issues/create-comment",)),
        ("pull_requests", "pull-requests: write", ("checks/create",)),
    ],
)
def test_a_token_that_may_not_write_one_of_them_says_which_line_to_add_and_shows_the_other(
    job: Job, missing: str, line: str, seen: tuple[str, ...]
) -> None:
    step = job.step(permissions={name: level for name, level in ALL.items() if name != missing})

    assert step.exit == 0
    [warning] = step.log.of("warning")
    assert f"Add '{line}' to the 'permissions:' of the job." in warning.text
    assert "Robin Example" in step.summary
    assert all(job.github.calls(call) for call in seen)


@pytest.mark.parametrize("valid", [True, False])
def test_what_github_says_is_only_text_wherever_it_is_shown(job: Job, valid: bool) -> None:
    if not valid:
        job.club.write("sessions.yml", "version: 1\n")
    hostile = "No\n::set-output name=sent::9\r##[add-mask]a %0A::error::x | `` <img src=x> @everyone \x1b[31m\u202e"
    job.github.fail("issues/create-comment", Refusal(403, hostile))
    step = job.step()

    assert step.exit == (0 if valid else 2)
    assert "No ::set-output name=sent::9" in step.log.seen
    assert not {"<img", "@everyone", "\x1b", "\u202e"} & set(re.findall(r"<img|@everyone|\x1b|\u202e", step.summary))
    assert "\x1b" not in step.raw
    assert step.outputs["sent"] == "0"


def test_wrong_files_are_told_as_such_with_a_token_that_may_nothing(job: Job) -> None:
    job.club.write("sessions.yml", "version: 1\n")
    step = job.step(permissions={"contents": "read"})

    assert step.exit == 2
    assert "Add 'checks: write'" in step.log.of("error")[-1].text
    assert "Add 'pull-requests: write'" in step.log.of("error")[-1].text


def test_without_a_token_the_preview_is_in_the_summary(job: Job) -> None:
    step = job.step(github_token="")

    assert step.exit == 0
    assert "GITHUB_TOKEN is not set" in step.log.of("warning")[0].text
    assert "Robin Example" in step.summary


def test_live_data_in_a_private_repository_is_shown_whole(job: Job) -> None:
    live_data(job)
    step = job.step(command="preview --live", now="2026-11-06T12:00:00-05:00")

    assert step.exit == 0
    assert "Ada Adult" in job.comments[0].body
    assert "Secret Place" in job.checks[0].fields["output"]["summary"]


def test_live_data_in_a_public_repository_is_nowhere_to_be_seen(job: Job) -> None:
    job.github.world.repository().private = False
    live_data(job)
    step = job.step(command="preview --live", now="2026-11-06T12:00:00-05:00")

    assert step.exit == 0
    output = job.checks[0].fields["output"]
    assert output["title"] == "1 email: 1 new"
    for place in (output["summary"], job.comments[0].body, step.summary, step.log.seen, *step.outputs.values()):
        for private in LIVE:
            assert private not in place
    assert "is not written: it would name people" in "\n".join(step.log.lines)
    assert step.outputs["preview"] == ""
    assert [*job.runner.temp.rglob("*.eml"), *job.runner.temp.rglob("*.html")] == []


def test_a_stranger_to_the_repositorys_visibility_sees_as_little(job: Job) -> None:
    live_data(job)
    payload = job.event()
    del payload["repository"]["private"]
    job.github.fail("repos/get", NOT_FOUND)
    job.step(payload, command="preview --live", now="2026-11-06T12:00:00-05:00")

    assert "Ada Adult" not in job.comments[0].body


def test_hostile_titles_are_text_wherever_they_are_shown(job: Job) -> None:
    title = HOSTILE_TEXT.replace("\n", "\\n")
    job.club.write(
        "sample.ics", vcalendar(vevent("s", title=f"Team Session {title}", attendees=("robin@example.org",)))
    )
    step = job.step()

    assert step.exit == 0
    marker, _, rest = job.comments[0].body.partition("\n")
    assert "<!--" not in rest
    assert marker.startswith("<!-- sessionsmgmt:preview:")
    for source in (rest, job.checks[0].fields["output"]["summary"]):
        page = shown(source)
        assert not calls_somebody(page)
        assert "onerror" in page.text


def test_a_preview_of_two_megabytes_is_cut_to_what_each_place_takes(job: Job) -> None:
    long = "." * 3000
    events = [
        vevent(
            f"s{number}",
            title=f"Team Session {long}",
            attendees=("robin@example.org",),
            more=(f"LOCATION:{long}",),
        )
        for number in range(200)
    ]
    job.club.write("sample.ics", vcalendar(*events))
    step = job.step()

    assert step.exit == 0
    page = f"https://github.com/{OWNER}/{REPOSITORY}"
    summary, comment = job.checks[0].fields["output"]["summary"], job.comments[0].body
    assert len(summary) <= 65_535
    assert len(comment) <= 65_536
    for source in (summary, comment):
        assert f"[the summary of the run]({page}/actions/runs/17)" in source
        shown(source.partition("-->")[2] or source)
    assert comment.endswith(f"[its checks]({page}/pull/{job.pull.number}/checks)")
    assert len(step.summary.encode()) > 900_000
    assert job.checks[0].fields["output"]["title"] == "200 emails: 200 new"


def test_two_clubs_in_one_repository_each_have_their_own(job: Job) -> None:
    for _ in range(2):
        for club in ("otters", "herons"):
            job.club.write(f"clubs/{club}/sessions.yml", SESSIONS_YML.replace("MantaBots", club.title()))
            job.club.write(f"clubs/{club}/calendar.ics", vcalendar())
            job.club.write(f"clubs/{club}/contacts.vcf", SAMPLE_CARDS)
            job.step(config=f"clubs/{club}/sessions.yml")

    assert [check.fields["name"] for check in job.checks] == [
        "Email preview (clubs/otters)",
        "Email preview (clubs/herons)",
    ]
    assert ["Otters" in comment.body for comment in job.comments] == [True, False]


def test_on_the_event_that_lends_secrets_to_strangers_nothing_is_read(job: Job) -> None:
    step = job.step(job.event(fork=True), name="pull_request_target")

    assert step.exit == 2
    assert job.asked == 0
    assert "on: pull_request" in step.log.of("error")[0].text


def test_elsewhere_publishing_has_nowhere_to_go_and_the_preview_is_of_the_clubs_own_data(job: Job) -> None:
    step = job.step(name="push", now="2026-11-06T12:00:00-05:00")

    assert step.exit == 0
    assert job.asked == 0
    assert "Nothing is published: this is no pull request." in "\n".join(step.log.lines)
    assert "campus" in "\n".join(step.log.lines)
