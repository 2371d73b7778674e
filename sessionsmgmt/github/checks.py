"""A preview as a check run on the pull request's last commit (GitHub, "REST API endpoints for check runs")."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from github.Repository import Repository

from sessionsmgmt.github.account import Account
from sessionsmgmt.github.client import Purpose, RepositoryName, UncertainError, page_numbers
from sessionsmgmt.ports import Exhibit, Remark

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

    def show(self, exhibit: Exhibit) -> None:
        """See ``ports.Display``. A job that is run again brings its own check run up to date."""
        summary = exhibit.text(LONGEST_SUMMARY).strip()
        known = self._find() or self._made(exhibit, summary)
        wanted = (exhibit.title, summary, str(exhibit.conclusion))
        if (known.title, known.summary, known.conclusion) != wanted:
            self._edit(known.id, exhibit, summary, ())
        # Annotations can't be taken back, only added: those that are there are of the same commit, so they are these.
        for batch in _batches(exhibit.remarks[known.annotations :]):
            self._edit(known.id, exhibit, summary, batch)

    def _find(self) -> _Known | None:
        for number in page_numbers():
            call = partial(_page, self._repository, self._commit, self._name, number)
            page = self._hub.repeat(call, _PURPOSE)
            if found := next((run for run in page if run.mark == self._mark and run.app == self._account.app()), None):
                return found
            if len(page) < _PAGE:
                break
        return None

    def _made(self, exhibit: Exhibit, summary: str) -> _Known:
        """A new check run with the first annotations. Where it can't be known whether it was made, a look tells."""
        first = exhibit.remarks[:BATCH]
        body = _body(exhibit, summary, first) | {
            "name": self._name,
            "head_sha": self._commit,
            "external_id": self._mark,
        }
        try:
            made = self._hub.once(partial(_create, self._repository, body), _PURPOSE)
        except UncertainError:
            if (found := self._find()) is None:
                raise
            return found
        return _Known(made, self._mark, "", exhibit.title, summary, str(exhibit.conclusion), len(first))

    def _edit(self, number: int, exhibit: Exhibit, summary: str, remarks: Sequence[Remark]) -> None:
        call = partial(_update, self._repository, number, _body(exhibit, summary, remarks))
        if remarks:
            self._hub.once(call, _PURPOSE)  # a second time, they would be there twice
        else:
            self._hub.repeat(call, _PURPOSE)


def _batches(remarks: Sequence[Remark]) -> Iterator[Sequence[Remark]]:
    return (remarks[start : start + BATCH] for start in range(0, len(remarks), BATCH))


def _body(exhibit: Exhibit, summary: str, remarks: Sequence[Remark]) -> dict[str, object]:
    output: dict[str, object] = {"title": exhibit.title, "summary": summary}
    if remarks:
        output["annotations"] = [_annotation(one) for one in remarks]
    return {"status": "completed", "conclusion": str(exhibit.conclusion), "output": output}


def _annotation(remark: Remark) -> Mapping[str, str | int]:
    """A remark as the API takes it. Columns belong to annotations of one line alone."""
    line = max(1, remark.line)
    columns = {"start_column": remark.column, "end_column": remark.column} if remark.line and remark.column else {}
    return {
        "path": remark.file,
        "start_line": line,
        "end_line": line,
        **columns,
        "annotation_level": "failure",
        "title": remark.title[:255],
        "message": remark.text[:LONGEST_MESSAGE],
    }


def _page(repository: Repository, commit: str, name: str, number: int) -> list[_Known]:
    """A page of the check runs of that name, every one of them: ``latest`` would hide all but one club's."""
    wanted = {"check_name": name, "filter": "all", "per_page": _PAGE, "page": number}
    _, found = repository.requester.requestJsonAndCheck(
        "GET", f"{repository.url}/commits/{commit}/check-runs", parameters=wanted
    )
    return [_known(one) for one in found["check_runs"]]


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
