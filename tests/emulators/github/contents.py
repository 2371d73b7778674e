"""repos/*: a repository, its branches and commits, and its files one by one.

A file is written by compare-and-swap: with the id of the content that it replaces, which GitHub checks.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping

from tests.emulators.github.calls import Answer, Call, Handler
from tests.emulators.github.description import Json
from tests.emulators.github.git import parents_json, signature, signature_json
from tests.emulators.github.objects import Entry
from tests.emulators.github.refusals import EMPTY, NOT_FOUND, Refused, refused
from tests.emulators.github.repository import PERSON, rfc3339

SMALL = 1024 * 1024
"""Up to so many bytes a file's content is part of the JSON."""
LARGEST = 100 * 1024 * 1024
_SHOWN = ("refs/heads/", "refs/tags/")
RAW_TYPES = ("application/vnd.github.raw", "application/vnd.github.v3.raw")


def _get(call: Call) -> Answer:
    repository = call.repository
    url = call.repository_url
    return Answer(
        body={
            "id": repository.id,
            "node_id": f"R_{repository.id}",
            "name": repository.name,
            "full_name": f"{call.world.owner}/{repository.name}",
            "owner": call.user(call.world.owner),
            "private": repository.private,
            "visibility": "private" if repository.private else "public",
            "archived": repository.archived,
            "pushed_at": rfc3339(repository.pushed),
            "default_branch": repository.default_branch,
            "permissions": {"admin": False, "push": _may_push(call), "pull": True},
            "url": url,
        }
    )


def _may_push(call: Call) -> bool:
    token = call.token
    return bool(token and ("repo" in token.scopes or token.permissions.get("contents") == "write"))


def _commit(call: Call, sha: str) -> Json:
    """A commit as the calls about repositories have it."""
    commit = call.repository.objects.commits[sha]
    return {
        "sha": sha,
        "url": f"{call.repository_url}/commits/{sha}",
        "commit": {
            "message": commit.message,
            "author": signature_json(commit.author),
            "committer": signature_json(commit.committer),
            "tree": {"sha": commit.tree, "url": f"{call.repository_url}/git/trees/{commit.tree}"},
            "comment_count": 0,
            "url": f"{call.repository_url}/git/commits/{sha}",
        },
        "author": call.user(commit.author.name),
        "committer": call.user(commit.committer.name),
        "parents": parents_json(call, sha),
    }


def _get_branch(call: Call) -> Answer:
    name = call.path["branch"]
    sha = call.repository.objects.refs.get(f"refs/heads/{name}")
    if sha is None:
        raise refused(404, "Branch not found")
    url = f"{call.repository_url}/branches/{name}"
    return Answer(body={"name": name, "commit": _commit(call, sha), "_links": {"self": url, "html": url}})


def _list_commits(call: Call) -> Answer:
    objects = call.repository.objects
    if not objects.refs:
        raise Refused(EMPTY)
    start = objects.resolve(call.one("sha", call.repository.default_branch))
    if start is None:
        raise Refused(NOT_FOUND)
    found = list(objects.history(start))
    if path := call.one("path"):
        found = [sha for sha in found if _changes(call, sha, path)]
    shown, links = call.page(found)
    return Answer(body=[_commit(call, sha) for sha in shown], headers=links)


def _changes(call: Call, sha: str, path: str) -> bool:
    objects = call.repository.objects
    parents = objects.commits[sha].parents
    return (objects.at(parents[0], path) if parents else None) != objects.at(sha, path)


def _entry_json(call: Call, path: str, entry: Entry) -> Json:
    objects = call.repository.objects
    kind = {"blob": "file", "tree": "dir", "commit": "submodule"}[entry.kind]
    url = f"{call.repository_url}/contents/{path}"
    return {
        "type": kind,
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": entry.sha,
        "size": len(objects.blobs[entry.sha]) if entry.kind == "blob" else 0,
        "url": url,
        "git_url": f"{call.repository_url}/git/{entry.kind}s/{entry.sha}",
        "_links": {"self": url},
    }


