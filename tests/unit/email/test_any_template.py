"""For any template, ``check`` reports its problems and their positions, or emails can be made from it."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2.filters import FILTERS as DEFAULT_FILTERS
from jinja2.tests import TESTS as DEFAULT_TESTS

from sessionsmgmt.domain.model.people import Disclose
from sessionsmgmt.email.compose import compose
from sessionsmgmt.email.model import Envelope, Wording
from sessionsmgmt.email.safe_text import without_invisible
from sessionsmgmt.email.sample_notices import sample_notices
from sessionsmgmt.email.template import check
from sessionsmgmt.email.template_syntax import MAX_TEMPLATE_LENGTH, TemplateProblem
from tests.builders import ROLES

ENVELOPE = Envelope(sender="coach@example.org", to=("office@example.org",), cc=(), reply_to=())
NOW = datetime(2026, 11, 6, 12, tzinfo=UTC)


def sends(text: str) -> list[TemplateProblem]:
    """The template's problems. If there are none, an email is composed for every sample notice."""
    problems = check(text, ROLES)
    if not problems:
        wording = Wording("Otters", "en_US", ZoneInfo("UTC"), {role.name: Disclose.NAMES for role in ROLES}, text)
        for notice in sample_notices(ROLES):
            assert compose(notice, wording, ENVELOPE, NOW)["Subject"]
    lines = text.split("\n")
    for line, column, sentence in problems:
        assert 1 <= line <= len(lines)
        assert 1 <= column <= len(lines[line - 1]) + 1
        assert sentence
    return problems


ODD = st.sampled_from(
    [
        *("\ufffe", "\U000ffffd", "\U000f0000", "\U0010fffd", "\ue000", "\u202e", "\u2028", "\x85", "\x00", "\x1b"),
        *("\U000e0041", "\ufeff", "\u3164", "\U0001fffe", "%F3%B0%80%80", "%f3%b0%80%80", "&#xF0000;", "&#983040;"),
        *(
            "&#x10FFFD;",
            "&#xFFFFD;",
            "&#x202E;",
            "&ZeroWidthSpace;",
            "&#0;",
            "&#x110000;",
            "xn--hn61f",
            "=?utf-8?q?a?=",
        ),
    ]
)
NAMES = st.sampled_from(
    [
        *("team", "kind", "notice", "date", "start", "end", "start_time", "presence", "presence.start", "session"),
        *("session.title", "session.location", "session.start", "adults", "students", "adults[0]", "before", "groups"),
        *("groups[0].people", "loop", "loop.index", "nothing", "self", "_", "true", "none", "session.all_day"),
    ]
)
CONSTANTS = st.one_of(
    st.sampled_from(
        [
            *("0", "1", "-1", "2", "7", "10", "255", "9" * 13, "9" * 400, "1e400", "0.5", "0x1F", "1_000"),
            *(
                "''",
                "'a'",
                "'%'",
                "'%s'",
                "'{}'",
                "'\\x00'",
                "'\\ud800'",
                "'\\U000f0000'",
                "'\\N{BULLET}'",
                "'%Y\\ud800'",
            ),
            *("[]", "[1]", "['a', 1]", "()", "(1, 2)", "{}", "none", "true", "not 1", "'\\x'"),
        ]
    ),
    ODD.map(lambda text: f"'{text}'"),
)
METHODS = st.sampled_from(
    [
        *("upper", "title", "strip", "split", "startswith", "strftime", "isoformat", "date", "time", "weekday"),
        *("total_seconds", "cycle", "changed", "format", "encode", "__class__", "replace", "join"),
    ]
)
FILTERS = st.sampled_from(sorted(DEFAULT_FILTERS))
TESTS = st.sampled_from(sorted(DEFAULT_TESTS))


