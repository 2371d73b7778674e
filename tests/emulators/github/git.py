"""git/*: the objects of a repository and the refs, below what the calls about files do.

A ref is made only if there is none of that name, and moved only forwards unless forced: both are decided here, in one
step, so that of two who try one loses.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime

from tests.emulators.github.calls import Answer, Call, Handler
from tests.emulators.github.description import Json
from tests.emulators.github.objects import FILE_MODE, Commit, Entry, Objects, Signature
from tests.emulators.github.refusals import EMPTY, NOT_FOUND, Refused, refused
from tests.emulators.github.repository import rfc3339


def signature_json(who: Signature) -> Json:
    """Who did something, as the API has it."""
    return {"name": who.name, "email": who.email, "date": rfc3339(who.at)}


def parents_json(call: Call, sha: str) -> list[Json]:
    """The parents of a commit, as the API has them."""
    parents = call.repository.objects.commits[sha].parents
    url = f"{call.repository_url}/git/commits"
    return [{"sha": parent, "url": f"{url}/{parent}", "html_url": f"{url}/{parent}"} for parent in parents]


def signature(call: Call, given: Mapping[str, str] | None) -> Signature:
    """The author or committer that the request names; otherwise whoever asks, now."""
    if not given:
        return Signature(call.author, f"{call.author}@users.noreply.github.com", call.world.now)
    at = datetime.fromisoformat(given["date"]) if "date" in given else call.world.now
    return Signature(given["name"], given["email"], at)


def _objects(call: Call) -> Objects:
    objects = call.repository.objects
    if not objects.refs:
        raise Refused(EMPTY)
    return objects


def _create_blob(call: Call) -> Answer:
    objects, content = _objects(call), call.body["content"]
    try:
        encoded = call.body.get("encoding", "utf-8") == "base64"
        data = base64.b64decode(content, validate=True) if encoded else content.encode()
    except ValueError:
        raise call.breaks("content is not valid Base64") from None
    sha = objects.add_blob(data)
    return Answer(201, {"sha": sha, "url": f"{call.repository_url}/git/blobs/{sha}"})


def _get_blob(call: Call) -> Answer:
    sha = call.path["file_sha"]
    data = _objects(call).blobs.get(sha)
    if data is None:
        raise Refused(NOT_FOUND)
    content = base64.b64encode(data).decode()
    url = f"{call.repository_url}/git/blobs/{sha}"
    return Answer(body={"sha": sha, "content": content, "encoding": "base64", "size": len(data), "url": url})


def _create_tree(call: Call) -> Answer:
    objects, base = _objects(call), call.body.get("base_tree")
    files: dict[str, Entry] = {}
    if base:
        tree = objects.commits[base].tree if base in objects.commits else base
        if tree not in objects.trees:
            raise refused(422, "base_tree is not a valid tree oid")
        files = objects.files(tree)
    for one in call.body["tree"]:
        path = one.get("path", "")
        if not path or path.startswith("/") or any(part in {"", ".", "..", ".git"} for part in path.split("/")):
            raise call.breaks("tree.path contains a malformed path component")
        if "content" in one and "sha" in one:
            raise call.breaks("Must supply either tree.sha or tree.content, not both.")
        files = {name: entry for name, entry in files.items() if name != path and not name.startswith(f"{path}/")}
        files |= _files(call, objects, path, one)
    return Answer(201, _tree_json(call, objects, objects.add_tree(files), recursive=False))


def _files(call: Call, objects: Objects, path: str, one: Json) -> dict[str, Entry]:
    mode = one.get("mode", FILE_MODE)
    if "content" in one:
        return {path: Entry(mode, "blob", objects.add_blob(one["content"].encode()))}
    sha = one.get("sha")
    if sha is None:
        return {}
    if sha in objects.trees:
        return objects.files(sha, f"{path}/")
    if sha not in objects.blobs:
        raise call.breaks(f"tree.sha {sha} is not a valid blob")
    return {path: Entry(mode, "blob", sha)}


def _tree_json(call: Call, objects: Objects, sha: str, *, recursive: bool) -> Json:
    url = f"{call.repository_url}/git"
    entries: dict[str, Entry] = objects.files(sha) if recursive else objects.trees[sha]
    tree = []
    for path, entry in entries.items():
        size = {"size": len(objects.blobs[entry.sha])} if entry.sha in objects.blobs else {}
        place = f"{url}/{entry.kind}s/{entry.sha}"
        tree.append({"path": path, "mode": entry.mode, "type": entry.kind, "sha": entry.sha, "url": place, **size})
    return {"sha": sha, "url": f"{url}/trees/{sha}", "tree": tree, "truncated": False}


def _get_tree(call: Call) -> Answer:
    objects, wanted = _objects(call), call.path["tree_sha"]
    commit = objects.resolve(wanted)
    sha = objects.commits[commit].tree if commit else wanted
    if sha not in objects.trees:
        raise Refused(NOT_FOUND)
    return Answer(body=_tree_json(call, objects, sha, recursive=bool(call.one("recursive"))))


def _create_commit(call: Call) -> Answer:
    objects, body = _objects(call), call.body
    if body["tree"] not in objects.trees:
        raise refused(422, "Tree SHA does not exist")
    parents = tuple(body.get("parents", ()))
    if any(parent not in objects.commits for parent in parents):
        raise refused(422, "Parent SHA does not exist or is not a commit object")
    author = signature(call, body.get("author"))
    committer = signature(call, body["committer"]) if "committer" in body else author
    return Answer(
        201, _commit_json(call, objects.add_commit(Commit(body["tree"], parents, body["message"], author, committer)))
    )


def _commit_json(call: Call, sha: str) -> Json:
    commit = call.repository.objects.commits[sha]
    url = f"{call.repository_url}/git"
    return {
        "sha": sha,
        "url": f"{url}/commits/{sha}",
        "message": commit.message,
        "author": signature_json(commit.author),
        "committer": signature_json(commit.committer),
        "tree": {"sha": commit.tree, "url": f"{url}/trees/{commit.tree}"},
        "parents": parents_json(call, sha),
    }


def _get_commit(call: Call) -> Answer:
    if call.path["commit_sha"] not in _objects(call).commits:
        raise Refused(NOT_FOUND)
    return Answer(body=_commit_json(call, call.path["commit_sha"]))


def _ref_json(call: Call, ref: str) -> Json:
    sha, url = call.repository.objects.refs[ref], f"{call.repository_url}/git"
    target = {"type": "commit", "sha": sha, "url": f"{url}/commits/{sha}"}
    return {"ref": ref, "node_id": f"REF_{ref}", "url": f"{url}/{ref}", "object": target}


def _create_ref(call: Call) -> Answer:
    objects, ref, sha = _objects(call), call.body["ref"], call.body["sha"]
    if not ref.startswith("refs/") or ref.count("/") < 2 or ref.endswith("/"):
        raise call.breaks("Reference name must start with 'refs/' and have at least two slashes")
    if ref in objects.refs:
        raise refused(422, "Reference already exists")
    if sha not in objects.commits:
        raise refused(422, "Object does not exist")
    objects.refs[ref] = sha
    return Answer(201, _ref_json(call, ref))


def _get_ref(call: Call) -> Answer:
    ref = f"refs/{call.path['ref']}"
    if ref not in _objects(call).refs:
        raise Refused(NOT_FOUND)
    return Answer(body=_ref_json(call, ref))


def _list_matching_refs(call: Call) -> Answer:
    start = f"refs/{call.path['ref']}"
    return Answer(body=[_ref_json(call, ref) for ref in sorted(_objects(call).refs) if ref.startswith(start)])


def _update_ref(call: Call) -> Answer:
    objects, ref, sha = _objects(call), f"refs/{call.path['ref']}", call.body["sha"]
    if ref not in objects.refs:
        raise refused(422, "Reference does not exist")
    if sha not in objects.commits:
        raise refused(422, "Object does not exist")
    if not call.body.get("force", False) and objects.refs[ref] not in objects.history(sha):
        raise refused(422, "Update is not a fast forward")
    objects.refs[ref] = sha
    return Answer(body=_ref_json(call, ref))


def _delete_ref(call: Call) -> Answer:
    objects, ref = _objects(call), f"refs/{call.path['ref']}"
    if ref not in objects.refs:
        raise refused(422, "Reference does not exist")
    del objects.refs[ref]
    return Answer(204)


HANDLERS: Mapping[str, Handler] = {
    "git/create-blob": _create_blob,
    "git/create-commit": _create_commit,
    "git/create-ref": _create_ref,
    "git/create-tree": _create_tree,
    "git/delete-ref": _delete_ref,
    "git/get-blob": _get_blob,
    "git/get-commit": _get_commit,
    "git/get-ref": _get_ref,
    "git/get-tree": _get_tree,
    "git/list-matching-refs": _list_matching_refs,
    "git/update-ref": _update_ref,
}