def _get_content(call: Call) -> Answer:
    objects, path = call.repository.objects, call.path["path"].strip("/")
    if not objects.refs:
        raise refused(404, "This repository is empty.")
    ref = call.one("ref", call.repository.default_branch)
    hidden = call.repository.hides_other_refs and ref.startswith("refs/") and not ref.startswith(_SHOWN)
    commit = None if hidden else objects.resolve(ref)
    if commit is None:
        raise refused(404, f"No commit found for the ref {ref}")
    entry = objects.at(commit, path)
    if entry is None:
        raise Refused(NOT_FOUND)
    if entry.kind == "tree":
        inner = objects.trees[entry.sha]
        return Answer(body=[_entry_json(call, f"{path}/{name}", one) for name, one in inner.items()])
    data = objects.blobs.get(entry.sha, b"")
    if len(data) > LARGEST:
        raise refused(403, "This API returns blobs up to 100 MB in size.")
    if (call.headers.get("Accept") or "").startswith(RAW_TYPES):
        return Answer(raw=data)
    content = base64.b64encode(data).decode() if len(data) <= SMALL else ""
    lines = "".join(f"{content[start : start + 60]}\n" for start in range(0, len(content), 60))
    encoding = "base64" if len(data) <= SMALL else "none"
    return Answer(body={**_entry_json(call, path, entry), "content": lines, "encoding": encoding})


def _write(call: Call) -> Answer:
    try:
        data = base64.b64decode("".join(call.body["content"].split()), validate=True)
    except ValueError:
        raise call.breaks("content is not valid Base64") from None
    return _swap(call, data)


def _delete(call: Call) -> Answer:
    return _swap(call, None)


def _swap(call: Call, data: bytes | None) -> Answer:
    """Put new content in the place of that with the id in the request, in a commit on top of the branch."""
    objects, path = call.repository.objects, call.path["path"].strip("/")
    branch = call.body.get("branch", call.repository.default_branch).removeprefix("refs/heads/")
    head = objects.refs.get(f"refs/heads/{branch}")
    if head is None and (objects.refs or branch != call.repository.default_branch):
        raise refused(404, f"Branch {branch} not found")
    before = objects.at(head, path) if head else None
    if before is None and data is None:
        raise Refused(NOT_FOUND)
    given = call.body.get("sha")
    if before and not given:
        raise refused(422, 'Invalid request.\n\n"sha" wasn\'t supplied.')
    if given and (before is None or before.sha != given):
        raise refused(409, f"{path} does not match {given}")
    committer = signature(call, call.body.get("committer"))
    author = signature(call, call.body["author"]) if "author" in call.body else committer
    sha = objects.save(branch, {path: data}, call.body["message"], author, committer)
    entry = objects.at(sha, path)
    commit = objects.commits[sha]
    answer: Json = {
        "content": _entry_json(call, path, entry) if entry else None,
        "commit": {
            "sha": sha,
            "url": f"{call.repository_url}/git/commits/{sha}",
            "message": commit.message,
            "author": signature_json(commit.author),
            "committer": signature_json(commit.committer),
            "tree": {"sha": commit.tree, "url": f"{call.repository_url}/git/trees/{commit.tree}"},
            "parents": parents_json(call, sha),
        },
    }
    return Answer(200 if before else 201, answer)


def _environment(call: Call, name: str) -> Json:
    number = sorted(call.repository.environments).index(name) + 1
    url = f"{call.repository_url}/environments/{name}"
    return {"id": number, "name": name, "url": url, "created_at": call.instant, "updated_at": call.instant}


def _get_environment(call: Call) -> Answer:
    wanted = call.path["environment_name"].casefold()
    for name in call.repository.environments:
        if name.casefold() == wanted:
            return Answer(body=_environment(call, name))
    raise Refused(NOT_FOUND)


def _get_all_environments(call: Call) -> Answer:
    names = sorted(call.repository.environments)
    shown, links = call.page(names)
    found = [_environment(call, name) for name in shown]
    return Answer(body={"total_count": len(names), "environments": found}, headers=links)


def _get_user(call: Call) -> Answer:
    person = call.author or PERSON
    return Answer(body={**call.user(person), "name": None, "email": None})


HANDLERS: Mapping[str, Handler] = {
    "repos/get": _get,
    "repos/get-all-environments": _get_all_environments,
    "repos/get-branch": _get_branch,
    "repos/get-content": _get_content,
    "repos/get-environment": _get_environment,
    "repos/create-or-update-file-contents": _write,
    "repos/delete-file": _delete,
    "repos/list-commits": _list_commits,
    "users/get-authenticated": _get_user,
}
