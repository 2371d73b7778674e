"""What the description does not list: where a repository is that is called otherwise now, and who a token is of.

A former name is answered with a redirection to ``/repositories/ID/…``, of the kind that keeps the method where that is
no GET (GitHub, "HTTP redirects"). What is below ``/repositories/ID`` is what is below ``/repos/OWNER/NAME``. Of the
GraphQL API there is one query, by which an App's token can learn its own account.
"""

from __future__ import annotations

import json
import re
from urllib.parse import urlencode

from tests.emulators.github.auth import bearer
from tests.emulators.github.refusals import BAD_CREDENTIALS, NOT_FOUND
from tests.emulators.github.repository import Repository
from tests.emulators.github.world import Token, World
from tests.emulators.http import Request, Response, json_response

GRAPHQL = "graphql"
VIEWER = "graphql/viewer"
_NAMED = re.compile(r"/repos/([^/]+/[^/]+)(/.*)?")
_NUMBERED = re.compile(r"/repositories/(\d+)(/.*)?")
_VIEWER = re.compile(r"\s*(?:query\s*)?\{\s*viewer\s*\{\s*login\s*\}\s*\}\s*")


def is_viewer(method: str, path: str) -> bool:
    """Whether it is the GraphQL API that is asked."""
    return (method, path) == ("POST", f"/{GRAPHQL}")


def viewer(token: Token | None) -> Response:
    """The account that the token is of: a person's login, or that of an App with ``[bot]`` behind it."""
    if token is None:
        return BAD_CREDENTIALS.response()
    return json_response(200, {"data": {"viewer": {"login": token.author}}})


def viewer_problems(request: Request) -> list[str]:
    """Whether it is another query than the one that is known."""
    try:
        asked = json.loads(request.body)["query"]
    except (ValueError, KeyError, TypeError):
        return [f"{VIEWER}: the body has no query"]
    return [] if isinstance(asked, str) and _VIEWER.fullmatch(asked) else [f"{VIEWER}: this query is not emulated"]


def by_name(world: World, path: str) -> str:
    """The path below a repository's name, where it is below its number; any other path as it is."""
    found = _NUMBERED.fullmatch(path)
    if found is None:
        return path
    name = next((repository.name for repository in world.repositories if repository.id == int(found[1])), "unknown")
    return f"/repos/{world.owner}/{name}{found[2] or ''}"


def redirection(world: World, request: Request, token: Token | None) -> Response | None:
    """The answer at a former name of a repository, which is "not found" to whoever may not see it."""
    found = _NAMED.fullmatch(request.path)
    names = {f"{world.owner}/{repository.name}".casefold() for repository in world.repositories}
    if found is None or found[1].casefold() in names:
        return None
    for one in world.repositories:
        if found[1].casefold() in {name.casefold() for name in one.former}:
            if one.private and not _sees(one, request, token):
                return NOT_FOUND.response()
            query = f"?{urlencode(request.query)}" if request.query else ""
            url = f"http://{request.headers.get('Host')}/repositories/{one.id}{found[2] or ''}{query}"
            status = 301 if request.method == "GET" else 307
            return json_response(status, {"message": "Moved Permanently", "url": url}, {"Location": url})
    return None


def _sees(repository: Repository, request: Request, token: Token | None) -> bool:
    """Whether the token is for the repository; an App's own proof of identity, which is a JWT, is taken for one."""
    if token is None:
        return bearer(request.headers).startswith("eyJ")
    return token.repositories is None or repository.name in token.repositories
