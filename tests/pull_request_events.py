"""Events of a pull request, as GitHub writes them into the file of a job, as far as anybody here reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

EVENT = str(Path(__file__).parent / "fixtures" / "event.json")
"""The event of a scheduled job in a private repository, as the runner leaves it in a file."""

Json = dict[str, Any]

HEAD = "0123456789abcdef0123456789abcdef01234567"


def pull_request_event(
    action: str = "opened",
    *,
    number: int = 1,
    head: str = HEAD,
    fork: bool = False,
    private: bool = True,
    author: str = "coach",
) -> Json:
    """What happened to a pull request. A fork is another repository, with an id of its own."""
    ours = {"id": 1, "name": "premises", "private": private}
    return {
        "action": action,
        "number": number,
        "pull_request": {
            "number": number,
            "state": "closed" if action == "closed" else "open",
            "user": {"login": author},
            "head": {"ref": "change", "sha": head, "repo": {"id": 2, "fork": True} if fork else {**ours}},
            "base": {"ref": "main", "sha": "f" * 40, "repo": {**ours}},
        },
        "repository": ours,
        "sender": {"login": author},
    }
