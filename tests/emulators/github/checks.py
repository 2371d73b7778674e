"""checks/* and pulls/get: what is said about a commit, and the pull request that it belongs to.

From the prose of the description: a conclusion is required with the status ``completed`` or a ``completed_at``, giving
one completes the run, ``stale`` is for GitHub alone, and the annotations of an update are added to those before.
"""

from __future__ import annotations

from collections.abc import Mapping

from tests.emulators.github.calls import Answer, Call, Handler
from tests.emulators.github.description import Json
from tests.emulators.github.refusals import NOT_FOUND, Refused, invalid, refused
from tests.emulators.github.repository import CheckRun, Pull
from tests.emulators.github.world import Kind


def _check(call: Call) -> None:
    """What the schemas leave to the prose. The description of an update does not even require a title."""
    body, output = call.body, call.body.get("output", {})
    if (body.get("status") == "completed" or "completed_at" in body) and "conclusion" not in body:
        raise call.breaks('Invalid request.\n\n"conclusion" wasn\'t supplied.')
    if body.get("conclusion") == "stale":
        raise call.breaks("conclusion stale is set by GitHub alone")
    if "output" in body:
        for name in ("title", "summary"):
            if not output.get(name):
                raise call.breaks(f'Invalid request.\n\n"{name}" wasn\'t supplied.')


def _write(call: Call, run: CheckRun) -> None:
    body, output = call.body, dict(call.body.get("output", {}))
    run.annotations += output.pop("annotations", [])
    run.fields |= {name: value for name, value in body.items() if name != "output"}
    if "output" in body:
        run.fields["output"] = output
    if "conclusion" in body:
        run.fields["status"] = "completed"
        run.fields.setdefault("completed_at", call.instant)
    elif "status" in body:
        for name in ("conclusion", "completed_at"):
            run.fields.pop(name, None)


def _json(call: Call, run: CheckRun) -> Json:
    fields, url = run.fields, f"{call.repository_url}/check-runs/{run.id}"
    output = fields.get("output", {})
    return {
        "id": run.id,
        "node_id": f"CR_{run.id}",
        "name": fields["name"],
        "head_sha": fields["head_sha"],
        "external_id": fields.get("external_id", ""),
        "status": fields.get("status", "queued"),
        "conclusion": fields.get("conclusion"),
        "started_at": fields.get("started_at", call.instant),
        "completed_at": fields.get("completed_at"),
        "details_url": fields.get("details_url", url),
        "url": url,
        "html_url": url,
        "output": {
            "title": output.get("title"),
            "summary": output.get("summary"),
            "text": output.get("text"),
            "annotations_count": len(run.annotations),
            "annotations_url": f"{url}/annotations",
        },
        "check_suite": {"id": 1},
        "app": {"id": 1, "slug": run.app, "name": run.app, "owner": call.user(call.world.owner)},
        "pull_requests": [],
    }


def _create(call: Call) -> Answer:
    _check(call)
    if call.body["head_sha"] not in call.repository.objects.commits:
        raise invalid("CheckRun", "head_sha")
    run = CheckRun(next(call.world.numbers), _app(call), {})
    _write(call, run)
    call.repository.checks.append(run)
    return Answer(201, _json(call, run))


def _app(call: Call) -> str:
    """The app that asks: of a job's own token it is GitHub Actions."""
    return "github-actions" if call.token and call.token.kind is Kind.JOB else call.world.app.slug


def _update(call: Call) -> Answer:
    _check(call)
    for run in call.repository.checks:
        if run.id == int(call.path["check_run_id"]):
            if run.app != _app(call):
                raise refused(403, "A check run can only be modified by the GitHub App that created it.")
            _write(call, run)
            return Answer(body=_json(call, run))
    raise Refused(NOT_FOUND)


def _list(call: Call) -> Answer:
    commit = call.repository.objects.resolve(call.path["ref"])
    if commit is None:
        raise Refused(NOT_FOUND)
    name, status = call.one("check_name"), call.one("status")
    found = [
        run
        for run in reversed(call.repository.checks)
        if run.fields["head_sha"] == commit
        and name in {"", run.fields["name"]}
        and status in {"", run.fields.get("status", "queued")}
    ]
    if call.one("filter", "latest") == "latest":
        latest: dict[tuple[str, str], CheckRun] = {}
        for run in found:
            latest.setdefault((run.app, run.fields["name"]), run)
        found = list(latest.values())
    shown, links = call.page(found)
    return Answer(body={"total_count": len(found), "check_runs": [_json(call, run) for run in shown]}, headers=links)


def _get_pull(call: Call) -> Answer:
    pull = call.repository.pulls.get(int(call.path["pull_number"]))
    if pull is None:
        raise Refused(NOT_FOUND)
    issue = call.repository.issues[pull.number]
    url = f"{call.repository_url}/pulls/{pull.number}"
    return Answer(
        body={
            "id": call.repository.id * 100_000 + pull.number,
            "number": pull.number,
            "state": issue.state,
            "title": issue.title,
            "body": issue.body,
            "user": call.user(issue.author),
            "url": url,
            "html_url": url,
            "issue_url": f"{call.repository_url}/issues/{pull.number}",
            "head": _side(call, pull.fork or call.world.owner, pull.head_ref, pull.head),
            "base": _side(call, call.world.owner, pull.base_ref, _base(call, pull)),
        }
    )


def _base(call: Call, pull: Pull) -> str:
    return call.repository.objects.refs[f"refs/heads/{pull.base_ref}"]


def _side(call: Call, owner: str, ref: str, sha: str) -> Json:
    name = call.repository.name
    repository = {
        "id": call.repository.id if owner == call.world.owner else 2**31,
        "name": name,
        "full_name": f"{owner}/{name}",
        "owner": call.user(owner),
        "private": call.repository.private,
        "fork": owner != call.world.owner,
        "url": f"{call.root}/repos/{owner}/{name}",
        "default_branch": call.repository.default_branch,
    }
    return {"label": f"{owner}:{ref}", "ref": ref, "sha": sha, "user": call.user(owner), "repo": repository}


HANDLERS: Mapping[str, Handler] = {
    "checks/create": _create,
    "checks/list-for-ref": _list,
    "checks/update": _update,
    "pulls/get": _get_pull,
}
