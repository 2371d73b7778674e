"""Secrets: a type that does not show them, and the texts by which a log could show them.

GitHub's runner hides every text that an ``add-mask`` command named before. Beside the text itself it hides its base64
at all three shifts, and its forms in JSON, XML and addresses. It can't know which parts of a secret are secrets
themselves.
"""

from __future__ import annotations

import base64
import json
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import InitVar, dataclass
from typing import TextIO

Mask = Callable[[str], None]
"""Hides a secret in the log from then on. It is called before the secret is used."""

FIELDS = frozenset(
    {"access_token", "client_secret", "id_token", "key", "password", "private_key", "refresh_token", "secret", "token"}
)
"""The fields of a JSON document that are secrets themselves."""

SHORTEST = 6
"""Whatever is shorter is part of too many harmless words."""


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A secret text, or an empty one. It shows as ``***``, whoever prints, formats or logs it.

    It can't be made without a mask, which is called first. So every secret is masked from its first moment on.
    """

    _text: str
    mask: InitVar[Mask]

    def __post_init__(self, mask: Mask) -> None:
        """Have it hidden."""
        if self:
            mask(self._text)

    def __bool__(self) -> bool:
        """Whether there is any: blanks alone are none."""
        return bool(self._text.strip())

    def __repr__(self) -> str:
        """Never the text."""
        return "***"

    def reveal(self) -> str:
        """The text, with the blanks around it."""
        return self._text


def forms(value: str) -> frozenset[str]:
    """The texts by which a secret could be recognised: each is one line, and none is short or mere structure."""
    parts = {value, *_fields(value)}
    lines = {line.strip() for part in parts for line in part.splitlines()}
    escaped = {json.dumps(part, ensure_ascii=ascii_only)[1:-1] for part in parts for ascii_only in (True, False)}
    coded = {encode(part.encode("utf-8", "surrogatepass")).decode("ascii") for part in parts for encode in _BASE64}
    return frozenset(form for form in lines | escaped | coded if _is_telling(form))


def add_mask_command(form: str) -> str:
    """The line that makes the runner hide a text (GitHub, "Workflow commands"), without the line's end."""
    return f"::add-mask::{form.replace('%', '%25')}"


def runner_mask(streams: Sequence[TextIO], *, in_actions: bool) -> Mask:
    """The mask that writes ``add-mask`` commands to the first of the streams that the runner reads.

    The runner does not read a stream that leads into a file, and outside of GitHub Actions there is no runner. Then
    nothing is written.
    """
    heard = next(filter(leads_to_runner, streams), None) if in_actions else None

    def mask(value: str) -> None:
        if heard:
            heard.writelines(f"{add_mask_command(form)}\n" for form in sorted(forms(value)))
            heard.flush()

    return mask


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
