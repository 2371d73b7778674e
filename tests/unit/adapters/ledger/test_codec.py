from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.adapters.ledger.codec import decode, encode
from sessionsmgmt.domain.delivery.claims import Claim, Entry, LedgerSnapshot
from sessionsmgmt.domain.model.notice import Announcement, Key, Kind, Presence
from sessionsmgmt.errors import RefusedError
from tests.builders import NOW, SECRET, announcement, claim, snapshot

DIGESTS = st.binary(min_size=16, max_size=16).map(bytes.hex)
INSTANTS = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  given one
SAID = st.builds(
    Announcement,
    st.sampled_from(Kind),
    st.builds(lambda start, lasts: Presence(start, start + lasts), INSTANTS, st.timedeltas(timedelta(0), timedelta(9))),
    st.frozensets(DIGESTS, max_size=3),
    st.integers(0, 100),
    st.just("") | DIGESTS,
)
ENTRIES = st.builds(
    Entry,
    st.none() | SAID,
    st.none() | st.builds(Claim, st.text(), INSTANTS, SAID, st.booleans(), st.just("") | DIGESTS, st.none() | INSTANTS),
    st.text(),
    st.none() | INSTANTS,
    st.text(),
)
BOOKS = st.builds(
    LedgerSnapshot,
    st.binary(min_size=32, max_size=32),
    st.dictionaries(st.builds(Key, st.text(), st.text()), ENTRIES, max_size=3),
)

DIGEST = "00112233445566778899aabbccddeeff"
FULL = snapshot(
    {
        Key("campus", "lab"): Entry(
            replace(announcement(people=[DIGEST]), place=DIGEST),
            replace(claim("run 1", what=announcement(Kind.CHANGED, sequence=1)), email=DIGEST),
            "mail 1",
            NOW,
            "another id",
        ),
        Key("campus", "bus"): Entry(claim=replace(claim("run 2", held=True), mail=DIGEST, not_found_at=NOW)),
    }
)


@given(BOOKS)
def test_what_was_encoded_is_decoded_again(one: LedgerSnapshot) -> None:
    assert decode(encode(one), "ledger.json") == one


@given(BOOKS)
def test_the_same_book_is_always_the_same_text(one: LedgerSnapshot) -> None:
    shuffled = LedgerSnapshot(one.secret, dict(reversed(list(one.entries.items()))))

    assert encode(shuffled) == encode(one)


def test_people_are_stored_in_an_order_that_tells_nothing() -> None:
    people = [bytes([number]).hex() * 16 for number in range(40, 0, -1)]
    document = json.loads(encode(snapshot({Key("campus", "lab"): Entry(announcement(people=people))})))

    assert document["entries"][0]["said"]["people"] == sorted(people)


def test_the_format_is_the_one_that_people_have_on_their_disks() -> None:
    window = {"start": "2026-11-07T22:00:00+00:00", "end": "2026-11-08T01:00:00+00:00"}
    assert json.loads(encode(FULL)) == {
        "version": 3,
        "secret": "YW4gaW52ZW50ZWQgc2VjcmV0IG9mIDMyIGJ5dGVzLi4=",
        "entries": [
            {
                "notice": "campus",
                "session": "bus",
                "event_id": "",
                "said": None,
                "claim": {
                    "run": "run 2",
                    "at": "2026-11-06T23:00:00+00:00",
                    "held": True,
                    "said": {"kind": "new", **window, "people": [], "sequence": 0, "place": ""},
                    "mail": DIGEST,
                    "looked": "2026-11-06T23:00:00+00:00",
                    "email": "",
                },
                "message_id": "",
                "at": None,
            },
            {
                "notice": "campus",
                "session": "lab",
                "event_id": "another id",
                "said": {"kind": "new", **window, "people": [DIGEST], "sequence": 0, "place": DIGEST},
                "claim": {
                    "run": "run 1",
                    "at": "2026-11-06T23:00:00+00:00",
                    "held": False,
                    "said": {"kind": "changed", **window, "people": [], "sequence": 1, "place": ""},
                    "mail": "",
                    "looked": None,
                    "email": DIGEST,
                },
                "message_id": "mail 1",
                "at": "2026-11-06T23:00:00+00:00",
            },
        ],
    }


def test_a_ledger_of_the_first_version_is_read_as_one_that_remembers_no_place_and_no_other_id() -> None:
    document = json.loads(encode(FULL))
    document["version"] = 1
    for entry in document["entries"]:
        del entry["event_id"]
        del entry["claim"]["email"]
        for said_or_none in (entry["said"], entry["claim"]["said"]):
            if said_or_none:
                del said_or_none["place"]
    older = decode(json.dumps(document).encode(), "ledger.json")
    lab, bus = older.entry(Key("campus", "lab")), older.entry(Key("campus", "bus"))
    assert (lab.event_id, lab.announcement, bus) == (
        "",
        announcement(people=[DIGEST]),
        FULL.entry(Key("campus", "bus")),
    )


