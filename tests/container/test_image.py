"""What the image holds, what it does not, and what it says about itself."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import PurePath

import pytest

from sessionsmgmt import __version__
from tests.container.archive import Archive
from tests.container.engine import ROOT, Engine, Start

PYTHON = ("/app/bin/python", "-I", "-B", "-X", "utf8")
LIMIT = 60_000_000


@pytest.fixture(scope="module")
def added(image: Archive) -> dict[str, int]:
    """The files of our layers, with their sizes."""
    return {path: size for layer in image.ours() for path, size in layer.files.items()}


def test_what_is_added_to_the_base_stays_under_60_megabytes(image: Archive) -> None:
    sizes = [layer.size for layer in image.ours()]
    print(f"layers added: {sizes} bytes")  # noqa: T201 - shown when it fails, and by pytest -s

    assert sum(sizes) < LIMIT


def test_nothing_is_added_outside_of_its_folder_and_of_the_base_only_pip_is_taken_away(added: dict[str, int]) -> None:
    elsewhere = {path for path in added if not path.startswith("app/")}

    assert {PurePath(path).name for path in elsewhere} >= {".wh.pip"}
    assert [path for path in elsewhere if not re.match(r"\.wh\.pip", PurePath(path).name)] == []


def test_neither_pips_settings_nor_certificates_of_the_machine_that_built_it_are_left(added: dict[str, int]) -> None:
    settings = re.compile(r"pip\.conf|pip-ca|ca-certificates|\.netrc|\.pem$|\.pth$|\.crt$")

    assert [path for path in added if settings.search(path) and not path.endswith("/certifi/cacert.pem")] == []


def test_there_are_no_tests_no_stubs_and_of_googles_descriptions_only_those_that_are_used(
    added: dict[str, int],
) -> None:
    parts = [PurePath(path) for path in added]

    assert [str(path) for path in parts if {"tests", "test"} & set(path.parts) or path.suffix == ".pyi"] == []
    assert {path.name for path in parts if path.parent.name == "documents"} == {
        "calendar.v3.json",
        "gmail.v1.json",
        "people.v1.json",
    }


def test_every_module_is_there_compiled_and_ours_with_their_sources(added: dict[str, int]) -> None:
    packages = "app/lib/python3"
    ours = [path for path in added if "/site-packages/sessionsmgmt/" in path and path.endswith(".py")]
    sources = [path for path in added if path.startswith(packages) and path.endswith(".py")]
    compiled = {path.removeprefix("app/bytecode/").rpartition(".cpython-")[0] for path in added}

    assert {path.partition("site-packages/")[2] for path in ours} == {
        str(path.relative_to(ROOT)) for path in (ROOT / "sessionsmgmt").rglob("*.py")
    }
    assert [path for path in sources if path.removesuffix(".py") not in compiled] == []


def test_packages_whose_licence_asks_for_it_come_with_their_source(added: dict[str, int]) -> None:
    for name in ("github/Requester.py", "certifi/core.py"):
        assert [path for path in added if path.endswith(f"/site-packages/{name}")] != []


def test_it_says_what_it_is_and_under_which_licence(image: Archive) -> None:
    labels = image.config["Labels"]
    described = {name: labels[f"org.opencontainers.image.{name}"] for name in ("title", "licenses", "version")}

    assert described == {"title": "sessionsmgmt", "licenses": "MIT", "version": __version__}
    assert labels["org.opencontainers.image.description"].startswith("Tells the owner of the premises")
    assert {"org.opencontainers.image.source", "org.opencontainers.image.revision"} <= set(labels)


def test_it_starts_as_root_and_without_a_shell_or_a_folder_of_its_own(image: Archive) -> None:
    assert image.config["Entrypoint"][0] == "/app/bin/python"
    assert image.config["Entrypoint"][-1] == "/app/entrypoint.py"
    assert "-I" in image.config["Entrypoint"]
    assert image.config.get("User", "") in {"", "root", "0"}
    assert image.config.get("WorkingDir") in {None, "", "/"}


def test_there_is_no_compiler_and_no_pip(container: Engine) -> None:
    looked = container.run(
        Start(["/bin/sh", "-c", "for one in cc gcc g++ clang make ld pip pip3; do command -v $one; done; true"], {}, {})
    )
    imported = container.run(Start([*PYTHON, "-c", "import pip"], {}, {}))
    base = container.run(Start(["/bin/sh", "-c", "python3 -B -c 'import pip'"], {}, {}))

    assert (looked.exit, looked.out) == (0, "")
    assert "No module named 'pip'" in imported.err
    assert "No module named 'pip'" in base.err


def imports() -> Iterator[str]:
    """Every module that the product imports anywhere."""
    for path in (ROOT / "sessionsmgmt").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module


def test_everything_that_is_imported_anywhere_can_be_imported(container: Engine) -> None:
    code = f"import importlib\nfor name in {sorted(set(imports()))!r}: importlib.import_module(name)"
    done = container.run(Start([*PYTHON, "-c", code], {}, {}))

    assert (done.exit, done.err) == (0, "")


CALENDAR = """
import datetime, json
from babel import Locale, localedata
from babel.dates import format_date, format_datetime, format_time
when = datetime.datetime(2026, 11, 7, 14, 5)
def written(name):
    locale = Locale.parse(name)
    forms = [write(when, form, locale=locale) for write in (format_date, format_datetime) for form in
             ("short", "medium", "long") if (write, form) != (format_datetime, "long")]
    return [*forms, format_date(when, "full", locale), format_time(when, "short", locale=locale),
            locale.datetime_formats["full"], locale.text_direction, locale.plural_form(1), locale.plural_form(2)]
print(json.dumps({name: written(name) for name in localedata.locale_identifiers()}))
"""


def test_dates_read_the_same_in_every_locale_as_they_do_from_the_whole_library(container: Engine) -> None:
    inside = container.run(Start([*PYTHON, "-c", CALENDAR], {}, {}))
    outside = subprocess.run([sys.executable, "-c", CALENDAR], capture_output=True, text=True, check=True)

    found = json.loads(inside.out)
    assert found == json.loads(outside.stdout)
    assert len(found) > 1_000
    assert found["fr"][-6] == "samedi 7 novembre 2026"


def test_every_time_zone_is_known_without_those_of_the_base(container: Engine) -> None:
    code = (
        "import zoneinfo; zoneinfo.reset_tzpath([]); from importlib.resources import files;"
        "names = files('tzdata').joinpath('zones').read_text().split();"
        "print(len([zoneinfo.ZoneInfo(name) for name in names]), 'America/New_York' in names)"
    )
    done = container.run(Start([*PYTHON, "-c", code], {}, {}))

    number, known = done.out.split()
    assert (int(number) > 500, known) == (True, "True")
