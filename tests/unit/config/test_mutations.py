"""Any changed sessions.yml loads, or is refused with problems that have positions in the file."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sessionsmgmt.config.model import Config
from sessionsmgmt.errors import InputError
from tests.settings import load
from tests.unit.config.club import BASE, WHOLE, Club

FRAGMENTS = [
    *("\n", "  ", "\t", ": ", "- ", "[", "]", "{", "}", "'", '"', "#", "&a ", "*a", "!!str ", "<<", "---\n", "|", ">"),
    *("?", "~", "null", "yes", "10:30", "2024-01-01", "0", "-1", "1e9", "1 day", "..", "/", "\\", "@", "\x00"),
    *("\u2028", "\ufeff", "\U0001f916", "\u202e", "x" * 300, "../x", "notice.md", "calendar: ", "notices: "),
    *("provider: ", "ics", "smtp", "path: ", "store: ", "git", "version: 2", "adults", "require: ", "kinds: ", "new"),
    *("template: ", "locale: "),
]


@pytest.fixture(scope="module")
def shared() -> Iterator[Club]:
    with tempfile.TemporaryDirectory() as folder:
        yield Club(Path(folder).resolve())


@st.composite
def mutated(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from([BASE, WHOLE]))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 25)))
        piece = draw(st.sampled_from(FRAGMENTS) | st.text(max_size=6) | st.sampled_from(text.splitlines(keepends=True)))
        text = text[:start] + piece + text[end:]
    return text


def outcome(club: Club, data: bytes) -> Config | InputError:
    club.file.write_bytes(data)
    try:
        return load(club.file)
    except InputError as error:
        return error


def seen_well(club: Club, data: bytes) -> None:
    found = outcome(club, data)
    if isinstance(found, Config):
        return
    assert found.problems
    assert list(found.problems) == sorted(found.problems)
    lines = data.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for problem in found.problems:
        if problem.file == str(club.file):
            assert (problem.line, problem.column) == (0, 0) or (
                1 <= problem.line <= len(lines) and 1 <= problem.column <= len(lines[problem.line - 1]) + 1
            )
        assert problem.text
        assert all(character.isprintable() for character in f"{problem.path}{problem.text}")


@settings(max_examples=300, deadline=None)
@given(text=mutated())
def test_a_mutation_loads_or_is_refused_with_places(shared: Club, text: str) -> None:
    seen_well(shared, text.encode("utf-8", "surrogatepass"))


@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=200))
def test_any_bytes_load_or_are_refused_with_places(shared: Club, data: bytes) -> None:
    seen_well(shared, data)


@settings(max_examples=100, deadline=None)
@given(start=st.integers(0, len(WHOLE.splitlines()) - 1))
def test_leaving_out_any_line_loads_or_is_refused_with_places(shared: Club, start: int) -> None:
    lines = WHOLE.splitlines(keepends=True)
    seen_well(shared, "".join(lines[:start] + lines[start + 1 :]).encode())


HOSTILE = {
    "an alias bomb": "a: &a [x]\n" + "b: [*a, *a, *a, *a, *a, *a, *a, *a]\n" * 200,
    "deep lists": "[" * 20_000,
    "deep keys": "".join(f"{' ' * depth}a:\n" for depth in range(600)),
    "many unknown keys": "".join(f"notics{number}: 1\n" for number in range(500)),
    "many notices": "notices:\n" + "  - {id: a, template: ../x, locale: xx, to: [x, x]}\n" * 250,
    "many roles": f"roles: {{{', '.join(f'r{number}: [a, a]' for number in range(500))}}}",
    "one long text": f"team: {'x' * 50_000}\n",
    "one long address": f"mail: {{provider: google, from: {'a.' * 12_000}@{'b.' * 12_000}}}\n",
    "one long path": f"calendar: {{provider: ics, path: {'a/../' * 10_000}}}\n",
    "one long branch": f"ledger: {{store: git, branch: {'a/' * 25_000}}}\n",
    "one long zone": f"timezone: {'a/' * 25_000}\n",
    "one long locale": f"locale: {'a_' * 25_000}\n",
    "one long host": f"mail: {{provider: smtp, username: x, host: {'a-' * 25_000}}}\n",
    "long number": f"version: {'1' * 50_000}\n",
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_is_refused_in_bounded_memory(club: Club, what: str) -> None:
    tracemalloc.start()
    try:
        found = outcome(club, HOSTILE[what].encode())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert isinstance(found, InputError)
    assert max(len(problem.path + problem.text) for problem in found.problems) < 500
    assert peak < 16 * 2**20


def test_only_what_is_needed_is_imported(club: Club) -> None:
    club.file.write_text(BASE, encoding="utf-8")
    code = (
        "import sys; from pathlib import Path; from sessionsmgmt.bootstrap.providers import PROVIDERS; "
        "from sessionsmgmt.bootstrap.wording import WORDING; "
        "from sessionsmgmt.config.load import load; load(Path(sys.argv[1]), PROVIDERS.sections, WORDING);"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    result = subprocess.run([sys.executable, "-c", code, club.file], check=True, capture_output=True, text=True)
    loaded = set(result.stdout.split())
    assert "yaml" in loaded
    assert not loaded & {
        "jsonschema",
        "icalendar",
        "recurring_ical_events",
        "vobject",
        "jinja2",
        "markdown_it",
        "css_inline",
        "rich",
    }
    assert not loaded & {"google", "googleapiclient", "github", "requests", "nacl", "httplib2"}
