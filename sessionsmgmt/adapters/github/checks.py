"""A preview as a check run on the pull request's last commit (GitHub, "REST API endpoints for check runs")."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from github.Repository import Repository

from sessionsmgmt.adapters.github.access import RepositoryName
from sessionsmgmt.adapters.github.account import Account
from sessionsmgmt.adapters.github.client import Purpose, UncertainError
from sessionsmgmt.adapters.github.paging import every, numbered
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.ports.pull_requests import Annotation, PreviewReport

LONGEST_SUMMARY = 65_535
"""Characters that GitHub takes; counted as bytes, which are never fewer."""

BATCH = 50
"""Annotations that one request may bring. Those of a later one are added to those before."""

LONGEST_MESSAGE = 4_000
"""Characters of an annotation: far less than GitHub takes, and more than anybody reads."""

_PURPOSE = Purpose("writing the check", "checks: write")
_PAGE = 100


@dataclass(frozen=True, slots=True)
class _Known:
    """A check run that is there: its id, and what was said with it so far."""

    id: int
    mark: str
    app: str
    title: str
    summary: str
    conclusion: str
    annotations: int


class CheckRun:
    """The check run of one club's preview on one commit, known again by ``mark`` (the external id) and by its App.

    Only Apps may write check runs, the job's own token included, and each only its own. Needs ``checks: write``.
    """

    def __init__(self, account: Account, repository: RepositoryName, commit: str, name: str, mark: str) -> None:
        self._account = account
        self._hub = account.hub
        self._repository = account.hub.repository(repository)
        self._commit = commit
        self._name = name
        self._mark = mark

    def show(self, preview_report: PreviewReport) -> None:
        """See ``ports.PreviewPublisher``. A job that is run again brings its own check run up to date."""
        summary = preview_report.text(LONGEST_SUMMARY).strip()
        known = self._find() or self._made(preview_report, summary)
        content = (preview_report.title, summary, str(preview_report.conclusion))
        if (known.title, known.summary, known.conclusion) != content:
            self._edit(known.id, preview_report, summary, ())
        # Annotations can't be taken back, only added: those that are there are of the same commit, so they are these.
        for batch in _batches(preview_report.annotations[known.annotations :]):
            self._edit(known.id, preview_report, summary, batch)

    def _find(self) -> _Known | None:
        page = partial(_page, self._repository, self._commit, self._name)
        runs = every(lambda number: self._hub.repeat(partial(page, number), _PURPOSE))
        return next((run for run in runs if run.mark == self._mark and run.app == self._account.app()), None)

    def _made(self, preview_report: PreviewReport, summary: str) -> _Known:
        """A new check run with the first annotations. Where GitHub leaves that open, the list shows it."""
        first = preview_report.annotations[:BATCH]
        body = _body(preview_report, summary, first) | {
            "name": self._name,
            "head_sha": self._commit,
            "external_id": self._mark,
        }
        try:
            made = self._hub.once(partial(_create, self._repository, body), _PURPOSE)
        except UncertainError:
            if (run := self._find()) is None:
                raise
            return run
        return _Known(made, self._mark, "", preview_report.title, summary, str(preview_report.conclusion), len(first))

    def _edit(
        self, number: int, preview_report: PreviewReport, summary: str, annotations: Sequence[Annotation]
    ) -> None:
        call = partial(_update, self._repository, number, _body(preview_report, summary, annotations))
        if annotations:
            self._hub.once(call, _PURPOSE)  # a second time, they would be there twice
        else:
            self._hub.repeat(call, _PURPOSE)


def _batches(annotations: Sequence[Annotation]) -> Iterator[Sequence[Annotation]]:
    return (annotations[start : start + BATCH] for start in range(0, len(annotations), BATCH))


def _body(preview_report: PreviewReport, summary: str, annotations: Sequence[Annotation]) -> dict[str, object]:
    output: dict[str, object] = {"title": preview_report.title, "summary": summary}
    if annotations:
        output["annotations"] = [_annotation(annotation) for annotation in annotations]
    return {"status": "completed", "conclusion": str(preview_report.conclusion), "output": output}


def _annotation(annotation: Annotation) -> Mapping[str, str | int]:
    """An annotation in the form of the API, which takes columns only for annotations of one line."""
    line = max(1, annotation.line)
    columns = (
        {"start_column": annotation.column, "end_column": annotation.column}
        if annotation.line and annotation.column
        else {}
    )
    return {
        "path": annotation.file,
        "start_line": line,
        "end_line": line,
        **columns,
        "annotation_level": "failure",
        "title": annotation.title[:255],
        "message": annotation.text[:LONGEST_MESSAGE],
    }


def _page(repository: Repository, commit: str, name: str, number: int) -> list[_Known]:
    """A page of the check runs of that name, every one of them: ``latest`` would hide all but one club's."""
    query = {"check_name": name, "filter": "all", **numbered(number)}
    _, reply = repository.requester.requestJsonAndCheck(
        "GET", f"{repository.url}/commits/{commit}/check-runs", parameters=query
    )
    return [_known(run) for run in reply["check_runs"]]


def _known(run: Mapping[str, object]) -> _Known:
    output, app = run["output"], run["app"]
    if not isinstance(output, dict) or not isinstance(run["id"], int):
        raise TypeError("this is no check run")
    return _Known(
        run["id"],
        str(run["external_id"]),
        str(app["slug"]) if isinstance(app, dict) else "",
        str(output["title"]),
        str(output["summary"]),
        str(run["conclusion"]),
        int(output["annotations_count"]),
    )


def _create(repository: Repository, body: Mapping[str, object]) -> int:
    _, made = repository.requester.requestJsonAndCheck("POST", f"{repository.url}/check-runs", input=dict(body))
    return int(made["id"])


def _update(repository: Repository, number: int, body: Mapping[str, object]) -> None:
    url = f"{repository.url}/check-runs/{number}"
    _, changed = repository.requester.requestJsonAndCheck("PATCH", url, input=dict(body))
    if changed["id"] != number:
        raise ValueError("this is not GitHub's answer")
