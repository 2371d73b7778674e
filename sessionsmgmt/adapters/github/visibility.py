"""Whether only members can read a repository.

An internal repository is private by GitHub's word, but everybody of the company can read it. So it counts as public.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sessionsmgmt.adapters.github.access import RepositoryName
    from sessionsmgmt.adapters.github.client import Hub


def is_private(repository: object) -> bool | None:
    """Whether the repository of a document of GitHub's is private; None where the document does not say."""
    if not isinstance(repository, Mapping) or not isinstance(repository.get("private"), bool):
        return None
    return repository["private"] and repository.get("visibility") in (None, "private")


def look_up(hub: Hub, name: RepositoryName) -> bool:
    """Whether the repository is private, by GitHub's reply. Raises as ``Hub.repeat`` does."""
    from sessionsmgmt.adapters.github.client import Purpose

    def look() -> bool:
        _, repository = hub.api.requester.requestJsonAndCheck("GET", f"/repos/{name}")
        private = is_private(repository)
        if private is None:
            raise ValueError("this is no repository")
        return private

    return hub.repeat(look, Purpose("looking whether the repository is private", "metadata: read"))
