"""The ledger as text: what is stored, all of it and nothing else, for every store.

The fields named here are the allow-list. There is none for a name, an address or a text of the calendar. People are
digests, and anything that does not look like a digest is refused when it is written and when it is read.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from sessionsmgmt.domain.delivery.claims import SECRET_BYTES, Claim, Entry, LedgerSnapshot
from sessionsmgmt.domain.model.notice import Announcement, Key, Kind, Presence
from sessionsmgmt.errors import RefusedError

VERSION = 3
"""The version that is written. Version 1 has no place, event id and email, and version 2 no email; both are read."""

_LEDGER = frozenset({"version", "secret", "entries"})
_ENTRY = frozenset({"notice", "session", "event_id", "said", "claim", "message_id", "at"})
_CLAIM = frozenset({"run", "at", "held", "said", "mail", "looked", "email"})
_SAID = frozenset({"kind", "start", "end", "people", "sequence", "place"})
_SINCE_2 = frozenset({"event_id", "place"})
_SINCE_3 = frozenset({"email"})

_DIGEST = re.compile(r"[0-9a-f]{32}")

_Of = TypeVar("_Of")


def encode(snapshot: LedgerSnapshot) -> bytes:
    """The snapshot as JSON in UTF-8, always the same bytes. Raises ValueError where a digest is none."""
    document = {
        "version": VERSION,
        "secret": base64.b64encode(snapshot.secret).decode(),
        "entries": [_entry(key, entry) for key, entry in sorted(snapshot.entries.items(), key=lambda item: item[0])],
    }
    return json.dumps(document, separators=(",", ":")).encode() + b"\n"


def _entry(key: Key, entry: Entry) -> Mapping[str, object]:
    return {
        "notice": key.notice,
        "session": key.session,
        "event_id": entry.event_id,
        "said": entry.announcement and _announcement(entry.announcement),
        "claim": entry.claim and _claim(entry.claim),
        "message_id": entry.message_id,
        "at": entry.at and _stamp(entry.at),
    }


def _claim(claim: Claim) -> Mapping[str, object]:
    if claim.mail and not _DIGEST.fullmatch(claim.mail):
        raise ValueError("what a mail is found by must be a digest in the ledger")
    if claim.email and not _DIGEST.fullmatch(claim.email):
        raise ValueError("what the claims of an email have in common must be a digest in the ledger")
    return {
        "run": claim.run,
        "at": _stamp(claim.at),
        "held": claim.held,
        "said": _announcement(claim.announcement),
        "mail": claim.mail,
        "looked": claim.not_found_at and _stamp(claim.not_found_at),
        "email": claim.email,
    }


def _announcement(announcement: Announcement) -> Mapping[str, object]:
    if not all(_DIGEST.fullmatch(person) for person in announcement.people):
        raise ValueError("what stands for people in the ledger must be digests")
    if announcement.place and not _DIGEST.fullmatch(announcement.place):
        raise ValueError("what stands for a place in the ledger must be a digest")
    return {
        "kind": announcement.kind.value,
        "start": _stamp(announcement.presence.start),
        "end": _stamp(announcement.presence.end),
        "people": sorted(announcement.people),
        "sequence": announcement.sequence,
        "place": announcement.place,
    }


def _stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat()


def decode(data: bytes, place: str) -> LedgerSnapshot:
    """The snapshot that ``encode`` made these bytes of. ``place`` is how messages name where the bytes come from.

    Raises RefusedError where they are anything else, however slightly: a ledger that was repaired by guessing may
    have forgotten a notice, and the next run would send it again.
    """
    try:
        document = json.loads(data.decode(), object_pairs_hook=_without_repetition)
    except json.JSONDecodeError as error:
        raise _damaged(f"{place}:{error.lineno}:{error.colno}", "this is not JSON") from None
    except (ValueError, RecursionError):  # not UTF-8, a number of a million digits, a million brackets
        raise _damaged(place, "this is not JSON") from None
    try:
        return _read_snapshot(document)
    except _NewerError:
        raise RefusedError(
            f"{place}: the ledger was written by a newer version of sessionsmgmt.",
            "Update sessionsmgmt to that version or a later one.",
        ) from None
    except _DamageError as damage:
        raise _damaged(f"{place}: {damage.at}" if damage.at else place, damage.text) from None


class _NewerError(Exception):
    """A later version of the program wrote the document."""


class _DamageError(Exception):
    """A part of the document is not as ``encode`` makes it; ``at`` is its place in the document."""

    def __init__(self, at: str, text: str) -> None:
        super().__init__(at, text)
        self.at = at
        self.text = text


def _damaged(place: str, text: str) -> RefusedError:
    return RefusedError(
        f"{place}: the ledger is damaged: {text}.",
        "Put back an earlier copy of it. If there is none, move it away: every session ahead is announced anew then.",
    )


def _without_repetition(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    members = list(pairs)
    fields = dict(members)
    if len(fields) != len(members):
        raise ValueError("a member is there twice")
    return fields


def _read_snapshot(document: object) -> LedgerSnapshot:
    version = document.get("version") if isinstance(document, dict) else None
    if type(version) is int and version > VERSION:
        raise _NewerError
    fields = _fields(document, "", _LEDGER)
    if type(version) is not int or version not in {1, 2, VERSION}:
        raise _DamageError("version", f"this is not {VERSION}")
    if version == 1:
        fields = {**fields, "entries": _as_version_2(fields["entries"])}
    if version < VERSION:
        fields = {**fields, "entries": _as_version_3(fields["entries"])}
    entries: dict[Key, Entry] = {}
    for number, one in enumerate(_items(fields["entries"], "entries")):
        at = f"entries[{number}]"
        key, entry = _read_entry(one, at)
        if key in entries:
            raise _DamageError(at, "an entry before it is about the same notice and session")
        entries[key] = entry
    return LedgerSnapshot(_secret(fields["secret"], "secret"), entries)


def _as_version_2(value: object) -> object:
    """What a document of version 1 says, in the form of version 2: no place and no other id is remembered."""
    match value:
        case list():
            return [_as_version_2(item) for item in value]
        case dict():
            added = {"event_id": ""} if value.keys() == _ENTRY - _SINCE_2 else {}
            added |= {"place": ""} if value.keys() == _SAID - _SINCE_2 else {}
            return {name: _as_version_2(member) for name, member in value.items()} | added
        case _:
            return value


def _as_version_3(value: object) -> object:
    """What a document of version 2 says, in the form of version 3: no email is about several sessions."""
    match value:
        case list():
            return [_as_version_3(one) for one in value]
        case dict():
            if value.keys() == _CLAIM:
                raise _DamageError("version", "a claim has more than the version has")
            added = {"email": ""} if value.keys() == _CLAIM - _SINCE_3 else {}
            return {name: _as_version_3(one) for name, one in value.items()} | added
        case _:
            return value


def _read_entry(value: object, at: str) -> tuple[Key, Entry]:
    fields = _fields(value, at, _ENTRY)
    key = Key(_text(fields["notice"], f"{at}.notice"), _text(fields["session"], f"{at}.session"))
    return key, Entry(
        announcement=_optional(fields["said"], f"{at}.said", _read_announcement),
        claim=_optional(fields["claim"], f"{at}.claim", _read_claim),
        message_id=_text(fields["message_id"], f"{at}.message_id"),
        at=_optional(fields["at"], f"{at}.at", _instant),
        event_id=_text(fields["event_id"], f"{at}.event_id"),
    )


def _read_claim(value: object, at: str) -> Claim:
    fields = _fields(value, at, _CLAIM)
    held = fields["held"]
    if not isinstance(held, bool):
        raise _DamageError(f"{at}.held", "this is neither true nor false")
    mail = _text(fields["mail"], f"{at}.mail")
    if mail and not _DIGEST.fullmatch(mail):
        raise _DamageError(f"{at}.mail", "this is not a digest")
    email = _text(fields["email"], f"{at}.email")
    if email and not _DIGEST.fullmatch(email):
        raise _DamageError(f"{at}.email", "this is not a digest")
    return Claim(
        run=_text(fields["run"], f"{at}.run"),
        at=_instant(fields["at"], f"{at}.at"),
        announcement=_read_announcement(fields["said"], f"{at}.said"),
        held=held,
        mail=mail,
        not_found_at=_optional(fields["looked"], f"{at}.looked", _instant),
        email=email,
    )


def _read_announcement(value: object, at: str) -> Announcement:
    fields = _fields(value, at, _SAID)
    kind = _text(fields["kind"], f"{at}.kind")
    if kind not in set(Kind):
        raise _DamageError(f"{at}.kind", "this is not the kind of a notice")
    window = Presence(_instant(fields["start"], f"{at}.start"), _instant(fields["end"], f"{at}.end"))
    if window.end < window.start:
        raise _DamageError(f"{at}.end", "this is before the start")
    people = [_text(person, f"{at}.people") for person in _items(fields["people"], f"{at}.people")]
    if not all(_DIGEST.fullmatch(person) for person in people) or len(set(people)) != len(people):
        raise _DamageError(f"{at}.people", "these are not digests, each once")
    sequence = fields["sequence"]
    if type(sequence) is not int or sequence < 0:
        raise _DamageError(f"{at}.sequence", "this is not a count")
    place = _text(fields["place"], f"{at}.place")
    if place and not _DIGEST.fullmatch(place):
        raise _DamageError(f"{at}.place", "this is not a digest")
    return Announcement(Kind(kind), window, frozenset(people), sequence, place)


def _fields(value: object, at: str, names: frozenset[str]) -> dict[str, object]:
    if not isinstance(value, dict) or value.keys() != names:
        raise _DamageError(at, f"this has not just the fields {', '.join(sorted(names))}")
    return value


def _items(value: object, at: str) -> list[object]:
    if not isinstance(value, list):
        raise _DamageError(at, "this is not a list")
    return value


def _text(value: object, at: str) -> str:
    if not isinstance(value, str):
        raise _DamageError(at, "this is not a text")
    return value


def _optional(value: object, at: str, read: Callable[[object, str], _Of]) -> _Of | None:
    return None if value is None else read(value, at)


def _instant(value: object, at: str) -> datetime:
    """An instant in UTC, written just as ``encode`` writes it."""
    try:
        instant = datetime.fromisoformat(_text(value, at))
    except ValueError:
        raise _DamageError(at, "this is not an instant") from None
    if instant.utcoffset() != timedelta(0) or instant.isoformat() != value:
        raise _DamageError(at, "this is not an instant in UTC")
    return instant.replace(tzinfo=UTC)


def _secret(value: object, at: str) -> bytes:
    try:
        secret = base64.b64decode(_text(value, at), validate=True)
    except ValueError:
        raise _DamageError(at, "this is not base64") from None
    if base64.b64encode(secret).decode() != value:  # bits that stand for nothing are not what was written
        raise _DamageError(at, "this is not base64")
    if len(secret) != SECRET_BYTES:
        raise _DamageError(at, f"this is not of {SECRET_BYTES} bytes")
    return secret