def _grown(smaller: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    arguments = st.lists(
        st.one_of(
            smaller, st.builds("{}={}".format, st.sampled_from(["attribute", "default", "d", "length"]), smaller)
        ),
        max_size=3,
    ).map(lambda all_of_them: f"({', '.join(all_of_them)})" if all_of_them else "")
    return st.one_of(
        st.builds("{}|{}{}".format, smaller, FILTERS, arguments),
        st.builds("({} is {}{})".format, smaller, TESTS, arguments),
        st.builds("{}.{}{}".format, smaller, METHODS, arguments),
        st.builds("{}.{}()".format, smaller, METHODS),
        st.builds(
            "({} {} {})".format,
            smaller,
            st.sampled_from(["+", "-", "*", "/", "//", "%", "**", "~", "==", "<", "in", "and", "or"]),
            smaller,
        ),
        st.builds("{}[{}]".format, smaller, smaller),
        st.builds("{}[{}:{}]".format, smaller, smaller, smaller),
        st.builds("({} if {} else {})".format, smaller, smaller, smaller),
        st.builds("-{}".format, smaller),
    )


EXPRESSIONS = st.recursive(NAMES | CONSTANTS, _grown, max_leaves=5)
PRINTED = st.builds("{{{{ {} }}}}".format, EXPRESSIONS)
MARKDOWN = st.one_of(
    st.sampled_from(
        [
            *("a", " ", "\n", "\n\n", "# ", "- ", "> ", "1. ", "123456789. ", "    ", "\t", "```", "`", "*", "**", "|"),
            *("\n|a|b|\n|-|-|\n|", "\n---\n", "[a](", "https://example.org/", "https://", "mailto:", "<https://e.org/"),
            *(")", ">", "![a](b)", "[a]: https://example.org/ 'b'", "[a]", "<b>", "&amp;", "\\", "~~", "{", "}", "#}"),
            *("{#", "{%", "%}", "{{", "}}", "{%-", "-%}", "{% raw %}", "{% endraw %}", "\r\n", "\r"),
        ]
    ),
    ODD,
)


def _framed(smaller: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.lists(smaller, min_size=2, max_size=4).map("".join),
        st.builds("{{% if {} %}}{}{{% endif %}}".format, EXPRESSIONS, smaller),
        st.builds("{{% if {} %}}{}{{% else %}}{}{{% endif %}}".format, EXPRESSIONS, smaller, smaller),
        st.builds("{{% for one in {} %}}{}{{% endfor %}}".format, EXPRESSIONS, smaller),
        st.builds("{{% for a, b in {} %}}{}{{% endfor %}}".format, EXPRESSIONS, smaller),
        st.builds("{{% set {} = {} %}}{}".format, NAMES, EXPRESSIONS, smaller),
        st.builds("{{% set {} %}}{}{{% endset %}}".format, NAMES, smaller),
        st.builds(
            "{{% {0} {1} %}}{2}{{% end{0} %}}".format,
            st.sampled_from(["autoescape", "filter", "block", "macro", "call", "with", "trans", "raw", "set"]),
            st.one_of(EXPRESSIONS, st.just(""), st.just("x()"), st.just("upper")),
            smaller,
        ),
        st.builds(
            "{{% {} {} %}}{}".format,
            st.sampled_from(
                ["include", "extends", "import", "from", "do", "break", "continue", "debug", "end", "else"]
            ),
            EXPRESSIONS,
            smaller,
        ),
    )


BODIES = st.recursive(PRINTED | MARKDOWN, _framed, max_leaves=8)
SUBJECTS = st.one_of(PRINTED, ODD, st.just("Hello"), EXPRESSIONS.map("{{% if {} %}}a{{% endif %}}".format))


@given(SUBJECTS, BODIES)
def test_a_valid_template_becomes_an_email_and_any_other_is_reported_with_its_position(subject: str, body: str) -> None:
    sends(f"Subject: {subject}\n{body}")


@given(EXPRESSIONS)
def test_so_does_any_expression(expression: str) -> None:
    sends(f"Subject: Hello\n{{{{ {expression} }}}}")


@given(st.text(max_size=200))
def test_so_does_any_text(text: str) -> None:
    sends(text)
    sends(f"Subject: {text}\n{text}")


@pytest.mark.parametrize("name", sorted(DEFAULT_FILTERS))
@pytest.mark.parametrize("argument", ["", "(2)", "(-1)", "('')", "([])", "(1, 2, 3)", "(attribute='x')"])
def test_so_does_any_filter(name: str, argument: str) -> None:
    for value in ("team", "adults", "1", "session.start", "none"):
        sends(f"Subject: Hello\n{{{{ {value}|{name}{argument} }}}}")


@pytest.mark.parametrize(
    "tag", ["autoescape true", "autoescape false", "with a = 1", "trans", "debug", "do 1", "break"]
)
def test_so_does_any_tag(tag: str) -> None:
    name = tag.partition(" ")[0]
    assert sends(f"Subject: Hello\n{{% {tag} %}}a{{% end{name} %}}")[0][0] == 2
    assert sends(f"Subject: Hello\n{{% {tag} %}}a")[0][0] == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{% autoescape true %}a{% endautoescape %}", (2, 4, '"autoescape" can\'t be used in a template')),
        ("a\n{% for loop in adults %}a{% endfor %}", (3, 1, "not understood: Can't assign to special loop")),
        ("a\n\n{{ team|truncate(2) }}", (4, 1, "this can't be worked out with the values it is given")),
        ("{% set ns.x = 1 %}", (2, 4, '"set" can\'t be used in a template with an end tag')),
        ("{% for a in adults %}{{ loop.cycle() }}{% endfor %}", (2, 1, "this can't be worked out")),
    ],
)
def test_a_forbidden_part_is_reported_by_its_name(text: str, expected: tuple[int, int, str]) -> None:
    [(line, column, sentence)] = sends(f"Subject: Hello\n{text}")
    assert (line, column, sentence[: len(expected[2])]) == expected


