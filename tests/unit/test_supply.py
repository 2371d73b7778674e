"""The product's dependencies: their licences, their known vulnerabilities, and the list of them for other tools."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from scripts import licences
from scripts.audit import verdict
from scripts.lockfile import ROOT, pins


def test_the_page_of_licences_is_what_is_installed() -> None:
    text = licences.PAGE.read_text("utf-8")
    assert licences.page(text, licences.packages()) == text, "run .venv/bin/python -m scripts.licences"


def test_the_page_of_licences_lists_every_pin() -> None:
    rows = re.findall(r"^\| (\S+) \| (\d\S*) \| .+ \|$", licences.PAGE.read_text("utf-8"), re.MULTILINE)
    assert dict(rows) == pins()


def test_every_licence_is_one_that_we_take() -> None:
    found = licences.packages()
    refused = [(one.name, one.licence) for one in found if not licences.permits(one.licence)]
    refused += [(name, stated) for one in found for stated, name in one.within if not licences.permits(stated)]
    assert refused == []


def test_the_page_of_licences_says_why_those_that_ask_for_more_are_fine() -> None:
    _, said = licences.PAGE.read_text("utf-8").split("## What the licences ask\n")
    asking = [package for package in licences.packages() if not licences.permits(package.licence, licences.PERMISSIVE)]
    assert {one.name for one in asking} == {"certifi", "pygithub"}
    assert all(f"`{one.name}`" in said for one in asking)
    assert {package.name for package in licences.packages() if "MPL-2.0" in dict(package.within)} == {"css-inline"}
    assert "`css-inline`" in said


@pytest.mark.parametrize(
    ("expression", "taken"),
    [
        ("MIT", True),
        ("MPL-2.0", True),
        ("GPL-3.0-only", False),
        ("GPL-2.0-only OR Apache-2.0", True),
        ("MIT AND GPL-2.0-only", False),
        ("(MIT OR GPL-2.0-only) AND Unicode-3.0", True),
        ("MIT AND (AGPL-3.0-only OR GPL-2.0-only)", False),
        ("(MIT OR (GPL-2.0-only AND ISC)) AND Zlib", True),
    ],
)
def test_a_licence_is_taken_if_one_can_choose_one_on_the_list(expression: str, *, taken: bool) -> None:
    assert licences.permits(expression) is taken


def test_a_package_that_does_not_say_its_licence_clearly_has_to_be_read() -> None:
    assert licences.licence("x", ["License :: OSI Approved :: MIT License"]) == "MIT"
    with pytest.raises(SystemExit, match="x does not say clearly"):
        licences.licence("x", [None, "BSD", "Programming Language :: Python"])


def test_the_bill_of_materials_is_cyclonedx_and_lists_exactly_the_pins(tmp_path: Path) -> None:
    target = tmp_path / "sbom.json"
    subprocess.run([sys.executable, "-W", "error", "-m", "scripts.sbom", target], cwd=ROOT, check=True)
    text = target.read_text("utf-8")
    bill = json.loads(text)

    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert {one["name"]: one["version"] for one in bill["components"]} == pins()
    assert {one["purl"] for one in bill["components"]} == {f"pkg:pypi/{one}@{two}" for one, two in pins().items()}
    assert bill["metadata"]["component"]["name"] == "sessionsmgmt"
    needs = {one["ref"]: one.get("dependsOn", []) for one in bill["dependencies"]}
    assert f"pkg:pypi/markupsafe@{pins()['markupsafe']}" in needs[f"pkg:pypi/jinja2@{pins()['jinja2']}"]
    assert f"pkg:pypi/jinja2@{pins()['jinja2']}" in needs["sessionsmgmt"]


def answer(*packages: Mapping[str, object]) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


SOUND = {"name": "rich", "version": "15.0.0", "vulns": []}
VULNERABLE = {
    "name": "jinja2",
    "version": "3.1.5",
    "vulns": [{"id": "CVE-1", "fix_versions": ["3.1.6"], "aliases": []}],
}
UNKNOWN = {"name": "six", "skip_reason": "not found"}


def test_a_vulnerability_is_named_and_fails_the_check() -> None:
    result = verdict(answer(SOUND, VULNERABLE))
    assert result.is_vulnerable
    assert result.lines == ("jinja2 3.1.5: CVE-1, fixed in 3.1.6", "2 packages looked up, 1 vulnerabilities")


def test_without_a_vulnerability_the_check_passes_and_names_what_was_not_looked_up() -> None:
    result = verdict(answer(SOUND, UNKNOWN))
    assert not result.is_vulnerable
    assert result.lines == ("six was not looked up: not found", "1 packages looked up, 0 vulnerabilities")


@pytest.mark.parametrize("silence", ["", "null", "{}", "Traceback", answer(UNKNOWN)])
def test_an_unreachable_service_is_reported_and_does_not_fail_the_check(silence: str) -> None:
    result = verdict(silence)
    assert not result.is_vulnerable
    assert "nothing was looked up" in result.lines[0]
