"""A template's problems are found before it is used, and rendering a template always ends."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sessionsmgmt.email.template as subject
from sessionsmgmt.email.language import language
from sessionsmgmt.email.sample_notices import sample_notices, sample_wording
from sessionsmgmt.email.template import check, render
from sessionsmgmt.email.template_context import built_in_context, template_context
from sessionsmgmt.email.template_syntax import MAX_TEMPLATE_LENGTH, TemplateProblem, syntax_problems
from sessionsmgmt.errors import InputError
from tests.builders import ROLES
from tests.unit.email.cases import TEMPLATE

WORDING = Path(subject.__file__).parent / "wording"


def problems(body: str) -> list[TemplateProblem]:
    return check(f"Subject: x\n{body}", ROLES)


def test_a_right_template_has_no_fault() -> None:
    assert check(TEMPLATE, ROLES) == []


@pytest.mark.parametrize("name", ["en", "fr", "es", "de"])
def test_the_built_in_wording_has_no_fault(name: str) -> None:
    text = (WORDING / f"{name}.md").read_text("utf-8")
    words, wording = language(name), sample_wording(ROLES)
    for notice in sample_notices(ROLES):
        context = template_context((notice,), wording, words) | built_in_context(notice, wording, words)
        assert syntax_problems(text, frozenset(context)) == []
        assert render(text, context, built_in=True).subject


@pytest.mark.parametrize(
    "body",
    [
        "{{ team }} {{ kind }} {{ notice }} {{ date }} {{ start }} {{ end }} {{ start_time }} {{ end_time }}",
        "{{ presence }} {{ presence.start.strftime('%H:%M') }} {{ presence.end.isoformat() }} {{ presence.all_day }}",
        "{{ session.id }}{{ session.title }}{{ session.location }}{{ session.description }}{{ session.all_day }}",
        "{{ session.start }} {{ session.end }}",
        "{% for p in students %}{{ loop.index }}. {{ p.name }}{{ ', ' if not loop.last }}{% else %}nobody{% endfor %}",
        "{{ students | map(attribute='name') | join(', ') }} {{ students | length + adults | length }}",
        "{% set all = adults + students %}{% for p in all if p.new %}{{ p }}{% endfor %}",
        "{% if before %}{{ before.text }}{% endif %} {{ team ~ ': ' ~ (students | length) }}",
        "{% for group in groups %}{{ group.title }} {{ group.count }} {{ group.number }}{% endfor %}",
        "{% if kind in ['new', 'changed'] and students is not none %}{{ team | upper | replace('A', 'B') }}{% endif %}",
        "{% raw %}{{ not a name }}{% endraw %} {# remark #} {{ team.upper() }} {{ session.title | default('x') }}",
        "{{ (presence.end - presence.start).total_seconds() // 3600 }} {{ 2 * 3 }}",
        "{% for session in groups %}{{ session.count }}{% endfor %}",
    ],
)
def test_ordinary_uses_of_a_template_are_allowed(body: str) -> None:
    assert problems(body) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", (1, 1, 'the first line must be the subject: "Subject: …"')),
        ("Hello\nSubject: x", (1, 1, 'the first line must be the subject: "Subject: …"')),
        ("Subject:  \nHello", (1, 1, 'the subject is empty; write it after "Subject:"')),
        ("Subject: {{ tem }}", (1, 13, 'there is no "tem" here; did you mean "team"?')),
        (
            "Subject: x" * MAX_TEMPLATE_LENGTH,
            (1, 1, f"is too long; a template has at most {MAX_TEMPLATE_LENGTH} characters"),
        ),
    ],
)
def test_a_template_begins_with_its_subject(text: str, problem: tuple[int, int, str]) -> None:
    assert check(text, ROLES) == [problem]


@pytest.mark.parametrize(
    ("body", "line", "column", "sentence"),
    [
        ("\nDear {{ studnets }}", 3, 9, 'there is no "studnets" here; did you mean "students"?'),
        ("{{ session.titel }}", 2, 12, 'session has no "titel"; did you mean "title"?'),
        (
            "{% if session.title == 'x' %}\n{{ session.foo }}{% endif %}",
            3,
            12,
            'session has no "foo"; there is all_day,',
        ),
        ("{% for p in adults %}\n{{ p.nam }}{% endfor %}", 3, 6, 'a person has no "nam"; did you mean "name"?'),
        ("{{ before.text }}", 2, 1, "something is not there, at least in some notices"),
        ("{{ team | uper }}", 2, 11, 'there is no filter "uper"; did you mean "upper"?'),
        ("{{ team | e }}", 2, 5, 'there is no filter "e"; leave it out'),
        ("{{ 1 is od }}", 2, 9, 'there is no test "od"; did you mean "odd"?'),
        ("{{ adults }}", 2, 1, "a list can't be written as it is"),
        ("{{ team }", 2, 1, "not understood: unexpected '}'"),
        ("{% if team %}", 2, 1, "not understood: Unexpected end of template"),
        ("{{ 1 / 0 }}", 2, 1, "this can't be worked out"),
        ("![x](https://example.org/x.png)", 2, 6, "pictures are left out"),
        ("[x](javascript:alert)", 2, 1, ""),
        ("[x](/here)", 2, 5, "a link must begin with"),
        ("\n[x]({{ session.location }})", 1, 1, "a link must begin with"),
        ("[x](mailto:{{ session.location }})", 1, 1, "a link must begin with"),
    ],
)
def test_a_fault_is_reported_at_its_position(body: str, line: int, column: int, sentence: str) -> None:
    found = problems(body)
    if not sentence:
        assert found == []  # CommonMark itself reads this as text and not as a link
    else:
        assert [(problem.line, problem.column, problem.sentence[: len(sentence)]) for problem in found] == [
            (line, column, sentence)
        ]


@pytest.mark.parametrize(
    "body",
    [
        "{% for i in range(10**9) %}x{% endfor %}",
        "{{ 'a' * 10**9 }}",
        "{{ 'a' * 1000000000 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ '%1000000000d' | format(1) }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ '{:1000000000}'.format(1) }}",
        "{{ 'a'.ljust(1000000000) }}",
        "{{ 'a' | center(1000000000) }}",
        "{{ [1] * 1000000000 }}",
        "{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}",
        "{% for x in students recursive %}{{ loop(students) }}{% endfor %}",
        "{% set a = 'aaaaaaaaaaaaaaaaaaaa' %}" + "{% set a = a ~ a %}" * 40,
        "{% set a = 'aaaaaaaaaaaaaaaaaaaa' %}" + "{% set a = a + a %}" * 40,
        "{% set a = 'aaaaaaaaaaaaaaaaaaaa' %}" + "{% set a = a | replace('a', a) %}" * 9,
        "{% set a = 'aaaaaaaaaaaaaaaaaaaa' %}" + "{% set a = a | join(a) %}" * 9,
        "{% set a = adults %}" + "{% set a = a + a %}" * 40 + "{{ a | length }}",
        "{% set a = [] %}" + "{% set a = [a, a] %}" * 40 + "{{ a | string }}",
        "{% set a %}x{% endset %}" + "{% set a %}{{ a }}{{ a }}{% endset %}" * 40 + "{{ a }}",
        "{% for a in session.title %}" * 12 + "{% endfor %}" * 12,
        "{% for a in session.title %}" * 4 + "{{ session.title }}" + "{% endfor %}" * 4,
        "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
        "{{ " + "-" * 5000 + "1 }}",
        "{% for a in adults %}" * 60 + "{% endfor %}" * 60,
        "**a " * 1000 + "b** " * 1000,
        "{% include 'secrets' %}",
        "{% import 'secrets' as x %}",
        "{% extends 'secrets' %}",
        "{{ ''.__class__.__mro__ }}",
        "{{ ''['__class__'] }}",
        "{{ adults | map(attribute='__class__') | first }}",
        "{{ lipsum() }}{{ cycler() }}{{ namespace() }}{{ dict() }}",
        "{% set x = namespace() %}",
        "{{ self }}{{ loop }}",
        "{{ students.append(1) }}",
        "{{ [1, 2] }}",
    ],
)
def test_a_harmful_or_endless_template_is_refused(body: str) -> None:
    assert problems(body)


def test_a_template_that_fails_later_says_in_which_line() -> None:
    sample, new = sample_wording(ROLES), sample_notices(ROLES)[0]
    text = "Subject: x\n\n{% if team == 'Sample Team' %}\n{{ session.title / 2 }}\n{% endif %}"
    with pytest.raises(InputError) as raised:
        render(text, template_context((new,), sample, language("en_US")))
    assert raised.value.text == "The template can't be used, line 4: '/' can't be used on these values."
    assert [(problem.line, problem.column) for problem in raised.value.problems] == [(4, 1)]


@pytest.mark.parametrize(
    "expression", ["adults[team]", "session[team]", "adults[0][team]", "team + 1", "team | int / 0", "team[team]"]
)
def test_a_failure_repeats_no_value(expression: str) -> None:
    known = {
        **template_context(sample_notices(ROLES)[:1], sample_wording(ROLES), language("en_US")),
        "team": "Secretive",
    }
    with pytest.raises(InputError) as raised:
        render(f"Subject: x\n{{{{ {expression} }}}}", known)
    assert "Secretive" not in str(raised.value)


def said(body: str) -> str:
    draft = render(
        f"Subject: x\n{body}", template_context(sample_notices(ROLES)[:1], sample_wording(ROLES), language("en_US"))
    )
    return "".join(draft.values[ord(c) - 0xF0000] if ord(c) >= 0xF0000 else c for c in draft.body)


def test_lines_with_only_tags_are_removed() -> None:
    assert said("{% for p in adults %}\n- {{ p }}\n{% endfor %}\nend") == "- Ada Sample\n- Bo Sample\nend"
    assert said("a\n  {% if team %}{# yes #}\nb\n  {% endif %}\nc") == "a\nb\nc"


def test_a_tag_at_the_end_of_a_line_of_text_keeps_the_line_end() -> None:
    assert said("a {% if team %}b{% endif %}\nc") == "a b\nc"
    assert said("a {# remark #}\nc") == "a \nc"
    assert said("a {% if team -%}\nb{% endif %}") == "a b"


def test_the_beginning_and_line_ends_of_a_file_do_not_matter() -> None:
    assert said("a\r\nb") == "a\nb"
    assert check("\ufeffSUBJECT: x\r\n{{ team }}", ROLES) == []


def test_placeholders_that_an_author_writes_are_dropped() -> None:
    assert said("a\U000f0000\U000ffffdb{{ team }}") == "abSample Team"


@given(st.text(alphabet="{}%#()[]|~*'\"ab \n.teamifor0", max_size=60))
def test_every_fault_of_any_template_has_a_position_and_a_sentence(body: str) -> None:
    for line, column, sentence in problems(body):
        assert 1 <= line <= body.count("\n") + 2
        assert column >= 1
        assert sentence


@pytest.mark.parametrize(
    "body",
    [
        "{% set a = '" + "x" * 20_000 + "' | list %}{% for c in a %}{% set d = a | sort %}{% endfor %}",
        "{% set a = '" + "x" * 20_000 + "' | list %}{% for c in a %}{{ '' if 'y' in a }}{% endfor %}",
        "{% set a = '" + "x" * 20_000 + "' | list %}{% for c in a %}{{ '' if 'y' is in a }}{% endfor %}",
        "{% set a = '" + "x" * 20_000 + "' | list %}{% for c in a %}{% set d = a[1:] %}{% endfor %}",
        "{% set a = '" + "x" * 20_000 + "' %}{% for c in a %}{% set d = a.upper() %}{% endfor %}",
        "{% set a = '" + "x" * 20_000 + "' %}{% for c in a %}{% set d = a + 'y' %}{% endfor %}",
        "{% set a = '" + "x" * 20_000 + "' %}{{ a | list | map('replace', 'x', a) | list | length }}",
        "{% for c in '" + "x" * 20_000 + "' %}{% set d = [" + "1," * 5_000 + "] %}{% endfor %}",
    ],
    ids=["filter", "in", "test", "part", "method", "plus", "map", "list"],
)
def test_a_template_that_works_through_too_much_is_refused(body: str) -> None:
    assert "too much text or too many items" in problems(body)[0].sentence


def test_the_text_that_a_loop_repeats_is_limited_too() -> None:
    body = "{% for c in '" + "x" * 10_000 + "' %}" + "word " * 2_000 + "{% endfor %}"
    assert problems(body)[0].sentence == "the email gets too long"


def test_lists_can_not_be_summed() -> None:
    assert problems("{{ [1, 2] | sum }} {{ students | sum(attribute='number', start=1) if false }}") == []
    assert problems("{{ students | sum(start=[]) }}")[0].sentence == "'sum' adds numbers only"


def test_tags_in_a_text_are_read_once() -> None:
    assert problems("{{ '" + "{#" * 15_000 + "' }} {% if 1 %}\nx{% endif %}") == []


def test_a_name_that_is_not_there_is_read_once() -> None:
    assert "is not there" in problems("{{ session[\"'" + "a" * 30_000 + '"] }}')[0].sentence