def test_a_template_of_the_greatest_length_and_depth_is_checked() -> None:
    for opening in (
        "> ",
        "- ",
        "1. ",
        "999999999. ",
        "*",
        "[",
        "`",
        "![",
        "{{ (",
        "{% if 1 %}",
        "{% for a in b %}",
        "(",
    ):
        sends(f"Subject: Hello\n{opening * 2_000}"[:MAX_TEMPLATE_LENGTH])


def test_a_number_that_python_can_not_read_is_reported_with_its_line() -> None:
    [(line, _, sentence)] = sends(f"Subject: Hello\nb\n\n{{{{ {'9' * 5_000} }}}}\nc")
    assert (line, sentence) == (4, "this can't be read; a number or a text in it may be wrong")


HIDDEN = "\U000e0041\u034f\u3164\u202e\ufe0f\u200d\u200b\x1b\ue000\U000f0001\U0010fffd"
REFERENCES = "".join(f"&#x{ord(character):X};" for character in HIDDEN) + "&ZeroWidthSpace;&zwnj;&rlm;&shy;&NoBreak;"


def test_nothing_hidden_in_a_team_a_subject_or_a_template_reaches_an_email() -> None:
    template = (
        f"Subject: a{HIDDEN}b\n# c{HIDDEN}d\n\n{REFERENCES} `{HIDDEN}` [e{HIDDEN}](https://e.org '{REFERENCES}')\n"
    )
    wording = Wording(f"Ott{HIDDEN}ers", "en_US", ZoneInfo("UTC"), {}, template)
    for notice in sample_notices(ROLES):
        email = compose(notice, wording, ENVELOPE, NOW)
        assert email["Subject"] == "a b"
        for part in email.walk():
            if not part.is_multipart():
                text = str(part.get_content())
                assert without_invisible(text.replace("\r", "")) == text.replace("\r", "")


@pytest.mark.parametrize(
    "lookalike", ["%F3%B0%80%80", "%F3%BF%BF%BD", "%F4%80%80%80", "&#xF0000;", "&#983040;", "&#x100000;"]
)
@pytest.mark.parametrize("where", ["{}", "[a](https://e.org/{})", "<https://e.org/{}>", "`{}`", "[a](https://{}/)"])
def test_an_author_can_not_write_a_placeholder(lookalike: str, where: str) -> None:
    wording = Wording(
        "Otters", "en_US", ZoneInfo("UTC"), {}, f"Subject: a\n{{{{ 'sec' ~ 'ret' }}}}\n\n{where.format(lookalike)}"
    )
    email = compose(sample_notices(ROLES)[0], wording, ENVELOPE, NOW)
    for kind in ("plain", "html"):
        body = email.get_body((kind,))
        assert body is not None
        assert body.get_content().count("secret") == 1