def test_a_ledger_of_the_second_version_is_read_as_one_without_emails_about_several_sessions() -> None:
    document = json.loads(encode(FULL))
    document["version"] = 2
    for entry in document["entries"]:
        del entry["claim"]["email"]
    older = decode(json.dumps(document).encode(), "ledger.json")
    lab, bus = (FULL.entry(Key("campus", name)) for name in ("lab", "bus"))
    assert lab.claim
    assert older.entries == {
        Key("campus", "lab"): replace(lab, claim=replace(lab.claim, email="")),
        Key("campus", "bus"): bus,
    }


def test_the_mark_of_an_email_is_stored_as_a_digest_alone() -> None:
    with pytest.raises(ValueError, match=r"^what the claims of an email have in common must be a digest"):
        encode(snapshot({Key("campus", "lab"): Entry(claim=replace(claim(), email="Team Session"))}))


def test_instants_of_other_zones_are_stored_in_utc() -> None:
    away = NOW.astimezone(timezone(timedelta(hours=-5)))

    assert encode(snapshot({Key("campus", "lab"): Entry(announcement(), None, "", away)})) == encode(
        snapshot({Key("campus", "lab"): Entry(announcement(), None, "", NOW)})
    )


@pytest.mark.parametrize("person", ["ann@example.org", "Ann Adult", DIGEST.upper(), DIGEST[1:], f"{DIGEST}\n"])
def test_people_who_are_no_digests_are_never_stored(person: str) -> None:
    with pytest.raises(ValueError, match=r"^what stands for people in the ledger must be digests$"):
        encode(snapshot({Key("campus", "lab"): Entry(announcement(people=[person]))}))


@pytest.mark.parametrize("mail", ["Team Session", DIGEST.upper(), DIGEST[1:], f"{DIGEST}\n"])
def test_what_a_mail_is_found_by_is_never_stored_but_as_a_digest(mail: str) -> None:
    with pytest.raises(ValueError, match=r"^what a mail is found by must be a digest in the ledger$"):
        encode(snapshot({Key("campus", "lab"): Entry(claim=replace(claim(), mail=mail))}))


def refusal(data: bytes) -> str:
    with pytest.raises(RefusedError) as caught:
        decode(data, "ledger.json")
    assert isinstance(caught.value, RefusedError)
    assert caught.value.hint
    return caught.value.text


def altered(change: Callable[[Any], object]) -> bytes:
    document = json.loads(encode(FULL))
    change(document)
    return json.dumps(document).encode()


def test_a_book_of_a_newer_version_is_left_alone() -> None:
    assert "newer version" in refusal(b'{"version": 4, "sealed": "in a way not known yet"}')


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda doc: doc.update(version=0), "version: this is not 3"),
        (lambda doc: doc.update(version=True), "version: this is not 3"),
        (lambda doc: doc.update(version="1"), "version: this is not 3"),
        (lambda doc: doc.update(secret="no base64"), "secret: this is not base64"),  # noqa: S106  it is none
        (lambda doc: doc.update(secret="ÿÿÿÿ"), "secret: this is not base64"),  # noqa: S106  it is none
        (lambda doc: doc.update(secret=base64.b64encode(SECRET[1:]).decode()), "secret: this is not of 32 bytes"),
        (lambda doc: doc.update(entries={}), "entries: this is not a list"),
        (lambda doc: doc["entries"].append(doc["entries"][0]), "entries[2]: an entry before it"),
        (lambda doc: doc["entries"][0].update(name="a friend"), "entries[0]: this has not just the fields at, claim"),
        (lambda doc: doc["entries"][1]["claim"].update(held=1), "entries[1].claim.held: this is neither"),
        (
            lambda doc: doc["entries"][1]["claim"].update(mail="office@example.org"),
            "entries[1].claim.mail: this is not a digest",
        ),
        (
            lambda doc: doc["entries"][1]["claim"].update(email="office@example.org"),
            "entries[1].claim.email: this is not a digest",
        ),
        (
            lambda doc: doc["entries"][0]["claim"].update(looked="now"),
            "entries[0].claim.looked: this is not an instant",
        ),
        (
            lambda doc: doc["entries"][1]["said"].update(kind="NEW"),
            "entries[1].said.kind: this is not the kind",
        ),
        (
            lambda doc: doc["entries"][1]["said"].update(sequence=-1),
            "entries[1].said.sequence: this is not a count",
        ),
        (
            lambda doc: doc["entries"][1]["said"].update(sequence=True),
            "entries[1].said.sequence: this is not a count",
        ),
        (
            lambda doc: doc["entries"][1]["said"].update(sequence=1.0),
            "entries[1].said.sequence: this is not a count",
        ),
        (
            lambda doc: doc["entries"][1]["said"].update(people=["ann@example.org"]),
            "entries[1].said.people: these are not digests",
        ),
        (
            lambda doc: doc["entries"][1]["said"].update(people=[DIGEST, DIGEST]),
            "entries[1].said.people: these are not digests",
        ),
        (
            lambda doc: doc["entries"][1]["said"].update(people=DIGEST),
            "entries[1].said.people: this is not a list",
        ),
        (lambda doc: doc["entries"][1].update(at="yesterday"), "entries[1].at: this is not an instant"),
        (
            lambda doc: doc["entries"][1].update(at="2026-11-06T23:00:00"),
            "entries[1].at: this is not an instant in UTC",
        ),
        (
            lambda doc: doc["entries"][1].update(at="2026-11-06T18:00:00-05:00"),
            "entries[1].at: this is not an instant in",
        ),
        (
            lambda doc: doc["entries"][1].update(at="2026-11-06T23:00:00Z"),
            "entries[1].at: this is not an instant in UTC",
        ),
        (lambda doc: doc["entries"][1].update(at="2026-11-06"), "entries[1].at: this is not an instant in UTC"),
        (
            lambda doc: doc["entries"][1]["said"].update(end="2026-11-07T21:59:00+00:00"),
            "entries[1].said.end: this is before the start",
        ),
    ],
)
def test_a_damaged_book_is_refused_with_the_place(change: Callable[[Any], object], place: str) -> None:
    text = refusal(altered(change))
    where, _, what = place.partition(": ")

    assert text.startswith(f"ledger.json: {where}: the ledger is damaged: {what}")
    assert "example.org" not in text, "what stands there is not repeated"


