from __future__ import annotations

import json
import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.emulators.github.auth import APP_CALLS, NEEDS, OPEN_CALLS
from tests.emulators.github.description import (
    FILE,
    Filler,
    Operation,
    body_problems,
    document,
    find,
    operations,
    path_problems,
    query_problems,
    schema_problems,
)
from tests.emulators.github.emulator import HANDLERS

SCRIPT = Path(__file__).parents[3] / "scripts" / "github-openapi"
WHOEVER = {"users/get-authenticated", "apps/revoke-installation-access-token"}


def operation(name: str) -> Operation:
    return next(one for one in operations() if one.id == name)


def references(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for one in node:
            yield from references(one)
    elif isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for one in node.values():
            yield from references(one)


def test_the_description_says_of_what_it_is_a_part() -> None:
    info = json.loads(FILE.read_text(encoding="utf-8"))["info"]
    assert info["package"] == "@octokit/openapi"
    assert re.fullmatch(r"\d+\.\d+\.\d+", info["version"])
    assert re.fullmatch(r"[0-9a-f]{64}", info["sha256"])


def test_whatever_the_description_refers_to_is_in_it_and_nothing_else() -> None:
    whole = json.loads(FILE.read_text(encoding="utf-8"))
    held = {f"#/components/{kind}/{name}" for kind, entries in whole["components"].items() for name in entries}
    assert set(references(whole)) == held


def test_the_script_makes_of_the_part_the_part_itself() -> None:
    whole = json.loads(FILE.read_text(encoding="utf-8"))
    script = runpy.run_path(str(SCRIPT))
    part = script["subset"](whole)
    assert part == {name: whole[name] for name in ("openapi", "paths", "components")}
    assert script["written"](part | {"info": whole["info"]}) == FILE.read_text(encoding="utf-8")


def test_the_script_keeps_names_and_leaves_prose_out() -> None:
    named = {"type": "object", "properties": {"title": {"type": "string", "title": "Title", "example": 1}}}
    bare = runpy.run_path(str(SCRIPT))["bare"](named)
    assert bare == {"type": "object", "properties": {"title": {"type": "string"}}}


def test_every_call_that_is_described_is_emulated_and_its_permission_known() -> None:
    described = {one.id for one in operations()}
    assert described == set(HANDLERS)
    assert described == set(NEEDS) | APP_CALLS | OPEN_CALLS | WHOEVER


@pytest.mark.parametrize(
    ("verb", "path", "call", "parameters"),
    [
        ("GET", "/repos/a/b/contents/x/y%20z.json", "repos/get-content", {"path": "x/y z.json"}),
        ("GET", "/repos/a/b/git/ref/heads/x/y", "git/get-ref", {"ref": "heads/x/y"}),
        ("GET", "/repos/a/b/actions/secrets/public-key", "actions/get-repo-public-key", {}),
        ("GET", "/repos/a/b/actions/secrets/KEY", "actions/get-repo-secret", {"secret_name": "KEY"}),
        ("GET", "/repos/a/b/environments/x%2Fy", "repos/get-environment", {"environment_name": "x/y"}),
        ("PATCH", "/repos/a/b/issues/comments/1", "issues/update-comment", {"comment_id": "1"}),
        ("GET", "/repos/a/b/commits", "repos/list-commits", {}),
        ("GET", "/repos/a/b/commits/x/y/check-runs", "checks/list-for-ref", {"ref": "x/y"}),
        ("DELETE", "/installation/token", "apps/revoke-installation-access-token", {}),
    ],
)
def test_a_request_line_is_one_call(verb: str, path: str, call: str, parameters: dict[str, str]) -> None:
    found = find(verb, path)
    assert found is not None
    assert found[0].id == call
    assert {name: value for name, value in found[1].items() if name not in {"owner", "repo"}} == parameters


@pytest.mark.parametrize(
    ("verb", "path"),
    [("POST", "/repos/a/b"), ("GET", "/repos/a"), ("GET", "/repos/a/b/"), ("GET", "/"), ("PUT", "/user")],
)
def test_what_is_not_emulated_is_no_call(verb: str, path: str) -> None:
    assert find(verb, path) is None


@pytest.mark.parametrize(
    ("call", "query", "problem"),
    [
        ("issues/list-for-repo", [("state", "all"), ("per_page", "100")], None),
        ("issues/list-for-repo", [("state", "ajar")], "state"),
        ("issues/list-for-repo", [("page", "two")], "page"),
        ("issues/list-for-repo", [("page", "1"), ("page", "2")], "page"),
        ("issues/list-for-repo", [("since", "2026-11-06T23:00:00")], "since"),
        ("repos/get", [("page", "1")], "page"),
    ],
)
def test_a_query_is_checked(call: str, query: list[tuple[str, str]], problem: str | None) -> None:
    problems = list(query_problems(operation(call), query))
    assert bool(problems) == bool(problem)
    assert all(str(problem) in one for one in problems)


def test_a_number_in_the_path_is_a_number() -> None:
    given = {"owner": "a", "repo": "b", "issue_number": "1"}
    assert not list(path_problems(operation("issues/get"), given))
    assert list(path_problems(operation("issues/get"), given | {"issue_number": "one"}))


@pytest.mark.parametrize(
    ("call", "body"),
    [
        ("issues/create", {"title": "a", "assignee": None}),
        ("issues/update", {"body": None}),
        ("git/create-tree", {"tree": [{"path": "a", "sha": None}]}),
        ("checks/create", {"name": "a", "head_sha": "b", "completed_at": "2026-11-06T23:00:00Z"}),
    ],
)
def test_a_body_that_fits_is_no_problem(call: str, body: object) -> None:
    assert body_problems(operation(call), body) == []


@pytest.mark.parametrize(
    ("call", "body"),
    [
        ("issues/create", {}),
        ("issues/create", []),
        ("issues/create", {"title": None}),
        ("issues/create", {"title": "a", "colour": "red"}),
        ("issues/create", {"title": "a", "body": None}),
        ("actions/create-or-update-repo-secret", {"encrypted_value": "AAAA"}),
        ("actions/create-or-update-repo-secret", {"encrypted_value": "no base64", "key_id": "1"}),
        ("checks/create", {"name": "a", "head_sha": "b", "completed_at": "yesterday"}),
        ("checks/create", {"name": "a", "head_sha": "b", "completed_at": "2026-11-06T23:00:00"}),
        ("actions/enable-workflow", {}),
    ],
)
def test_a_body_that_does_not_fit_is_a_problem(call: str, body: object) -> None:
    assert body_problems(operation(call), body)


def test_an_answer_is_filled_up_to_what_its_schema_demands() -> None:
    filler = Filler("http://127.0.0.1:1", "2026-11-06T23:00:00Z")
    for one in operations():
        for schema in (schema for schema in one.answers.values() if schema is not None and one.id != "git/create-ref"):
            if schema.get("type") != "array" and "git/" not in one.id:
                assert not schema_problems(schema, filler.fill(schema)), one.id
    issue = filler.fill(document()["components"]["schemas"]["issue"], {"title": "kept", "extra": 1})
    assert (issue["title"], issue["extra"], issue["created_at"]) == ("kept", 1, "2026-11-06T23:00:00Z")
