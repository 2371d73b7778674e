"""README and every page of docs: what they show can be typed, is valid, and leads somewhere; and people can read it."""

from __future__ import annotations

import re
import shlex
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from sessionsmgmt.application.setup import mantabots_import as conf_json
from sessionsmgmt.email.template import check
from sessionsmgmt.email.template_context import CONTEXT_NAMES
from sessionsmgmt.entrypoints.action.inputs import INPUTS
from sessionsmgmt.entrypoints.cli import main as cli
from tests import wording_screenshot
from tests.builders import ROLES
from tests.end_to_end.harness import AT_GOOGLE, ROOT
from tests.end_to_end.pages import PAGES, Page, sentences
from tests.end_to_end.private_club import private_club
from tests.settings import load

BY_PATH = {page.path: page for page in PAGES}
NAMED_FILES = ("people.csv", "calendar.ics", "contacts.vcf", "sample.ics", "sample.vcf")
SHELL = frozenset({"cd", "export", "gh", "git", "make", "mkdir", "openssl", ".venv/bin/python"})
"""What else a page may have somebody type in a console."""
YAML = [(page.path, number) for page in PAGES for number in range(len(page.blocks("yaml")))]
TYPED = [
    (page.path, line.removeprefix("$ "))
    for page in PAGES
    for block in [*page.blocks("console"), *page.blocks("sh")]
    for line in block.replace("\\\n", " ").splitlines()
]


def is_workflow(block: str) -> bool:
    return isinstance(yaml.safe_load(block), list) or "jobs" in yaml.safe_load(block)


def whole_workflow(block: str) -> dict[Any, Any]:
    """A workflow, or a part of one with what has to stand around it."""
    said = yaml.safe_load(block)
    whole: dict[Any, Any] = (
        {"jobs": {"job": {"runs-on": "ubuntu-latest", "steps": said}}} if isinstance(said, list) else said
    )
    return whole if True in whole else {True: "push", **whole}  # YAML 1.1 reads the key "on" as true


@pytest.mark.parametrize(("path", "number"), YAML)
def test_every_yaml_block_is_a_valid_sessions_yml_or_workflow(path: str, number: int, tmp_path: Path) -> None:
    block = BY_PATH[path].blocks("yaml")[number]
    if is_workflow(block):
        _check_workflow(block, tmp_path)
        return
    said = yaml.safe_load(block)
    whole = said if "version" in said else {**yaml.safe_load(AT_GOOGLE), **said}
    for name in NAMED_FILES:
        (tmp_path / name).touch()
    (tmp_path / "notice.md").write_text("Subject: Hello\n\nHello\n", encoding="utf-8")
    (tmp_path / "signature.md").write_text("MantaBots\n", encoding="utf-8")
    text = yaml.safe_dump(whole).replace(" true: ", " 'on': ")  # YAML 1.1 reads the key "on" as true
    (tmp_path / "sessions.yml").write_text(block if whole is said else text, encoding="utf-8")

    assert load(tmp_path / "sessions.yml").team


