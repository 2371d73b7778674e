"""The YAML of sessions.yml: the values of words, their positions, and what is refused."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.config.document import MAX_DEPTH, MAX_VALUES, UNSUPPORTED, parse
from sessionsmgmt.config.reading import Position, UnreadableFileError, decode
from tests.unit.config.club import BASE, Club


def refusal(text: str | bytes) -> tuple[Position, str]:
    with pytest.raises(UnreadableFileError) as caught:
        parse(decode(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")))
    return caught.value.position, caught.value.text


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("Team Session", "Team Session"),
        ("2024-2025 Team Calendar", "2024-2025 Team Calendar"),
        ("3", 3),
        ("-3", -3),
        ("true", True),
        ("Off", False),
        ("~", None),
        ("null", None),
        ("'3'", "3"),
        ('"yes"', "yes"),
        ("10:30", UNSUPPORTED),
        ("2024-11-03", UNSUPPORTED),
        ("2024-11-03T10:00:00Z", UNSUPPORTED),
        ("1.5", UNSUPPORTED),
        ("010", UNSUPPORTED),
        ("0x1F", UNSUPPORTED),
        ("1_000", UNSUPPORTED),
        ("9" * 19, UNSUPPORTED),
        ("9" * 5000, "9" * 5000),
        (".inf", UNSUPPORTED),
    ],
)
def test_an_unquoted_word_has_this_value(word: str, value: object) -> None:
    found = parse(f"key: {word}\n").value["key"]
    assert found == value
    assert type(found) is type(value)


def test_every_key_and_value_has_its_position() -> None:
    document = parse("a:\n  - x\n  - {b: 1, 'c d': [y]}\ne:\n")
    assert document.value == {"a": ["x", {"b": 1, "c d": ["y"]}], "e": None}
    assert document.position_of_value(("a",)) == (2, 3)
    assert document.position_of_key(("a",)) == (1, 1)
    assert document.position_of_value(("a", 1)) == (3, 5)
    assert document.position_of_value(("a", 1, "b")) == (3, 9)
    assert document.position_of_value(("a", 1, "c d", 0)) == (3, 20)
    assert document.position_of_value(("e",)) == (4, 1)  # nothing stands there: the key does
    assert document.position_of_value(("a", 1, "missing")) == (3, 5)
    assert document.position_of_value(("missing",)) == (1, 1)


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("", (1, 1), "the file is empty; run `sessionsmgmt init` to make one"),
        (" \n# nothing\n", (1, 1), "the file is empty; run `sessionsmgmt init` to make one"),
        ("a:\n\tb: c\n", (2, 1), "this is a tab; YAML allows only spaces"),
        ("a: \tb\n", (1, 4), "this is a tab; YAML allows only spaces"),
        ("a: @b\n", (1, 4), "no text can begin with this character; put the text in quotes"),
        (
            "a: b: c\n",
            (1, 5),
            "a colon is not allowed here; put text with a colon in quotes, or correct the indentation",
        ),
        (
            "a: b\n  c: d\n",
            (2, 4),
            "a colon is not allowed here; put text with a colon in quotes, or correct the indentation",
        ),
        ("a: 'b\nc: d\n", (1, 4), "the quotes that begin here do not end, or contain a \\ that YAML does not know"),
        ('a: "C:\\Team"\n', (1, 4), "the quotes that begin here do not end, or contain a \\ that YAML does not know"),
        ('a: "\\UFFFFFFFF"\n', (1, 5), "this \\U is not the code of a character; remove it"),
        ("a: [b,\nc: d\n", (1, 4), "the bracket that begins here is not closed, or a comma is missing in it"),
        ("a: {b\n", (1, 4), "the bracket that begins here is not closed, or a comma is missing in it"),
        ("a:\n  - b\n c: d\n", (3, 2), "this line is not indented like the lines that it belongs to"),
        ("a: 'b' c\n", (1, 8), "this follows the end of a text; put the whole text in one pair of quotes"),
        ("a: b\nc\n", (2, 1), "a key needs a colon and a space after it, as in `key: value`"),
        ("%YAML 9.9\n---\na: b\n", (1, 1), "this is not YAML; look at the indentation, the colons and the quotes here"),
        ("a: 1\n---\nb: 2\n", (2, 1), "a second document begins here; keep one and remove the ---"),
        ("? [a]\n: b\n", (1, 3), "this key is not a plain word; write every key as `key: value`"),
        ("a: b\x00\n", (1, 5), "an invisible character (U+0000) is here; remove it"),
        ("a: b\x1b[31m\n", (1, 5), "an invisible character (U+001B) is here; remove it"),
        (
            "a: b\u2028c: d\n",
            (1, 5),
            "a blank (U+2028 LINE SEPARATOR) only looks like a space; write a space, or remove it",
        ),
        (b"a: 1\nteam: \xc9quipe\n", (2, 7), "this is not UTF-8 text; save the file as UTF-8 in your editor"),
        (b"\xff\xfea\x00", (1, 1), "this is not UTF-8 text; save the file as UTF-8 in your editor"),
    ],
)
def test_unreadable_yaml_is_reported_with_its_position(text: str | bytes, position: Position, message: str) -> None:
    assert refusal(text) == (position, message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: &x [b]\n", "anchors (&name) are not supported; remove it, and write the value where it is used"),
        ("a: *x\n", "aliases (*name) are not supported; write the value out"),
        (
            "a: !!python/object/apply:os.system [id]\n",
            "tags (!name) are not supported; remove it, or put text that begins with ! in quotes",
        ),
        ("a: !important\n", "tags (!name) are not supported; remove it, or put text that begins with ! in quotes"),
        ("a: |\n  two\n  lines\n", "must be one line of text, without control characters"),
        ('a: "\\ud800"\n', "must be one line of text, without control characters"),
        ('a: "\\x9b31m"\n', "must be one line of text, without control characters"),
    ],
)
def test_unsupported_yaml_is_reported_with_its_position(text: str, message: str) -> None:
    (problem,) = parse(text).problems
    assert (problem.position, problem.key_path, problem.text) == ((1, 4), ("a",), message)


def test_a_repeated_key_is_reported_and_its_first_value_counts() -> None:
    document = parse("a: {b: 1}\nc: 2\na: {b: 2, d: 3, d: 4}\n")
    assert document.value == {"a": {"b": 1}, "c": 2}
    assert [(problem.position, problem.text) for problem in document.problems] == [
        ((3, 1), "this key is here a second time, after line 1; keep one of the two"),
        ((3, 17), "this key is here a second time, after line 3; keep one of the two"),
    ]


def test_a_byte_order_mark_and_the_line_ends_of_any_system_are_fine() -> None:
    text = "a: 1\nb: [x]\n"
    plain = parse(decode(text.encode()))
    for data in (
        b"\xef\xbb\xbf" + text.encode(),
        text.replace("\n", "\r\n").encode(),
        text.replace("\n", "\r").encode(),
    ):
        assert parse(decode(data)) == plain


def test_nesting_is_bounded_without_recursion() -> None:
    assert parse("[" * MAX_DEPTH + "]" * MAX_DEPTH).value
    assert refusal("[" * 100_000) == ((1, MAX_DEPTH + 1), f"values are nested more than {MAX_DEPTH} levels deep here")
    assert refusal("- " * 100_000)[1] == f"values are nested more than {MAX_DEPTH} levels deep here"
    assert refusal("{a: " * 60_000)[1] == f"values are nested more than {MAX_DEPTH} levels deep here"


def test_the_number_of_values_is_bounded() -> None:
    assert len(parse("- a\n" * (MAX_VALUES - 1)).value) == MAX_VALUES - 1
    assert refusal("- a\n" * 20_000) == (
        (MAX_VALUES, 3),
        f"the file has more than {MAX_VALUES} values; this is not a sessions.yml",
    )


def test_aliases_do_not_expand() -> None:
    bomb = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))
    document = parse(bomb)
    assert sum(len(value) for value in document.value.values()) == 1 + 29 * 9
    assert len(document.problems) == 30 + 29 * 9


def test_a_file_that_is_too_large_is_not_read_on(club: Club) -> None:
    assert club.problems(BASE + "#" * 300_000) == ["sessions.yml: the file is larger than 256 KiB; make it smaller"]


TREES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcdefgh_", min_size=1), inner, max_size=4),
    max_leaves=20,
)


@given(tree=TREES.filter(lambda tree: tree is not None), flow=st.booleans())
def test_what_a_yaml_library_writes_is_read_back(tree: object, flow: bool) -> None:
    text = yaml.safe_dump(tree, default_flow_style=flow, allow_unicode=True, sort_keys=False)
    assert parse(text).value == tree


UNSEEN = {
    "\u200b": "an invisible character (U+200B ZERO WIDTH SPACE) is here; remove it",
    "\u00ad": "an invisible character (U+00AD SOFT HYPHEN) is here; remove it",
    "\ufeff": "an invisible character (U+FEFF ZERO WIDTH NO-BREAK SPACE) is here; remove it",
    "\u202e": "an invisible character (U+202E RIGHT-TO-LEFT OVERRIDE) is here; remove it",
    "\u200d": "an invisible character (U+200D ZERO WIDTH JOINER) is here; remove it",
    "\ufe0f": "an invisible character (U+FE0F VARIATION SELECTOR-16) is here; remove it",
    "\U000e0041": "an invisible character (U+E0041 TAG LATIN CAPITAL LETTER A) is here; remove it",
    "\u00a0": "a blank (U+00A0 NO-BREAK SPACE) only looks like a space; write a space, or remove it",
    "\u2009": "a blank (U+2009 THIN SPACE) only looks like a space; write a space, or remove it",
}


@pytest.mark.parametrize(("character", "message"), UNSEEN.items(), ids=ascii)
@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("a:\n  b: c~d\n", (2, 7)),
        ("a:\n  b: ~c\n", (2, 6)),
        ("a:\n  b: 'c~'\n", (2, 8)),
        ('a:\n  b: "c\\t~"\n', (2, 10)),
        ("a:\n  b:\n    - x\n    - y~\n", (4, 8)),
        ("a:\n  b: [x, y~]\n", (2, 11)),
        ("a: {b: c~}\n", (1, 9)),
        ("a:\n  b: |\n    c~\n", (3, 6)),
        ("a:\n  ~b: c\n", (2, 3)),
        ("a:\n  b~: c\n", (2, 4)),
        ("a:\n  'b~': c\n", (2, 5)),
        ("a:\n  b: >\n    c\n    d~e\n", (4, 6)),
    ],
)
def test_an_invisible_character_is_reported_with_its_position(
    text: str, position: Position, character: str, message: str
) -> None:
    document = parse(text.replace("~", character))
    first = document.problems[0]
    assert (first.position, first.text) == (position, message)
    assert "b" in document.value["a"]


@pytest.mark.parametrize("escape", ["\\u200b", "\\u00a0", "\\ufeff", "\\U000e0041", "\\_"])
def test_an_invisible_character_in_an_escape_is_reported_at_its_value(escape: str) -> None:
    [problem] = parse(f'a:\n  b: "c{escape}d"\n').problems
    assert problem.position == (2, 6)
    assert "U+" in problem.text


@pytest.mark.parametrize(("character", "message"), UNSEEN.items(), ids=ascii)
@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("a:\n  - b: c\n   ~d: e\n", (3, 4)),
        ("a:\n   b: c\n  ~d: e\n", (3, 3)),
        ("a: [b,\n~c: d\n", (2, 1)),
        ("a: b\n  c:~d: e\n", (2, 5)),
        ("a: 'b'~\n", (1, 7)),
    ],
)
def test_an_invisible_character_that_breaks_the_yaml_is_reported(
    text: str, position: Position, character: str, message: str
) -> None:
    assert refusal(text.replace("~", character)) == (position, message)


def test_a_comment_may_have_invisible_characters() -> None:
    assert parse("a: b #\u00a0c\n# \u200b\n").problems == ()
    assert "quotes" in refusal("# \u00a0\na: 'b\nc: d\n")[1]


def test_joined_emoji_and_letters_stay_whole() -> None:
    text = "\U0001f3ca\u200d\u2642\ufe0f \u0645\u06cc\u200c\u062e"
    document = parse(f"a: {text}\n")
    assert (document.value, document.problems) == ({"a": text}, ())


def test_the_teams_name_may_have_typographic_spaces() -> None:
    text = "FC\u00a0Basel\u202f! Sport\u00adverein"
    assert parse(f"team: {text}\n").problems == ()
    assert len(parse(f"team: \u00a0{text}\n").problems) == 1
    assert len(parse("team: FC\u200bBasel\n").problems) == 1
