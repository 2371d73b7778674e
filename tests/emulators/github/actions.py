"""actions/*workflow*: which workflows there are, whether they run, and how one run went."""

from __future__ import annotations

from collections.abc import Mapping

from tests.emulators.github.calls import Answer, Call, Handler
from tests.emulators.github.description import Json
from tests.emulators.github.refusals import NOT_FOUND, Refused
from tests.emulators.github.repository import Run, Workflow, rfc3339


def _json(call: Call, workflow: Workflow) -> Json:
    return {
        "id": workflow.id,
        "node_id": f"W_{workflow.id}",
        "name": workflow.name,
        "path": workflow.path,
        "state": workflow.state,
        "url": f"{call.repository_url}/actions/workflows/{workflow.id}",
    }


def _list(call: Call) -> Answer:
    workflows = call.repository.workflows
    shown, links = call.page(workflows)
    body = {"total_count": len(workflows), "workflows": [_json(call, one) for one in shown]}
    return Answer(body=body, headers=links)


def _found(call: Call) -> Workflow:
    """A workflow by its number or by the name of its file."""
    wanted = call.path["workflow_id"]
    for workflow in call.repository.workflows:
        if wanted in {str(workflow.id), workflow.path.rpartition("/")[2]}:
            return workflow
    raise Refused(NOT_FOUND)


def _get(call: Call) -> Answer:
    return Answer(body=_json(call, _found(call)))


def _enable(call: Call) -> Answer:
    _found(call).state = "active"
    return Answer(204)


def _get_run(call: Call) -> Answer:
    run = call.repository.runs.get(int(call.path["run_id"]))
    if run is None:
        raise Refused(NOT_FOUND)
    return Answer(body=_run_json(call, run))


def _run_json(call: Call, run: Run) -> Json:
    repository, url = call.repository, f"{call.repository_url}/actions/runs/{run.id}"
    workflow = next((one for one in repository.workflows if one.id == run.workflow), None)
    short = {
        "id": repository.id,
        "name": repository.name,
        "full_name": f"{call.world.owner}/{repository.name}",
        "owner": call.user(call.world.owner),
        "private": repository.private,
        "url": call.repository_url,
    }
    commit = repository.objects.commits.get(run.head)
    return {
        "id": run.id,
        "name": workflow.name if workflow else None,
        "path": workflow.path if workflow else "",
        "workflow_id": run.workflow,
        "run_number": 1,
        "run_attempt": 1,
        "event": run.event,
        "status": run.status,
        "created_at": rfc3339(run.created),
        "run_started_at": rfc3339(run.started),
        "conclusion": run.conclusion,
        "head_branch": run.branch,
        "head_sha": run.head,
        "head_commit": {"id": run.head, "tree_id": commit.tree, "message": commit.message} if commit else None,
        "head_repository": short,
        "repository": short,
        "pull_requests": [_pull_json(call, number) for number in run.pulls],
        "url": url,
        "html_url": url,
    }


def _pull_json(call: Call, number: int) -> Json:
    pull, repository = call.repository.pulls[number], call.repository
    place = {"id": repository.id, "name": repository.name, "url": call.repository_url}
    return {
        "id": repository.id * 100_000 + number,
        "number": number,
        "url": f"{call.repository_url}/pulls/{number}",
        "head": {"ref": pull.head_ref, "sha": pull.head, "repo": place},
        "base": {"ref": pull.base_ref, "sha": repository.head(pull.base_ref), "repo": place},
    }


HANDLERS: Mapping[str, Handler] = {
    "actions/enable-workflow": _enable,
    "actions/get-workflow": _get,
    "actions/get-workflow-run": _get_run,
    "actions/list-repo-workflows": _list,
}
