"""The rooms of the house and the arrows between them: what a module may import. The drawing is in CONTRIBUTING.md."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.import_graph import Import, circles, imports, modules

REPOSITORY = Path(__file__).parents[2]
CONTRIBUTING = (REPOSITORY / "CONTRIBUTING.md").read_text("utf-8")

ARROWS = {
    "entrypoints": {"bootstrap", "presenters", "application", "config", "ports", "domain", "shared"},
    "bootstrap": {"presenters", "application", "adapters", "email", "config", "ports", "domain", "shared"},
    "presenters": {"application", "email", "config", "ports", "domain", "shared"},
    "application": {"email", "config", "ports", "domain", "shared"},
    "adapters": {"config", "ports", "domain", "shared"},
    "email": {"domain", "shared"},
    "config": {"domain", "shared"},
    "ports": {"domain", "shared"},
    "domain": set[str](),
    "shared": {"domain"},
}
"""What each room may import besides itself. ``shared`` are the modules that stand beside the rooms."""

SHARED = {"", "base_urls", "characters", "errors", "parallel", "retry", "safe_files", "secret_masking", "settings"}
"""The modules beside the rooms; the empty name is the package itself."""

ANY_PROVIDER = {"ledger"}
"""The folder of adapters that every provider may import. Beside it, a provider imports no other provider."""

OF_A_PROVIDER = {"ledger": {"github"}, "feeds": {"files"}}
"""The ledger on a branch is kept at GitHub, and a feed holds what a calendar file holds."""

LIBRARIES = {"application": {"icalendar", "jinja2", "yaml"}, "domain": set(), "ports": set(), "shared": set()}
"""The libraries that a room may import at all, where that is limited. ``init`` reads files to make proposals."""

LAZY = {
    "babel", "cryptography", "css_inline", "dateutil", "email_validator", "github", "google", "googleapiclient",
    "httplib2", "icalendar", "jinja2", "jsonschema", "markdown_it", "nacl", "requests", "rich", "urllib3",
}  # fmt: skip
"""The libraries that are imported where they are first used, and not when the command line starts."""

TEXTS = modules(REPOSITORY / "sessionsmgmt")
GRAPH = imports(TEXTS)


def room(module: str) -> str:
    """The room that a module of the product stands in; "" for a library."""
    package, _, rest = module.partition(".")
    if package != "sessionsmgmt":
        return ""
    first = rest.partition(".")[0]
    return "shared" if first in SHARED else first


def folder(module: str) -> str:
    """The folder of a module, or the module itself where folders and modules stand side by side."""
    above = module.rpartition(".")[0]
    has_folders = any(name.startswith(f"{above}.") and name.count(".") > module.count(".") for name in TEXTS)
    return module if has_folders else above


def provider(module: str) -> str:
    """The folder of adapters that a module stands in; "" for any other module."""
    parts = module.split(".")
    return parts[2] if parts[:2] == ["sessionsmgmt", "adapters"] and len(parts) > 3 else ""


def forbidden(graph: list[Import]) -> Iterator[Import]:
    """The imports along an arrow that the drawing does not have."""
    for one in graph:
        here, there = room(one.importer), room(one.imported)
        if there and here != there and there not in ARROWS[here]:
            yield one


def between_providers(graph: list[Import]) -> Iterator[Import]:
    """The imports by a provider of another one."""
    for one in graph:
        here, there = provider(one.importer), provider(one.imported)
        if here and there and here != there and there not in ANY_PROVIDER | OF_A_PROVIDER.get(here, set()):
            yield one


def test_every_import_follows_an_arrow_of_the_drawing() -> None:
    assert [str(one) for one in forbidden(GRAPH)] == []


def test_the_drawing_has_every_room_and_no_circle() -> None:
    assert {room(module) for module in TEXTS} == set(ARROWS)
    assert circles([Import(here, there, 0) for here, allowed in ARROWS.items() for there in allowed]) == []


def test_contributing_shows_the_same_arrows() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (`.*|the standard library alone) \|$", CONTRIBUTING, re.MULTILINE)

    assert {here: set(re.findall(r"`(\w+)`", there)) for here, there in rows if here in ARROWS} == {
        here: allowed - {"shared"} for here, allowed in ARROWS.items() if here != "shared"
    }


def test_no_module_folder_or_room_is_part_of_a_circle() -> None:
    own = [one for one in GRAPH if room(one.imported)]

    assert circles(own) == []
    assert circles(own, folder) == []
    assert circles(own, room) == []


def test_no_provider_imports_another_one() -> None:
    assert [str(one) for one in between_providers(GRAPH)] == []


@pytest.mark.parametrize("name", LIBRARIES)
def test_a_room_imports_no_library_but_those_it_may(name: str) -> None:
    allowed = {"sessionsmgmt", *sys.stdlib_module_names, *LIBRARIES[name]}
    own = [one for one in GRAPH if room(one.importer) == name]

    assert [str(one) for one in own if one.imported.partition(".")[0] not in allowed] == []


@pytest.mark.parametrize("module", ["sessionsmgmt.entrypoints.cli.main", "sessionsmgmt.entrypoints.action.step"])
def test_the_start_of_the_program_imports_no_heavy_library(module: str) -> None:
    script = f"import sys, {module}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", script], cwd=REPOSITORY, capture_output=True, text=True, check=True)

    assert sorted(LAZY.intersection(done.stdout.split())) == []


def test_a_package_says_in_one_line_what_it_is_and_holds_nothing_else() -> None:
    packages = {name for name in TEXTS if any(other.startswith(f"{name}.") for other in TEXTS)}
    faults = [name for name in packages - {"sessionsmgmt"} if not re.fullmatch(r'"""\S.*\."""\n', TEXTS[name])]

    assert packages
    assert faults == []


def test_a_module_of_more_than_300_lines_says_why() -> None:
    long = {name: ast.get_docstring(ast.parse(text)) for name, text in TEXTS.items() if text.count("\n") > 300}

    assert [name for name, docstring in long.items() if "over 300 lines" not in (docstring or "")] == []


INVENTED = {
    "sessionsmgmt.domain.model": "import json\n",
    "sessionsmgmt.ports.ledger": "from sessionsmgmt.domain import model\n",
    "sessionsmgmt.adapters.google.mail": "from sessionsmgmt.ports.ledger import Ledger\n",
}


def found(**texts: str) -> list[str]:
    """The forbidden imports of an invented product that has these modules besides; ``__`` stands for a dot."""
    added = {f"sessionsmgmt.{name.replace('__', '.')}": text for name, text in texts.items()}
    graph = imports(INVENTED | added)
    return [f"{one.importer} {one.line}" for one in (*forbidden(graph), *between_providers(graph))]


def test_an_allowed_arrow_is_not_reported() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("from sessionsmgmt.adapters.google import mail\n", 1),
        ("import json\nimport sessionsmgmt.adapters.google.mail as mail\n", 2),
        ("def send():\n    from sessionsmgmt.adapters.google.mail import Gmail\n", 2),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from sessionsmgmt.adapters import google\n", 3),
        ('import importlib\ngmail = importlib.import_module("sessionsmgmt.adapters.google.mail")\n', 2),
    ],
    ids=["at the top", "with another name", "in a function", "for the type checker", "by its name as text"],
)
def test_a_forbidden_import_is_reported_wherever_it_stands(text: str, line: int) -> None:
    assert found(application__run=text) == [f"sessionsmgmt.application.run {line}"]


def test_an_import_of_another_provider_is_reported() -> None:
    assert found(adapters__files__outbox="from sessionsmgmt.adapters.google.mail import Gmail\n") == [
        "sessionsmgmt.adapters.files.outbox 1"
    ]


def test_a_relative_import_is_refused() -> None:
    with pytest.raises(ValueError, match="a relative import in line 1"):
        imports({"package.module": "from . import other\n"})


def test_a_circle_is_reported_with_all_that_are_in_it() -> None:
    graph = imports(
        {
            "a.one": "from b import two\n",
            "b.two": "def later():\n    from c.three import x\n",
            "c.three": "import a.one\n",
            "d.four": "import a.one\n",
        }
    )

    assert circles(graph) == [("a.one", "b.two", "c.three")]
    assert circles(graph, lambda name: name[0]) == [("a", "b", "c")]
    assert circles([one for one in graph if one.importer != "c.three"]) == []


def test_folders_that_need_each_other_are_reported_where_their_modules_make_no_circle() -> None:
    graph = imports({"a.one": "import b.one\n", "b.one": "", "b.two": "import a.two\n", "a.two": ""})

    assert circles(graph) == []
    assert circles(graph, lambda name: name[0]) == [("a", "b")]
