"""issues/*: issues, the comments below them and below pull requests, and labels.

To the API a pull request is an issue too, and is listed among them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from tests.emulators.github.calls import Answer, Call, Handler
from tests.emulators.github.description import Json
from tests.emulators.github.refusals import NOT_FOUND, Refused, invalid, refused
from tests.emulators.github.repository import Comment, Issue, rfc3339

LONGEST = 65_536
COLOR = "ededed"


def _label(call: Call, name: str) -> Json:
    names = list(call.repository.labels)
    return {
        "id": names.index(name) + 1,
        "node_id": f"LA_{name}",
        "url": f"{call.repository_url}/labels/{name}",
        "name": name,
        "color": call.repository.labels[name],
        "default": False,
        "description": None,
    }


def _issue_json(call: Call, issue: Issue) -> Json:
    url = f"{call.repository_url}/issues/{issue.number}"
    found: Json = {
        "id": call.repository.id * 100_000 + issue.number,
        "node_id": f"I_{issue.number}",
        "number": issue.number,
        "title": issue.title,
        "body": issue.body,
        "state": issue.state,
        "state_reason": issue.reason,
        "labels": [_label(call, name) for name in issue.labels],
        "assignees": [call.user(login) for login in issue.assignees],
        "user": call.user(issue.author) if issue.author else None,
        "comments": len(issue.comments),
        "created_at": rfc3339(issue.created),
        "updated_at": rfc3339(issue.updated),
        "closed_at": rfc3339(issue.closed) if issue.closed else None,
        "url": url,
        "html_url": url,
        "comments_url": f"{url}/comments",
        "labels_url": f"{url}/labels{{/name}}",
        "repository_url": call.repository_url,
    }
    if issue.pull:
        place = f"{call.repository_url}/pulls/{issue.number}"
        found["pull_request"] = {"url": place, "html_url": place, "diff_url": place, "patch_url": place}
    return found


def _list(call: Call) -> Answer:
    wanted = {one for one in call.one("labels").split(",") if one}
    state, creator, since = call.one("state", "open"), call.one("creator"), call.one("since")
    found = [
        issue
        for issue in call.repository.issues.values()
        if state in {"all", issue.state}
        and wanted <= set(issue.labels)
        and creator in {"", issue.author}
        and (not since or issue.updated >= datetime.fromisoformat(since))
        and call.one("assignee", "*") in {"*", *issue.assignees}
    ]
    keys = {
        "created": lambda one: (one.created, one.number),
        "updated": lambda one: (one.updated, one.number),
        "comments": lambda one: (len(one.comments), one.number),
    }
    found.sort(key=keys[call.one("sort", "created")], reverse=call.one("direction", "desc") == "desc")
    shown, links = call.page(found)
    return Answer(body=[_issue_json(call, one) for one in shown], headers=links)


def _found(call: Call) -> Issue:
    issue = call.repository.issues.get(int(call.path["issue_number"]))
    if issue is None:
        raise Refused(NOT_FOUND)
    return issue


def _get(call: Call) -> Answer:
    return Answer(body=_issue_json(call, _found(call)))


def _labels(call: Call, given: Iterable[str | Json]) -> list[str]:
    """The names given, of which those that the repository does not have yet become labels of it."""
    known = {name.casefold(): name for name in call.repository.labels}
    names: list[str] = []
    for one in given:
        name = one if isinstance(one, str) else one.get("name", "")
        if not name:
            raise invalid("Label", "name", "missing_field")
        name = known.setdefault(name.casefold(), name)
        call.repository.labels.setdefault(name, COLOR)
        if name not in names:
            names.append(name)
    return names


def _text(call: Call, name: str) -> str | None:
    """A text of the body, which has a longest length."""
    text: str | None = call.body.get(name)
    if text is not None and len(text) > LONGEST:
        call.broken(f"{call.operation.id}: {name} is too long")
        raise refused(422, "Validation Failed", f"{name} is too long (maximum is {LONGEST} characters)")
    return text


def _create(call: Call) -> Answer:
    title = str(call.body["title"])
    if not title.strip():
        raise invalid("Issue", "title", "missing_field")
    now, repository = call.world.now, call.repository
    issue = Issue(
        repository.next_number(),
        title,
        _text(call, "body"),
        call.author,
        now,
        now,
        _labels(call, call.body.get("labels", ())),
        list(call.body.get("assignees", ())),
    )
    repository.issues[issue.number] = issue
    return Answer(201, _issue_json(call, issue))


def _update(call: Call) -> Answer:
    issue, body, now = _found(call), call.body, call.world.now
    if "title" in body and not str(body["title"] or "").strip():
        raise invalid("Issue", "title", "missing_field")
    text = _text(call, "body")
    if "labels" in body:
        issue.labels = _labels(call, body["labels"])
    if "title" in body:
        issue.title = str(body["title"])
    if "body" in body:
        issue.body = text
    if "assignees" in body:
        issue.assignees = [one if isinstance(one, str) else one["login"] for one in body["assignees"]]
    if (state := body.get("state", issue.state)) != issue.state:
        issue.state, issue.closed = state, (now if state == "closed" else None)
        issue.reason = body.get("state_reason") or ("completed" if state == "closed" else "reopened")
    issue.updated = now
    return Answer(body=_issue_json(call, issue))


def _comment_json(call: Call, issue: Issue, comment: Comment) -> Json:
    url = f"{call.repository_url}/issues/comments/{comment.id}"
    return {
        "id": comment.id,
        "node_id": f"IC_{comment.id}",
        "url": url,
        "html_url": url,
        "issue_url": f"{call.repository_url}/issues/{issue.number}",
        "body": comment.body,
        "user": call.user(comment.author) if comment.author else None,
        "created_at": rfc3339(comment.created),
        "updated_at": rfc3339(comment.updated),
        "author_association": "NONE",
    }


def _create_comment(call: Call) -> Answer:
    issue, text = _found(call), _comment_text(call)
    comment = Comment(next(call.world.numbers), text, call.author, call.world.now, call.world.now)
    issue.comments.append(comment)
    issue.updated = call.world.now
    return Answer(201, _comment_json(call, issue, comment))


def _comment_text(call: Call) -> str:
    text = _text(call, "body")
    if not text or not text.strip():
        raise invalid("IssueComment", "body", "missing_field")
    return text


def _list_comments(call: Call) -> Answer:
    issue, since = _found(call), call.one("since")
    found = [comment for comment in issue.comments if not since or comment.updated >= datetime.fromisoformat(since)]
    shown, links = call.page(found)
    return Answer(body=[_comment_json(call, issue, one) for one in shown], headers=links)


def _list_all_comments(call: Call) -> Answer:
    """Those of every issue and pull request, in the order of their ids unless another one is asked for."""
    since, newest = call.one("since"), call.one("direction", "asc") == "desc"
    found = [
        (issue, comment)
        for issue in call.repository.issues.values()
        for comment in issue.comments
        if not since or comment.updated >= datetime.fromisoformat(since)
    ]
    found.sort(key=lambda one: one[1].id, reverse=bool(call.one("sort")) and newest)
    shown, links = call.page(found)
    return Answer(body=[_comment_json(call, issue, one) for issue, one in shown], headers=links)


def _found_comment(call: Call) -> tuple[Issue, Comment]:
    for issue in call.repository.issues.values():
        for comment in issue.comments:
            if comment.id == int(call.path["comment_id"]):
                return issue, comment
    raise Refused(NOT_FOUND)


def _update_comment(call: Call) -> Answer:
    issue, comment = _found_comment(call)
    comment.body, comment.updated = _comment_text(call), call.world.now
    return Answer(body=_comment_json(call, issue, comment))


def _delete_comment(call: Call) -> Answer:
    issue, comment = _found_comment(call)
    issue.comments.remove(comment)
    return Answer(204)


def _create_label(call: Call) -> Answer:
    name, labels = call.body["name"], call.repository.labels
    if name.casefold() in {label.casefold() for label in labels}:
        raise invalid("Label", "name", "already_exists")
    labels[name] = call.body.get("color", COLOR).removeprefix("#")
    return Answer(201, _label(call, name) | {"description": call.body.get("description")})


def _get_label(call: Call) -> Answer:
    for name in call.repository.labels:
        if name.casefold() == call.path["name"].casefold():
            return Answer(body=_label(call, name))
    raise Refused(NOT_FOUND)


HANDLERS: Mapping[str, Handler] = {
    "issues/create": _create,
    "issues/create-comment": _create_comment,
    "issues/create-label": _create_label,
    "issues/delete-comment": _delete_comment,
    "issues/get": _get,
    "issues/get-label": _get_label,
    "issues/list-comments": _list_comments,
    "issues/list-comments-for-repo": _list_all_comments,
    "issues/list-for-repo": _list,
    "issues/update": _update,
    "issues/update-comment": _update_comment,
}
