"""apps/*: an app, its installation, and the tokens that the installation is given. Also rate-limit/get."""

from __future__ import annotations

from collections.abc import Mapping

from tests.emulators.github.auth import LEVELS, limits
from tests.emulators.github.calls import Answer, Call, Handler
from tests.emulators.github.description import Json
from tests.emulators.github.refusals import NOT_FOUND, Refused, refused
from tests.emulators.github.repository import rfc3339


def _rate_limit(call: Call) -> Answer:
    core = limits(call.world, call.token)
    return Answer(body={"resources": {"core": core}, "rate": core})


def _installation(call: Call) -> Answer:
    app, repository = call.world.app, call.repository
    if app.repositories is not None and repository.name not in app.repositories:
        raise Refused(NOT_FOUND)
    url = f"{call.root}/app/installations/{app.installation}"
    return Answer(
        body={
            "id": app.installation,
            "app_id": app.id,
            "app_slug": app.slug,
            "client_id": app.client_id,
            "account": call.user(call.world.owner),
            "target_id": 1,
            "target_type": "Organization",
            "permissions": dict(app.permissions),
            "repository_selection": "all" if app.repositories is None else "selected",
            "access_tokens_url": f"{url}/access_tokens",
            "repositories_url": f"{call.root}/installation/repositories",
            "suspended_at": call.instant if app.suspended else None,
        }
    )


def _create_token(call: Call) -> Answer:
    app = call.world.app
    if int(call.path["installation_id"]) != app.installation:
        raise Refused(NOT_FOUND)
    if app.suspended:
        raise refused(403, "This installation has been suspended")
    permissions = call.body.get("permissions") or dict(app.permissions)
    for name, level in permissions.items():
        if LEVELS[level] > LEVELS.get(app.permissions.get(name, ""), 0):
            raise refused(422, "The permissions requested are not granted to this installation.")
    repositories = _repositories(call)
    text = call.world.installation_token(permissions, repositories)
    token = call.world.tokens[text]
    selection = "all" if repositories is None else "selected"
    body: Json = {
        "token": text,
        "expires_at": rfc3339(token.expires or call.world.now),
        "permissions": {"metadata": "read", **permissions},
        "repository_selection": selection,
    }
    return Answer(201, body)


def _repositories(call: Call) -> frozenset[str] | None:
    """The repositories that the token is for: those named, of those that the app is installed on."""
    installed = call.world.app.repositories
    known = {repository.name.casefold(): repository.name for repository in call.world.repositories}
    known = {name: one for name, one in known.items() if installed is None or one in installed}
    ids = {
        repository.id: repository.name for repository in call.world.repositories if repository.name in known.values()
    }
    if "repositories" not in call.body and "repository_ids" not in call.body:
        return installed
    names = [known.get(name.casefold()) for name in call.body.get("repositories", ())]
    names += [ids.get(number) for number in call.body.get("repository_ids", ())]
    chosen = [name for name in names if name is not None]
    if len(chosen) < len(names):
        raise refused(
            422, "There is at least one repository that does not exist or is not accessible to the parent installation."
        )
    return frozenset(chosen)


def _revoke(call: Call) -> Answer:
    if call.token:
        call.token.revoked = True
    return Answer(204)


def _app(call: Call) -> Answer:
    app = call.world.app
    return Answer(
        body={
            "id": app.id,
            "slug": app.slug,
            "client_id": app.client_id,
            "name": app.slug,
            "owner": call.user(call.world.owner),
            "permissions": dict(app.permissions),
            "installations_count": 1,
        }
    )


HANDLERS: Mapping[str, Handler] = {
    "apps/create-installation-access-token": _create_token,
    "apps/get-authenticated": _app,
    "apps/get-repo-installation": _installation,
    "apps/revoke-installation-access-token": _revoke,
    "rate-limit/get": _rate_limit,
}
