"""actions/*-secret: the secrets of a repository, an environment and an organization.

A value comes in as a sealed box (libsodium's ``crypto_box_seal``) for the public key of the very place it is for, and
is opened here with the private one: a client that seals for another key, or for one of yesterday, is refused. The rules
on names, sizes and numbers are from GitHub's page "Secrets reference". What GitHub says to a key id that it does not
know is written nowhere; here it is what it says to a box that does not open.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping

from nacl.encoding import Base64Encoder
from nacl.exceptions import CryptoError
from nacl.public import SealedBox

from tests.emulators.github.calls import Answer, Call, Handler
from tests.emulators.github.description import Json
from tests.emulators.github.refusals import NOT_FOUND, Refused, refused
from tests.emulators.github.repository import Secret, Secrets, rfc3339

LARGEST = 48 * 1024
NAME = re.compile(r"(?!GITHUB_)[A-Z_][A-Z0-9_]*")
UNSEALED = "Bad request - validation failed due to an improperly encrypted secret"

Place = Callable[[Call], Secrets]


def _of_repository(call: Call) -> Secrets:
    return call.repository.secrets


def _of_environment(call: Call) -> Secrets:
    for name, secrets in call.repository.environments.items():
        if name.casefold() == call.path["environment_name"].casefold():
            return secrets
    raise Refused(NOT_FOUND)


def _of_organization(call: Call) -> Secrets:
    return call.world.secrets


def _public_key(call: Call, secrets: Secrets) -> Answer:
    del call
    return Answer(body={"key_id": secrets.key_id, "key": secrets.key.public_key.encode(Base64Encoder).decode()})


def _json(call: Call, name: str, secret: Secret) -> Json:
    found = {"name": name, "created_at": rfc3339(secret.created), "updated_at": rfc3339(secret.updated)}
    if secret.visibility:
        found["visibility"] = secret.visibility
    if secret.visibility == "selected":
        url = f"{call.root}/orgs/{call.world.owner}/actions/secrets/{name}/repositories"
        found["selected_repositories_url"] = url
    return found


def _list(call: Call, secrets: Secrets) -> Answer:
    shown, links = call.page(sorted(secrets.held))
    body = {"total_count": len(secrets.held), "secrets": [_json(call, name, secrets[name]) for name in shown]}
    return Answer(body=body, headers=links)


def _get(call: Call, secrets: Secrets) -> Answer:
    name = call.path["secret_name"]
    if name not in secrets:
        raise Refused(NOT_FOUND)
    return Answer(body=_json(call, name.upper(), secrets[name]))


def _put(call: Call, secrets: Secrets) -> Answer:
    name = call.path["secret_name"].upper()
    if not NAME.fullmatch(name):
        raise call.breaks(
            "Secret names can only contain alphanumeric characters ([a-z], [A-Z], [0-9]) or underscores (_). "
            "Spaces are not allowed. Must start with a letter ([a-z], [A-Z]) or underscores (_)."
        )
    value = _opened(call, secrets)
    if name not in secrets and len(secrets.held) >= secrets.limit:
        raise refused(422, f"Maximum number of secrets ({secrets.limit}) exceeded")
    visibility = call.body.get("visibility", "")
    selected = [int(one) for one in call.body.get("selected_repository_ids", ())]
    new = secrets.put(name, value, call.world.now, visibility=visibility, selected=selected)
    return Answer(201, {}) if new else Answer(204)


def _opened(call: Call, secrets: Secrets) -> bytes:
    """The value in the box. Of an organization's secret the description demands neither box nor key; GitHub does."""
    for field in ("key_id", "encrypted_value"):
        if not call.body.get(field):
            raise call.breaks(f'Invalid request.\n\n"{field}" wasn\'t supplied.')
    if call.body["key_id"] != secrets.key_id:
        raise refused(422, UNSEALED)
    try:
        box = base64.b64decode(call.body["encrypted_value"], validate=True)
        value = SealedBox(secrets.key).decrypt(box)
    except (CryptoError, ValueError, TypeError):
        raise refused(422, UNSEALED) from None
    if len(value) > LARGEST:
        raise call.breaks("Secret value is too large: at most 48 KB")
    return value


def _delete(call: Call, secrets: Secrets) -> Answer:
    name = call.path["secret_name"]
    if name not in secrets:
        raise Refused(NOT_FOUND)
    del secrets.held[name.upper()]
    return Answer(204)


def _at(place: Place, answer: Callable[[Call, Secrets], Answer]) -> Handler:
    return lambda call: answer(call, place(call))


def _calls(holder: str, place: Place) -> dict[str, Handler]:
    return {
        f"actions/get-{holder}-public-key": _at(place, _public_key),
        f"actions/list-{holder}-secrets": _at(place, _list),
        f"actions/get-{holder}-secret": _at(place, _get),
        f"actions/create-or-update-{holder}-secret": _at(place, _put),
        f"actions/delete-{holder}-secret": _at(place, _delete),
    }


def _selected(call: Call) -> Answer:
    """The repositories that may use an organization's secret of selected visibility."""
    secrets, name = call.world.secrets, call.path["secret_name"]
    if name not in secrets:
        raise Refused(NOT_FOUND)
    shown, links = call.page(secrets[name].selected)
    names = {repository.id: repository.name for repository in call.world.repositories}
    repositories = [
        {
            "id": number,
            "name": names.get(number, f"repository-{number}"),
            "full_name": f"{call.world.owner}/{names.get(number, f'repository-{number}')}",
            "owner": call.user(call.world.owner),
        }
        for number in shown
    ]
    body = {"total_count": len(secrets[name].selected), "repositories": repositories}
    return Answer(body=body, headers=links)


HANDLERS: Mapping[str, Handler] = {
    **_calls("repo", _of_repository),
    **_calls("environment", _of_environment),
    **_calls("org", _of_organization),
    "actions/list-selected-repos-for-org-secret": _selected,
}
