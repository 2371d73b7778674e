"""Text from outside, made safe to be shown, and the commands that presenters recommend."""

from __future__ import annotations

import json
import os
import re
import shlex
import unicodedata
from collections.abc import Iterator

from sessionsmgmt.application.result import Recovery
from sessionsmgmt.config.model import Config
from sessionsmgmt.domain.model.notice import Key

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

_ORDER = re.compile(r"^(\s*)::")


def visible(text: str) -> str:
    """The text as one harmless line. A character that could move the cursor or reorder the line becomes ``�``.

    These are control characters, line separators, bidirectional marks (Unicode TR 36, 3.2) and lone surrogates.
    GitHub's runner obeys ``##[command]`` anywhere in a line of a log, and ``::command::`` at its beginning, even behind
    blanks; so both are broken up.
    """
    shown = "".join("�" if _acts(character) else character for character in text).replace("##[", "## [")
    return _ORDER.sub(r"\1: :", shown)


def resolving(key: Key, config: Config) -> str:
    """The command that closes a held notice. ``--sent`` or ``--resend`` must be added to it."""
    path = os.path.relpath(config.path)
    words = ["sessionsmgmt", "resolve", "--notice", key.notice, "--session", key.session]
    return visible(shlex.join(words if path == "sessions.yml" else [*words, "--config", path]))


def recovering(recovery: Recovery, config: Config) -> Iterator[str]:
    """What to do with a credential that could not be stored. Nobody but GitHub can open the text that is shown."""
    path = os.path.relpath(config.path)
    words = ["sessionsmgmt", "rotate", "--recover", "FILE", *([] if path == "sessions.yml" else ["--config", path])]
    yield f"The provider has issued a new credential, which could not be stored in {recovery.title}."
    yield recovery.meanwhile
    yield "It is sealed: nobody but GitHub can open it. Save this line as FILE (the report will do, too):"
    yield f"  {json.dumps(dict(recovery.document()))}"
    yield f"and store it when GitHub takes it again: {visible(shlex.join(words))}"
    yield "or without this program:"
    yield f"  {recovery.by_hand}"


def _acts(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} or character in _BIDI
