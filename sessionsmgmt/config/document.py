"""The text of sessions.yml as plain values that know where they stand.

Only the part of YAML that a settings file needs is taken: anchors, aliases, tags, merge keys and several documents in
one file are problems, which also leaves nothing that could explode. Nothing here knows what a key means.

An unquoted word is what YAML 1.1 takes it for, since most tools do; but of its numbers only plain decimal ones count.
Its dates, times, fractions, octal and other numbers are ``ODD``, and no key takes that: so nobody's ``10:30`` silently
becomes 630, and a team called 2024 is asked for quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import yaml

from sessionsmgmt.characters import Unseen, typeset, unseen, without_unseen
from sessionsmgmt.config.reading import WHOLE, Place, UnreadableError, position

MOST_VALUES = 10_000
"""Values and keys a file may have. A club with a hundred notices needs a fifth of it."""

DEEPEST = 16
"""How many levels values may be nested. sessions.yml itself has five."""

Trail = tuple[str | int, ...]
"""The way to a value: keys and positions in lists, from the top."""


class Odd(Enum):
    """The type of ``ODD``: an unquoted word that YAML takes for something no key of sessions.yml has."""

    ODD = "odd"


ODD = Odd.ODD


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with the YAML itself. What else is wrong with a ``hidden`` value may follow from it."""

    place: Place
    trail: Trail
    text: str
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """What the file says: ``value`` is made of dict, list, str, int, bool, None and ``ODD``.

    ``keys`` and ``values`` are where each key and each value begins, ``sources`` how the unquoted words were written
    that are no text. ``faults`` are things the file must not have although the rest could be understood.
    """

    value: Any
    keys: Mapping[Trail, Place] = field(default_factory=dict)
    values: Mapping[Trail, Place] = field(default_factory=dict)
    sources: Mapping[Trail, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()

    def place(self, trail: Trail) -> Place:
        """Where a value stands; for one that is missing, the key or the entry it is missing from."""
        if trail in self.values:
            return self.values[trail]
        while trail:
            trail = trail[:-1]
            found = self.keys.get(trail) or self.values.get(trail)
            if found:
                return found
        return Place(1, 1)

    def key(self, trail: Trail) -> Place:
        """Where the key of a value stands."""
        return self.keys.get(trail) or self.place(trail)


def parse(text: str) -> Document:
    """The document in a text. Raises UnreadableError where no more than that one problem can be known."""
    try:
        document = _Reader(text).read(yaml.parse(text, Loader=yaml.SafeLoader))
    except yaml.MarkedYAMLError as error:
        raise _no_yaml(error, text) from None
    except (ValueError, OverflowError):  # what PyYAML lets through for \U with a number that no character has
        found = _NO_CHARACTER.search(text)
        place = position(text, found.start()) if found else WHOLE
        raise UnreadableError(place, "this \\U stands for no character; remove it") from None
    if document.value is None:
        raise UnreadableError(WHOLE, "the file is empty; run `sessionsmgmt init` to make one")
    return document


_NO_CHARACTER = re.compile(r"\\U(?!000[0-9A-Fa-f]|0010)")


@dataclass(slots=True)
class _Level:
    """A mapping or a list that is being read, or the one-place list that holds the document (``trail`` is None)."""

    value: dict[str, Any] | list[Any]
    trail: Trail | None
    key: str | None = None  # of a mapping: the key whose value comes next
    seen: dict[str, int] = field(default_factory=dict)  # of a mapping: its keys and their lines

    def next(self) -> Trail:
        """The way to the value that comes next."""
        if self.trail is None:
            return ()
        return (*self.trail, len(self.value) if self.key is None else self.key)

    def put(self, value: object) -> None:
        """Take the value that comes next; of a key that is there twice, the first."""
        if isinstance(self.value, list):
            self.value.append(value)
        elif self.key is not None:
            self.value.setdefault(self.key, value)
            self.key = None


@dataclass(slots=True)
class _Reader:
    """Builds the document from the parser's events, level by level and without recursion.

    A key or a value is taken as it looks: what nobody sees in it is a fault of its own.
    """

    text: str
    keys: dict[Trail, Place] = field(default_factory=dict)
    values: dict[Trail, Place] = field(default_factory=dict)
    sources: dict[Trail, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    levels: list[_Level] = field(default_factory=list)
    count: int = 0

    def read(self, events: Iterator[yaml.Event]) -> Document:
        """The document that the events tell of."""
        holder: list[Any] = []
        for event in events:
            mark = event.start_mark
            place = Place(mark.line + 1, mark.column + 1) if mark else Place(0, 0)
            match event:
                case yaml.DocumentStartEvent():
                    if holder:
                        raise UnreadableError(place, "a second document begins here; keep one and remove the ---")
                    self.levels = [_Level(holder, None)]
                case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                    self.levels.pop()
                case yaml.NodeEvent():
                    self._node(event, place)
        return Document(next(iter(holder), None), self.keys, self.values, self.sources, tuple(self.faults))

    def _node(self, event: yaml.NodeEvent, place: Place) -> None:
        self.count += 1
        if self.count > MOST_VALUES:
            raise UnreadableError(place, f"the file has more than {MOST_VALUES} values; this is no sessions.yml")
        level = self.levels[-1]
        if isinstance(level.value, dict) and level.key is None:
            level.key = self._key(event, place, level)
        else:
            self._value(event, place, level)

    def _key(self, event: yaml.NodeEvent, place: Place, level: _Level) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            raise UnreadableError(place, "a key stands here that is no plain word; write every key as `key: value`")
        key = _as_it_looks(str(event.value))
        trail = (*(level.trail or ()), key)
        self._plain(event, place, trail)
        self._seen(event, place, trail)
        if key == "<<" and event.style is None:
            self._fault(place, trail, "merge keys (<<) are not taken; write the keys out")
        elif key in level.seen:
            self._fault(
                place, trail, f"this key is here a second time, after line {level.seen[key]}; keep one of the two"
            )
        level.seen.setdefault(key, place.line)
        self.keys.setdefault(trail, place)
        return key

    def _value(self, event: yaml.NodeEvent, place: Place, level: _Level) -> None:
        trail = level.next()
        value: Any = ODD
        match event:
            case yaml.ScalarEvent():
                value = self._scalar(event, place, trail)
            case yaml.MappingStartEvent():
                value = {}
            case yaml.SequenceStartEvent():
                value = []
        self._plain(event, place, trail)
        # Nobody would look where an empty value stands, behind its key's colon.
        self.values.setdefault(trail, self.keys.get(trail, place) if value is None else place)
        level.put(value)
        if isinstance(value, dict | list):
            if len(self.levels) > DEEPEST:
                raise UnreadableError(place, f"values are nested more than {DEEPEST} levels deep here")
            self.levels.append(_Level(value, trail))

    def _scalar(self, event: yaml.ScalarEvent, place: Place, trail: Trail) -> object:
        self._seen(event, place, trail)
        text = _as_it_looks(event.value)
        value = resolved(text) if event.style is None else text
        if not isinstance(value, str):
            self.sources.setdefault(trail, text)
        elif _CONTROLS.search(value):
            self._fault(place, trail, "must be one line of text, without control characters")
        return value

    def _plain(self, event: yaml.NodeEvent, place: Place, trail: Trail) -> None:
        """See that a key or a value has nothing about it that would make it depend on other places or on code."""
        if isinstance(event, yaml.AliasEvent):
            self._fault(place, trail, "aliases (*name) are not taken; write the value out")
        elif event.anchor is not None:
            self._fault(place, trail, "anchors (&name) are not taken; remove it, and write the value where it is used")
        elif getattr(event, "tag", None) is not None:
            self._fault(place, trail, "tags (!name) are not taken; remove it, or put text that begins with ! in quotes")

    def _seen(self, event: yaml.ScalarEvent, place: Place, trail: Trail) -> None:
        """See that all of a key or a value can be seen. The team's name may have the blanks of fine typography."""
        found = unseen(event.value if trail != ("team",) else typeset(event.value))
        if found:
            self.faults.append(Fault(self._spot(event, found) or place, trail, found.fault, hidden=True))

    def _spot(self, event: yaml.ScalarEvent, found: Unseen) -> Place | None:
        """Where the character stands; None where it is written as an escape."""
        if event.start_mark is None or event.end_mark is None:
            return None
        index = self.text.find(found.character, event.start_mark.index, event.end_mark.index)
        return position(self.text, index) if index >= 0 else None

    def _fault(self, place: Place, trail: Trail, text: str) -> None:
        self.faults.append(Fault(place, trail, text))


# Line breaks of every kind, control characters and halves of characters, which text in quotes can have as \n, \u….
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_WHOLE_NUMBER = re.compile(r"0|-?[1-9][0-9]{0,17}")
_LONGEST_WORD = 64


def _as_it_looks(text: str) -> str:
    return without_unseen(text) if unseen(text) else text


def resolved(word: str) -> str | int | bool | Odd | None:
    """What an unquoted word is. ``yes``, ``on`` and the like are booleans, as in YAML 1.1."""
    if _WHOLE_NUMBER.fullmatch(word):
        return int(word)
    if len(word) > _LONGEST_WORD:
        return word
    readings = yaml.SafeLoader.yaml_implicit_resolvers.get(word[:1], ())
    match next((tag for tag, pattern in readings if pattern.match(word)), None):
        case None:
            return word
        case "tag:yaml.org,2002:null":
            return None
        case "tag:yaml.org,2002:bool":
            return word.lower() in {"true", "yes", "on"}
        case _:
            return ODD


def _no_yaml(error: yaml.MarkedYAMLError, text: str) -> UnreadableError:
    """The parser's complaint in words for somebody who does not know how YAML is made."""
    problem, context = error.problem or "", error.context or ""
    lines = text.split("\n")
    if found := _hidden_near(error, lines):
        return UnreadableError(*found)
    mark = error.problem_mark or error.context_mark
    line = lines[mark.line] if mark and mark.line < len(lines) else ""
    indent = line[: len(line) - len(line.lstrip())]
    if "\t" in indent or "'\\t'" in problem:
        at, words = mark, "a tab stands here; YAML takes spaces only"
    elif "quoted scalar" in context:
        at, words = error.context_mark, "the quotes that begin here do not end, or hold a \\ that YAML does not know"
    elif "flow" in context:
        at, words = error.context_mark, "the bracket that begins here is not closed, or a comma is missing in it"
    elif "mapping values are not allowed" in problem:
        at, words = mark, "a colon stands where none can be; put text that has one in quotes, or mend the indentation"
    elif "cannot start any token" in problem:
        at, words = mark, "no text can begin with this character; put the text in quotes"
    elif "could not find expected ':'" in problem:
        at, words = error.context_mark, "a key needs a colon and a space behind it, as in `key: value`"
    elif "expected <block end>, but found '<scalar>'" in problem:
        at, words = mark, "this stands behind the end of a text; put the whole text in one pair of quotes"
    elif "expected <block end>" in problem:
        at, words = mark, "this line is not indented like those it belongs to"
    else:
        at, words = mark, "this is not YAML; look at the indentation, the colons and the quotes here"
    return UnreadableError(_within(at or mark, lines), words)


def _hidden_near(error: yaml.MarkedYAMLError, lines: list[str]) -> tuple[Place, str] | None:
    """The first character that nobody sees in the lines that the parser complains of, comments apart, and the fault."""
    marks = [mark.line for mark in (error.context_mark, error.problem_mark) if mark]
    for number in range(max(min(marks, default=0) - 1, 0), min(max(marks, default=0) + 1, len(lines))):
        if found := unseen(_COMMENT.sub("", lines[number])):
            return Place(number + 1, found.index + 1), found.fault
    return None


_COMMENT = re.compile(r"(^|[ \t])#.*")


def _within(mark: yaml.Mark | None, lines: list[str]) -> Place:
    """The mark's place, or the file's end where the parser stood behind it."""
    if mark is None:
        return Place(1, 1)
    if mark.line < len(lines) and lines[mark.line]:
        return Place(mark.line + 1, mark.column + 1)
    last = max((number for number, line in enumerate(lines[: mark.line]) if line), default=0)
    return Place(last + 1, len(lines[last]) + 1)
