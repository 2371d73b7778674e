"""The GitHub App that a club makes: it asks for what the code uses, and for nothing else."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

from jsonschema import Draft202012Validator

from sessionsmgmt.adapters.github.secrets import PERMISSIONS
from sessionsmgmt.config.model import Scope

ROOT = Path(__file__).parents[4]
MANIFEST = json.loads((ROOT / "app-manifest.json").read_text("utf-8"))
PAGE = (ROOT / "docs" / "github-app.md").read_text("utf-8")
OPENAPI = json.loads((ROOT / "tests" / "emulators" / "github" / "openapi.json").read_text("utf-8"))


class Form(HTMLParser):
    """Where the page's form goes, and what is in its field."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.action: str | None = None
        self.text = ""
        self.resources: list[str] = []
        self._inside = False
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._inside = tag == "textarea"
        self.action = given.get("action") or self.action
        self.resources += [str(given[name]) for name in ("src", "href") if name in given]

    def handle_data(self, data: str) -> None:
        self.text += data if self._inside else ""

    def handle_endtag(self, _tag: str) -> None:
        self._inside = False


def test_it_may_write_secrets_and_see_that_the_repository_is_there() -> None:
    assert MANIFEST["default_permissions"] == {"metadata": "read", PERMISSIONS[Scope.REPOSITORY]: "write"}
    assert (MANIFEST["default_events"], MANIFEST["public"]) == ([], False)


def test_github_knows_every_permission_that_it_or_its_page_names() -> None:
    known = OPENAPI["components"]["schemas"]["app-permissions"]
    Draft202012Validator(known | {"additionalProperties": False}).validate(MANIFEST["default_permissions"])

    for permission in PERMISSIONS.values():
        assert permission in known["properties"]
        assert f"`{permission}" in PAGE


def test_the_page_explains_each_permission() -> None:
    rows = dict(re.findall(r"^\| `([a-z_]+): (read|write)` \|", PAGE, re.MULTILINE))

    assert rows == MANIFEST["default_permissions"]


def test_the_form_sends_the_manifest_to_github_and_asks_nobody_else_for_anything() -> None:
    form = Form((ROOT / "docs" / "github-app.html").read_text("utf-8"))

    assert json.loads(form.text) == MANIFEST
    assert form.action == "https://github.com/settings/apps/new"
    assert form.resources == []
