"""What an event has of the ledger: its private extended properties, ours and those of MantaBots' earlier script.

Google cuts a value after 1024 characters and drops a name of more than 44, both without an error (Calendar API guide,
"Extended properties"). So our text is cut into pieces, which are counted. Other properties are never changed.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import UTC, datetime

from sessionsmgmt.domain.addresses import fold
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.notice import Presence
from sessionsmgmt.domain.sessions.roster import address_and_name
from sessionsmgmt.errors import RefusedError

PIECE = 1000
"""Characters of one value, a little below where Google cuts."""
LIMIT = 30_000
"""Characters of all that is ours on one event, names included; Google takes about 32 kB, those of others included."""
COUNT = "sessionsmgmt.count"
OWNER = "sessionsmgmt.of"

CUT = 1024
"""Where Google cut what the earlier script wrote."""
LEGACY_TIME = "%Y-%m-%dT%H:%M:%S.%f%z"
LEGACY_LISTS = ("students", "adults")
YEARS = range(1970, 2200)

_OURS = re.compile(r"sessionsmgmt\.(?:count|of|[0-9]{1,3})")
_LINE_END = "."
"""Stands for the one line end in a sealed text, so that a value has one line. A sealed text has no full stop."""

Properties = Mapping[str, str]


def place(calendar: str, event: str) -> str:
    """What the seal of an event's properties is bound to, so that they open nowhere else."""
    return f"calendar\n{calendar}\n{event}"


def ours(properties: Properties) -> dict[str, str]:
    """Those of an event's private properties that the ledger wrote."""
    return {name: value for name, value in properties.items() if _OURS.fullmatch(name)}


def is_copy(properties: Properties, where: str) -> bool:
    """Whether our properties were written for another place: a duplicated or moved event has copies of them.

    The digest of the place is not sealed. Whoever can change it can also delete all properties, with the same effect.
    """
    return OWNER in properties and properties[OWNER] != _owner(where)


def cut(sealed: bytes, where: str) -> dict[str, str]:
    """What is sealed for that place, as the properties to store it in."""
    text = sealed.decode("ascii").replace("\n", _LINE_END)
    pieces = [text[start : start + PIECE] for start in range(0, len(text), PIECE)]
    numbered = {f"sessionsmgmt.{number}": piece for number, piece in enumerate(pieces)}
    return {OWNER: _owner(where), COUNT: str(len(pieces)), **numbered}


def joined(properties: Properties, shown: str) -> bytes:
    """What ``cut`` made these properties of. ``shown`` is how messages name the ledger on this event.

    Raises RefusedError where one is missing or too many. Whether their content was changed, the seal tells later.
    """
    numbered = {f"sessionsmgmt.{number}" for number in range(len(properties) - 2)}
    count = properties.get(COUNT, "")
    if properties.keys() != {OWNER, COUNT, *numbered} or count != str(len(numbered)):
        raise RefusedError(
            f"{shown} is not whole: some of the event's properties were lost or changed.",
            "Duplicate the event and delete this one: the sessions of the copy are announced anew.",
        )
    text = "".join(properties[f"sessionsmgmt.{number}"] for number in range(len(numbered)))
    return text.replace(_LINE_END, "\n").encode()


def change(before: Properties, after: Properties) -> dict[str, str | None]:
    """What to send so that the properties ``after`` replace those ``before``; None deletes one."""
    gone: dict[str, str | None] = dict.fromkeys(sorted(before.keys() - after.keys()))
    return {**{name: value for name, value in after.items() if before.get(name) != value}, **gone}


def size(properties: Properties) -> int:
    """Characters that the properties take up."""
    return sum(len(name) + len(value) for name, value in properties.items())


@dataclass(frozen=True, slots=True)
class EarlierAnnouncement:
    """What the earlier script remembers of a session: the announced window, and the identifiers of its people."""

    presence: Presence
    people: frozenset[str] = field(repr=False)


def earlier_announcement(properties: Properties, invited: Iterable[str]) -> EarlierAnnouncement | None:
    """What the earlier script's properties say; None where the script wrote none.

    They are ``sent`` ("true"), ``start`` and ``end``, and ``students`` and ``adults``: JSON objects with ``mail`` and
    ``name``, joined by ``;``. Where Google has cut such a list, nobody knows whom it named. Then everyone who is
    ``invited`` now counts as named, so that the owner is not told again of people they know.

    Properties whose times can't be read count for nothing: the owner hears of that session once more, which does less
    harm than a run that fails for all sessions.
    """
    if properties.get("sent") != "true":
        return None
    start, end = (_instant(properties.get(name, "")) for name in ("start", "end"))
    if start is None or end is None or end < start:
        return None
    lists = [_people(properties.get(name, "")) for name in LEGACY_LISTS]
    people = frozenset[str]().union(*(addresses for addresses, _ in lists))
    if not all(whole for _, whole in lists):
        people |= {fold(address) for address in invited if _is_text(address)}
    return EarlierAnnouncement(Presence(start, end), people)


def _owner(where: str) -> str:
    return hashlib.blake2b(where.encode(), digest_size=12, person=b"sessionsmgmt").hexdigest()


def _instant(text: str) -> datetime | None:
    try:
        at = datetime.strptime(text, LEGACY_TIME).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if at.year in YEARS else None


def _people(text: str) -> tuple[frozenset[str], bool]:
    """The identifiers of the people in a list (see ``roster.identifiers``), and whether all of it could be read."""
    decoder, addresses, at = json.JSONDecoder(), set[str](), 0
    while text:
        try:
            person, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return frozenset(addresses), False
        addresses |= _known_by(person)
        if at == len(text):
            break
        if text[at] != ";":
            return frozenset(addresses), False
        at += 1
    return frozenset(addresses), len(text.encode("utf-8", "replace")) < CUT


def _known_by(person: object) -> set[str]:
    mail, name = (person.get(key) for key in ("mail", "name")) if isinstance(person, dict) else (None, None)
    if not isinstance(mail, str) or not mail.strip() or not _is_text(mail):
        return set()
    if not isinstance(name, str) or not _is_text(name):
        return {fold(mail)}
    return {fold(mail), address_and_name(fold(mail), " ".join(name.split()))}


def _is_text(text: str) -> bool:
    """Whether it can be written at all: JSON may hold halves of a character."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
