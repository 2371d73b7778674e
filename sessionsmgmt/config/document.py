"""Parses the text of sessions.yml into plain values, with the position of each value.

Only the part of YAML that a settings file needs is supported. Anchors, aliases, tags, merge keys and several documents
in one file are problems, so a small file can't expand into a large one. This module does not know what a key means.

An unquoted word has its meaning in YAML 1.1, as in most tools, except that only decimal whole numbers are numbers.
Dates, times, fractions, octal and other numbers become ``UNSUPPORTED``, and no key accepts that value. So a time such
as ``10:30`` never silently becomes the number 630.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from enum import Enum
from typing import Any

import yaml

from sessionsmgmt.characters import InvisibleCharacter, find_invisible, visible_text, without_typography
from sessionsmgmt.config.reading import WHOLE_FILE, Position, UnreadableFileError, position_at
from sessionsmgmt.config.yaml_errors import explain_syntax_error
from sessionsmgmt.domain.frozen import dataclass

MAX_VALUES = 10_000
"""The most values and keys of a file. A club with a hundred notices needs a fifth of that."""

MAX_DEPTH = 16
"""The most levels of nested values. A valid sessions.yml has five."""

KeyPath = tuple[str | int, ...]
"""The keys and list indices that lead from the top of the file to a value."""


class Unsupported(Enum):
    """The type of ``UNSUPPORTED``: an unquoted word of a YAML type that no key of sessions.yml accepts."""

    UNSUPPORTED = "unsupported"


UNSUPPORTED = Unsupported.UNSUPPORTED


@dataclass(frozen=True, slots=True)
class YamlProblem:
    """A problem of the YAML itself. If ``hidden``, it is an invisible character, which may cause further problems."""

    position: Position
    key_path: KeyPath
    text: str
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """The content of the file: ``value`` consists of dict, list, str, int, bool, None and ``UNSUPPORTED``.

    ``keys`` and ``values`` have the position of each key and each value. ``raw_words`` has the text of each unquoted
    word that is not a string. ``problems`` are those that did not keep the rest of the file from being read.
    """

    value: Any
    keys: Mapping[KeyPath, Position] = field(default_factory=dict)
    values: Mapping[KeyPath, Position] = field(default_factory=dict)
    raw_words: Mapping[KeyPath, str] = field(default_factory=dict)
    problems: tuple[YamlProblem, ...] = ()

    def position_of_value(self, key_path: KeyPath) -> Position:
        """The position of a value. The position of a missing value is that of its parent."""
        if key_path in self.values:
            return self.values[key_path]
        while key_path:
            key_path = key_path[:-1]
            parent = self.keys.get(key_path) or self.values.get(key_path)
            if parent:
                return parent
        return Position(1, 1)

    def position_of_key(self, key_path: KeyPath) -> Position:
        """The position of a value's key."""
        return self.keys.get(key_path) or self.position_of_value(key_path)


def parse(text: str) -> Document:
    """The document in a text. Raises UnreadableFileError for a problem that keeps the rest from being read."""
    try:
        document = _Reader(text).read(yaml.parse(text, Loader=yaml.SafeLoader))
    except yaml.MarkedYAMLError as error:
        raise explain_syntax_error(error, text) from None
    except (ValueError, OverflowError):  # PyYAML does not catch these errors for \U with a number beyond Unicode
        escape = _NO_CHARACTER.search(text)
        position = position_at(text, escape.start()) if escape else WHOLE_FILE
        raise UnreadableFileError(position, "this \\U is not the code of a character; remove it") from None
    if document.value is None:
        raise UnreadableFileError(Position(1, 1), "the file is empty; run `sessionsmgmt init` to make one")
    return document


_NO_CHARACTER = re.compile(r"\\U(?!000[0-9A-Fa-f]|0010)")


@dataclasses.dataclass(slots=True)
class _OpenCollection:
    """A mapping or a list that is being read, or the list that receives the document (``key_path`` is then None)."""

    value: dict[str, Any] | list[Any]
    key_path: KeyPath | None
    key: str | None = None  # in a mapping: the key whose value comes next
    seen: dict[str, int] = field(default_factory=dict)  # in a mapping: its keys and their lines

    def next_key_path(self) -> KeyPath:
        """The key path of the next value."""
        if self.key_path is None:
            return ()
        return (*self.key_path, len(self.value) if self.key is None else self.key)

    def add(self, value: object) -> None:
        """Add the next value. If a key is there twice, its first value stays."""
        if isinstance(self.value, list):
            self.value.append(value)
        elif self.key is not None:
            self.value.setdefault(self.key, value)
            self.key = None