def _check_workflow(block: str, folder: Path) -> None:
    whole = whole_workflow(block)
    (folder / "workflow.yml").write_text(
        yaml.safe_dump({("on" if key is True else key): one for key, one in whole.items()}), encoding="utf-8"
    )
    done = subprocess.run(
        [*(sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"), "workflow.yml"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    steps = [step for job in whole["jobs"].values() for step in job["steps"]]
    given = [step.get("with", {}) for step in steps if "sessionsmgmt@" in step.get("uses", "")]
    assert given
    assert {name for one in given for name in one} <= {one.name for one in INPUTS}


@pytest.mark.parametrize(("path", "line"), TYPED)
def test_every_command_can_be_typed(path: str, line: str) -> None:
    """It is parsed by the command line itself, and not run: pages whose commands build on each other try that apart."""
    words = shlex.split(line, comments=True)
    assert words, path
    if words[0] != "sessionsmgmt":
        assert words[0].partition("=")[0] in SHELL
        return
    command: click.Command = cli.cli
    context = click.Context(command, info_name="sessionsmgmt", **command.context_settings)
    arguments = words[1:]
    while isinstance(command, click.Group):
        name, command_, arguments = command.resolve_command(context, arguments)
        assert command_ is not None
        command, context = command_, click.Context(command_, parent=context, info_name=name)
    command.parse_args(context, list(arguments))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_every_link_leads_somewhere(page: Page) -> None:
    targets = re.findall(
        r"\]\((?!https?:)([^)\s]+)\)", re.sub(r"^( *)```.*?^\1```$", "", page.text, flags=re.MULTILINE | re.DOTALL)
    )
    at_github = {"../../issues", "../../security/advisories/new"}  # relative to the page as GitHub shows it
    lost = []
    for target in set(targets) - at_github:
        path, _, anchor = target.partition("#")
        file = (page.file.parent / path).resolve() if path else page.file
        if not file.exists() or (anchor and anchor not in anchors(file)):
            lost.append(target)

    assert lost == []


def anchors(file: Path) -> set[str]:
    """What GitHub calls the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_every_link_to_elsewhere_is_to_a_place_that_is_known(page: Page) -> None:
    known = {
        *(
            "cli.github.com",
            "commonmark.org",
            "console.cloud.google.com",
            "contacts.google.com",
            "hypothesis.readthedocs.io",
        ),
        *("jinja.palletsprojects.com", "keepachangelog.com", "myaccount.google.com", "semver.org"),
    }
    assert set(re.findall(r"\]\(https://([^/)]+)", page.text)) <= known


def test_every_page_of_docs_is_in_the_list_and_every_picture_is_shown() -> None:
    listed = set(re.findall(r"\]\(([\w-]+\.md)\)", BY_PATH["docs/README.md"].text))
    assert {Path(path).name for path in BY_PATH if path.startswith("docs/")} - {"README.md"} == listed
    shown = {name for page in PAGES for name in re.findall(r"!\[[^\]]{20,}\]\(([\w-]+\.png)\)", page.text)}
    assert {path.name for path in (ROOT / "docs").glob("*.png")} == shown


# Plain language


LONGEST_SENTENCE = 45
AVERAGE_SENTENCE = 20
LONGEST_PARAGRAPH = 110
"""In words. What is longer is read twice, or not at all."""
PUFFED = (
    *("utilize", "leverage", "seamless", "robust", "cutting-edge", "state-of-the-art", "world-class", "best-in-class"),
    *(
        "simply",
        "obviously",
        "of course",
        "effortless",
        "blazing",
        "powerful",
        "in order to",
        "please note",
        "e.g.",
        "i.e.",
    ),
)


def words(text: str) -> list[str]:
    return re.findall(r"[\w'-]+", re.sub(r"`[^`]*`", "x", text))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_sentences_and_paragraphs_are_short(page: Page) -> None:
    said = [words(sentence) for sentence in sentences(page.prose)]
    paragraphs = [block for block in re.split(r"\n\s*\n|\n(?=[-|] |\d\. )", page.prose) if not block.startswith("|")]

    assert [" ".join(one) for one in said if len(one) > LONGEST_SENTENCE] == []
    assert sum(map(len, said)) <= AVERAGE_SENTENCE * len(said)
    assert [block for block in paragraphs if len(words(block)) > LONGEST_PARAGRAPH] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_no_word_puffs_or_shouts(page: Page) -> None:
    prose = page.prose.casefold()

    assert [word for word in PUFFED if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", prose)] == []
    assert "!" not in re.sub(r"!=|!\[|<!--|!important", "", page.prose)


def test_a_long_sentence_and_a_puffed_word_would_be_found() -> None:
    assert len(words(sentences("word " * 50)[0])) > LONGEST_SENTENCE
    assert [word for word in PUFFED if word in "it simply works"] == ["simply"]


def test_spelling_is_checked_with_every_check() -> None:
    text = (ROOT / "scripts" / "check").read_text(encoding="utf-8")
    assert re.search(r'^check "spelling" .*codespell', text, re.MULTILINE)


# The pages that have nothing else to be tried by


def test_the_gallery_of_templates_is_the_built_in_wording() -> None:
    shown = re.findall(r"<!-- ([\w-]+) -->\n```text\n(.*?)```", BY_PATH["docs/templates.md"].text, re.DOTALL)

    assert {name for name, _ in shown} >= {"new-en", "changed-en", "added-en", "cancelled-en", "new-fr", "count-en"}
    for name, text in shown:
        golden = (ROOT / "tests" / "fixtures" / "golden" / f"{name}.txt").read_text(encoding="utf-8")
        assert text.rstrip() == golden.rstrip(), name


def test_the_picture_of_the_built_in_wording_is_taken_by_a_script(tmp_path: Path) -> None:
    wording_screenshot.main(tmp_path / "wording.png")

    sizes = {picture_size(path) for path in (tmp_path / "wording.png", wording_screenshot.PICTURE)}
    assert sizes == {wording_screenshot.SIZE}
    assert wording_screenshot.PICTURE.stat().st_size < 250_000


def picture_size(picture: Path) -> tuple[int, int]:
    """Width and height, as the first chunk of a PNG has them."""
    width, height = struct.unpack(">II", picture.read_bytes()[16:24])
    return width, height


def test_the_template_it_shows_is_right_and_names_are_all_there() -> None:
    page = BY_PATH["docs/templates.md"]
    [template] = page.blocks("jinja")
    listed = {
        name for row in re.findall(r"^\| (`.*?) \|", page.text, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)
    }

    assert list(check(template, ROLES)) == []
    assert listed == CONTEXT_NAMES | {"adults", "students"}


def test_the_workflow_for_many_clubs_is_the_example() -> None:
    [shown] = [block for block in BY_PATH["docs/many-clubs.md"].blocks("yaml") if is_workflow(block)]
    kept = (ROOT / "examples" / "workflows" / "clubs.yml").read_text(encoding="utf-8")

    assert kept[kept.index("name:") :] == shown


def test_what_is_translated_is_what_the_page_says_is() -> None:
    rows = re.findall(r"^\| `([a-z_.]+)` \| (?!`sessions.yml`)", BY_PATH["docs/migrating.md"].text, re.MULTILINE)
    names = set(re.findall(r"`\{\{(\w+)\}\}`", BY_PATH["docs/migrating.md"].text))

    assert set(rows) == conf_json.KNOWN
    assert names == {*conf_json.NAMES, *conf_json.LISTS}


def test_the_report_of_what_github_allows_is_counted(tmp_path: Path) -> None:
    page = BY_PATH["docs/many-clubs.md"].text
    [nothing, notice] = map(
        int, re.findall(r"without a\s+notice makes (\d+) requests, and a run with a notice makes (\d+)", page)[0]
    )
    counts = []
    with private_club(tmp_path) as club:
        text = (club.folder.folder / "sessions.yml").read_text("utf-8")
        club.folder.write("sessions.yml", text.partition("credentials:")[0].replace(", confirm: sent-folder", ""))
        for minute, end in ((0, "12:00"), (1, "12:00"), (2, "13:00")):
            club.google.world.calendar().edit("lab", end={"dateTime": f"2026-11-07T{end}:00-05:00"})
            before = len(club.github.requests)
            now, number = f"2026-11-06T12:0{minute}:00-05:00", str(club.repository.id)
            assert club.call("run", now=now, GITHUB_REPOSITORY_ID=number).exit == 0
            counts.append(len(club.github.requests) - before)

    assert counts[1:] == [nothing, notice]