def places(value: object, trail: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The way to everything in the document."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in members:
        yield (*trail, name)
        yield from places(member, (*trail, name))


PLACES = [trail for trail in places(json.loads(encode(FULL))) if trail[:2] == ("entries", 1) or trail[0] != "entries"]
WRONG = {"list": [], "object": {}, "number": 17, "text": "something", "truth": True, "null": None, "fraction": 0.5}
FITTING = {
    "notice": {"text"},
    "session": {"text"},
    "run": {"text"},
    "message_id": {"text"},
    "event_id": {"text"},
    "held": {"truth"},
}
OPTIONAL = {("entries", 1, "said"), ("entries", 1, "claim"), ("entries", 1, "claim", "looked"), ("entries", 1, "at")}


def at(document: Any, trail: tuple[str | int, ...]) -> Any:
    for step in trail:
        document = document[step]
    return document


@pytest.mark.parametrize("trail", PLACES, ids=lambda trail: ".".join(map(str, trail)))
def test_a_value_of_another_type_is_refused_wherever_it_stands(trail: tuple[str | int, ...]) -> None:
    last = trail[-1]
    fitting = FITTING.get(str(last), set()) | ({"null"} if trail in OPTIONAL else set())
    fitting |= {"list"} if last in {"people", "entries"} else set()
    fitting |= {"number"} if last == "sequence" else set()
    for name in WRONG.keys() - fitting:

        def put(document: Any, wrong: object = WRONG[name]) -> None:
            at(document, trail[:-1])[last] = wrong

        refusal(altered(put))


@pytest.mark.parametrize(
    "trail", [place for place in PLACES if isinstance(place[-1], str)], ids=lambda one: str(one[-1])
)
def test_a_field_that_is_missing_is_refused(trail: tuple[str | int, ...]) -> None:
    refusal(altered(lambda doc: at(doc, trail[:-1]).pop(trail[-1])))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b"<!doctype html>",
        b"\xef\xbb\xbf" + encode(FULL),
        encode(FULL).decode().encode("utf-16"),
        encode(FULL) + b"{}",
        encode(FULL).replace(b'"version":3,', b'"version":3,"version":3,'),
        b"[" * 1_000_000,
        b'{"version":' + b"9" * 10_000 + b"}",
        b'{"version": NaN}',
        b'"\xff"',
    ],
    ids=str,
)
def test_what_is_no_ledger_at_all_is_refused(data: bytes) -> None:
    refusal(data)


def test_a_book_that_was_cut_off_is_refused_wherever_it_was_cut() -> None:
    data = encode(FULL)
    for length in range(len(data) - 1):  # the last byte is the line's end
        refusal(data[:length])


def test_a_syntax_error_is_given_with_line_and_column() -> None:
    assert refusal(b'{\n  "version" 1}').startswith("ledger.json:2:13: ")


def test_whatever_byte_is_flipped_the_book_is_another_or_refused() -> None:
    data = encode(FULL)
    for number in range(len(data) - 1):
        for bit in range(8):
            flipped = bytearray(data)
            flipped[number] ^= 1 << bit
            assert outcome(bytes(flipped)) != FULL


def outcome(data: bytes) -> LedgerSnapshot | str:
    """The book, or why there is none; any other exception is a failure of the test."""
    try:
        return decode(data, "ledger.json")
    except RefusedError as error:
        return error.text
