"""What must never be seen in a log, and the forms it could be seen in.

GitHub's runner blacks out whatever it was told before; beyond the text itself it knows its base64 at all three shifts,
and its forms in JSON, XML and addresses. What it can't know is which parts of a secret are secrets themselves.
"""

from __future__ import annotations

import base64
import json
import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TextIO

from sessionsmgmt.adapters.github.job import JOB_TOKEN, PRIVATE_KEY, SECRETS_TOKEN, in_actions

Mask = Callable[[str], None]
"""Is told of a secret before it is used."""

VARIABLES = (
    "GOOGLE_CREDENTIALS",
    "MICROSOFT_CREDENTIALS",
    "SMTP_PASSWORD",
    "SESSIONSMGMT_KEY",
    "SESSIONSMGMT_KEY_OLD",
    JOB_TOKEN,
    SECRETS_TOKEN,
    PRIVATE_KEY,
)
"""Every variable of the environment that holds a secret."""

FIELDS = frozenset(
    {"access_token", "client_secret", "id_token", "key", "password", "private_key", "refresh_token", "secret", "token"}
)
"""The fields of a JSON document that are secrets themselves."""

SHORTEST = 6
"""Whatever is shorter is part of too many harmless words."""


def secrets(environ: Mapping[str, str]) -> frozenset[str]:
    """All forms of all secrets in the environment."""
    return frozenset().union(*(forms(environ.get(name, "")) for name in VARIABLES))


def forms(value: str) -> frozenset[str]:
    """The texts by which a secret could be recognised: each is one line, and none is short or mere structure."""
    parts = {value, *_fields(value)}
    lines = {line.strip() for part in parts for line in part.splitlines()}
    escaped = {json.dumps(part, ensure_ascii=ascii_only)[1:-1] for part in parts for ascii_only in (True, False)}
    coded = {encode(part.encode("utf-8", "surrogatepass")).decode("ascii") for part in parts for encode in _BASE64}
    return frozenset(form for form in lines | escaped | coded if _is_telling(form))


def announcement(form: str) -> str:
    """The line that tells the runner to black it out (GitHub, "Workflow commands"), without its end."""
    return f"::add-mask::{form.replace('%', '%25')}"


def announcer(environ: Mapping[str, str], streams: Sequence[TextIO]) -> Mask:
    """What tells the runner of a secret, over the first of the streams that it can hear.

    Outside of Actions there is no runner, and a stream that leads into a file is none that it hears: nobody is told
    there.
    """
    heard = next(filter(leads_to_runner, streams), None) if in_actions(environ) else None

    def announce(value: str) -> None:
        if heard:
            heard.writelines(f"{announcement(form)}\n" for form in sorted(forms(value)))
            heard.flush()

    return announce


def leads_to_runner(stream: TextIO) -> bool:
    """Whether the runner can be at the other end of a stream: then it is a pipe."""
    try:
        mode = os.fstat(stream.fileno()).st_mode
    except (OSError, ValueError):
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def _fields(value: str) -> Iterator[str]:
    """The secret texts inside of a JSON document, at any depth."""
    try:
        todo = [json.loads(value)]
    except (ValueError, RecursionError):
        return
    while todo:
        node = todo.pop()
        if isinstance(node, dict):
            yield from (text for name, text in node.items() if name in FIELDS and isinstance(text, str))
        if isinstance(node, dict | list):
            todo += node.values() if isinstance(node, dict) else node


def _is_telling(form: str) -> bool:
    return len(form) >= SHORTEST and form.splitlines() == [form] and any(character.isalnum() for character in form)


_BASE64 = (base64.standard_b64encode, base64.urlsafe_b64encode)