@dataclasses.dataclass(slots=True)
class _Reader:
    """Builds the document from the parser's events, without recursion.

    Invisible characters are removed from keys and values, and each is a problem.
    """

    text: str
    keys: dict[KeyPath, Position] = field(default_factory=dict)
    values: dict[KeyPath, Position] = field(default_factory=dict)
    raw_words: dict[KeyPath, str] = field(default_factory=dict)
    problems: list[YamlProblem] = field(default_factory=list)
    open_collections: list[_OpenCollection] = field(default_factory=list)
    count: int = 0

    def read(self, events: Iterator[yaml.Event]) -> Document:
        """The document that the events describe."""
        top: list[Any] = []
        for event in events:
            mark = event.start_mark
            position = Position(mark.line + 1, mark.column + 1) if mark else Position(0, 0)
            match event:
                case yaml.DocumentStartEvent():
                    if top:
                        raise UnreadableFileError(
                            position, "a second document begins here; keep one and remove the ---"
                        )
                    self.open_collections = [_OpenCollection(top, None)]
                case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                    self.open_collections.pop()
                case yaml.NodeEvent():
                    self._node(event, position)
        return Document(next(iter(top), None), self.keys, self.values, self.raw_words, tuple(self.problems))

    def _node(self, event: yaml.NodeEvent, position: Position) -> None:
        self.count += 1
        if self.count > MAX_VALUES:
            raise UnreadableFileError(
                position, f"the file has more than {MAX_VALUES} values; this is not a sessions.yml"
            )
        collection = self.open_collections[-1]
        if isinstance(collection.value, dict) and collection.key is None:
            collection.key = self._key(event, position, collection)
        else:
            self._value(event, position, collection)

    def _key(self, event: yaml.NodeEvent, position: Position, collection: _OpenCollection) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            raise UnreadableFileError(position, "this key is not a plain word; write every key as `key: value`")
        key = _without_invisible(str(event.value))
        key_path = (*(collection.key_path or ()), key)
        self._check_plain(event, position, key_path)
        self._check_visible(event, position, key_path)
        if key == "<<" and event.style is None:
            self._add_problem(position, key_path, "merge keys (<<) are not supported; write the keys out")
        elif key in collection.seen:
            line = collection.seen[key]
            text = f"this key is here a second time, after line {line}; keep one of the two"
            self._add_problem(position, key_path, text)
        collection.seen.setdefault(key, position.line)
        self.keys.setdefault(key_path, position)
        return key

    def _value(self, event: yaml.NodeEvent, position: Position, collection: _OpenCollection) -> None:
        key_path = collection.next_key_path()
        value: Any = UNSUPPORTED
        match event:
            case yaml.ScalarEvent():
                value = self._scalar(event, position, key_path)
            case yaml.MappingStartEvent():
                value = {}
            case yaml.SequenceStartEvent():
                value = []
        self._check_plain(event, position, key_path)
        # A problem of an empty value is reported at its key, since the empty value itself can't be seen.
        self.values.setdefault(key_path, self.keys.get(key_path, position) if value is None else position)
        collection.add(value)
        if isinstance(value, dict | list):
            if len(self.open_collections) > MAX_DEPTH:
                raise UnreadableFileError(position, f"values are nested more than {MAX_DEPTH} levels deep here")
            self.open_collections.append(_OpenCollection(value, key_path))

    def _scalar(self, event: yaml.ScalarEvent, position: Position, key_path: KeyPath) -> object:
        self._check_visible(event, position, key_path)
        text = _without_invisible(event.value)
        value = resolve_word(text) if event.style is None else text
        if not isinstance(value, str):
            self.raw_words.setdefault(key_path, text)
        elif _CONTROLS.search(value):
            self._add_problem(position, key_path, "must be one line of text, without control characters")
        return value

    def _check_plain(self, event: yaml.NodeEvent, position: Position, key_path: KeyPath) -> None:
        """Report aliases, anchors and tags, which would make a value depend on other values or on code."""
        if isinstance(event, yaml.AliasEvent):
            self._add_problem(position, key_path, "aliases (*name) are not supported; write the value out")
        elif event.anchor is not None:
            text = "anchors (&name) are not supported; remove it, and write the value where it is used"
            self._add_problem(position, key_path, text)
        elif getattr(event, "tag", None) is not None:
            text = "tags (!name) are not supported; remove it, or put text that begins with ! in quotes"
            self._add_problem(position, key_path, text)

    def _check_visible(self, event: yaml.ScalarEvent, position: Position, key_path: KeyPath) -> None:
        """Report an invisible character. The team's name may have typographic spaces."""
        invisible = find_invisible(event.value if key_path != ("team",) else without_typography(event.value))
        if invisible:
            position = self._character_position(event, invisible) or position
            self.problems.append(YamlProblem(position, key_path, invisible.sentence, hidden=True))

    def _character_position(self, event: yaml.ScalarEvent, invisible: InvisibleCharacter) -> Position | None:
        """The position of the character; None if it is written as an escape sequence."""
        if event.start_mark is None or event.end_mark is None:
            return None
        index = self.text.find(invisible.character, event.start_mark.index, event.end_mark.index)
        return position_at(self.text, index) if index >= 0 else None

    def _add_problem(self, position: Position, key_path: KeyPath, text: str) -> None:
        self.problems.append(YamlProblem(position, key_path, text))


# Line breaks of every kind, control characters and surrogates. Text in quotes can contain them as \n, \u….
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_WHOLE_NUMBER = re.compile(r"0|-?[1-9][0-9]{0,17}")
_MAX_WORD_LENGTH = 64


def _without_invisible(text: str) -> str:
    return visible_text(text) if find_invisible(text) else text  # quoted text without one keeps the space around it


def resolve_word(word: str) -> str | int | bool | Unsupported | None:
    """The value of an unquoted word. ``yes``, ``on`` and similar words are booleans, as in YAML 1.1."""
    if _WHOLE_NUMBER.fullmatch(word):
        return int(word)
    if len(word) > _MAX_WORD_LENGTH:
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
            return UNSUPPORTED
