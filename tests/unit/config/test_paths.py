"""No path in sessions.yml leads out of the repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sessionsmgmt.config.paths import find_club_folder
from sessionsmgmt.errors import InputError
from tests.settings import load, settings
from tests.unit.config.club import BASE, Club, changed

OUT = "leads out of the repository; keep the file inside it"
RELATIVE = "must be relative to the folder of sessions.yml"

THROUGH_A_LINK = "is a link, or below one, and nothing is written through links; write the path that it leads to"
WRITTEN = {"mail.path", "ledger.path", "ledger.migrate_from.path"}
PLACES = [
    ("calendar.path", "{provider: google, name: Team}", "{provider: ics, path: PATH}"),
    ("contacts.path", "contacts: {provider: google}", "contacts: {provider: vcard, path: PATH}"),
    ("mail.path", "mail: {provider: google}", "mail: {provider: outbox, path: PATH}"),
    ("ledger.path", "roles:", "ledger: {store: file, path: PATH}\nroles:"),
    ("ledger.migrate_from.path", "roles:", "ledger: {store: git, migrate_from: {store: file, path: PATH}}\nroles:"),
    ("preview.sample.calendar", "roles:", "preview: {sample: {calendar: PATH, contacts: sample.vcf}}\nroles:"),
    ("preview.sample.contacts", "roles:", "preview: {sample: {calendar: sample.ics, contacts: PATH}}\nroles:"),
    ("notices[0].template", "match:", "template: PATH\n    match:"),
]
"""Each key that names a file, and how to add it to the valid file."""


@pytest.mark.parametrize(("where", "old", "new"), PLACES)
@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("../x", OUT),
        ("folder/../../x", OUT),
        ("link/x", OUT),
        ("linked-file", OUT),
        ("/etc/hostname", RELATIVE),
        ("~/x", RELATIVE),
        ("C:/x", RELATIVE),
        ("folder\\x", "must have / between its folders, not \\"),
        (".git/config", "leads into .git, which belongs to git; keep the file elsewhere"),
        ("folder/../.GIT/config", "leads into .git, which belongs to git; keep the file elsewhere"),
        ("config-link", "leads into .git, which belongs to git; keep the file elsewhere"),
        ("a" * 501, "is too long: it may have 500 characters at most"),
    ],
)
def test_a_path_that_leads_out_is_refused(
    club: Club, tmp_path_factory: pytest.TempPathFactory, where: str, old: str, new: str, path: str, message: str
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "x").touch()
    (club.root / "link").symlink_to(outside)
    (club.root / "linked-file").symlink_to(outside / "x")
    (club.root / "config-link").symlink_to(club.root / ".git" / "config")
    (problem,) = club.problems(changed(old, new.replace("PATH", path)))
    assert problem.partition(": ")[2] == f"{where}: {message}"


@pytest.mark.parametrize(("where", "old", "new"), PLACES)
def test_a_path_within_the_repository_is_fine(club: Club, where: str, old: str, new: str) -> None:
    (club.root / "file").write_text("Subject: x\n\nHello\n", encoding="utf-8")
    (club.root / "inner").symlink_to(club.root)
    path = "folder/../new" if where == "mail.path" else "folder/../file"
    assert club.problems(changed(old, new.replace("PATH", path))) == []
    linked = club.problems(changed(old, new.replace("PATH", f"inner/{path}")))
    if where in WRITTEN:
        assert [message.partition(": ")[2] for message in linked] == [f"{where}: {THROUGH_A_LINK}"]
    else:
        assert linked == []


def test_a_club_in_a_folder_that_is_a_link_is_refused(club: Club) -> None:
    (club.root / "folder" / "sessions.yml").write_text(BASE, encoding="utf-8")
    (club.root / "linked").symlink_to("folder")
    with pytest.raises(InputError) as caught:
        load(club.root / "linked" / "sessions.yml")
    assert [problem.text for problem in caught.value.problems] == [
        f"{os.path.relpath(club.root / 'linked')} is a symbolic link; name the folder that it leads to"
    ]


def test_links_in_a_circle_are_not_a_file(club: Club) -> None:
    (club.root / "a").symlink_to(club.root / "b")
    (club.root / "b").symlink_to(club.root / "a")
    (problem,) = club.problems(f"{BASE}    template: a\n")
    assert problem.endswith("notices[0].template: there is no such file")


def test_a_pipe_is_not_a_file_and_does_not_block(club: Club) -> None:
    os.mkfifo(club.root / "pipe")
    (problem,) = club.problems(f"{BASE}    template: pipe\n")
    assert problem.endswith("notices[0].template: there is no such file")
    with pytest.raises(InputError):
        load(club.root / "pipe")


def test_a_club_in_a_folder_of_a_repository_may_use_the_folders_beside_it(club: Club) -> None:
    (club.root / "folder" / "sessions.yml").write_text(f"{BASE}    template: ../notice.md\n", encoding="utf-8")
    assert load(club.root / "folder" / "sessions.yml").root == club.root


def test_outside_of_a_repository_the_folder_of_the_file_is_the_limit(club: Club) -> None:
    (club.root / ".git" / "config").unlink()
    (club.root / ".git").rmdir()
    assert club.load(BASE).root == club.root
    (club.root / "folder" / "sessions.yml").write_text(f"{BASE}    template: ../notice.md\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load(club.root / "folder" / "sessions.yml")
    assert [problem.text for problem in caught.value.problems] == [OUT]


def test_a_git_file_in_place_of_the_git_folder_marks_a_repository(club: Club) -> None:
    (club.root / "folder" / ".git").write_text("gitdir: ../.git/modules/folder\n", encoding="utf-8")
    (club.root / "folder" / "sessions.yml").write_text(BASE, encoding="utf-8")
    assert load(club.root / "folder" / "sessions.yml").root == club.root / "folder"


def test_a_sessions_yml_that_is_a_link_out_of_the_repository_is_refused(
    club: Club, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "sessions.yml"
    outside.write_text(BASE, encoding="utf-8")
    club.file.symlink_to(outside)
    with pytest.raises(InputError) as caught:
        load(club.file)
    assert [problem.text for problem in caught.value.problems] == [
        "the file is a link that leads out of the repository; put the file here"
    ]


def test_the_usual_ledger_may_not_be_a_link_out_of_the_repository(
    club: Club, tmp_path_factory: pytest.TempPathFactory
) -> None:
    (club.root / ".sessionsmgmt").symlink_to(tmp_path_factory.mktemp("outside"))
    assert club.problems(BASE) == [
        f"sessions.yml:1:1: ledger.path: .sessionsmgmt/ledger.json, the ledger's default path, {OUT}"
    ]


def test_nothing_is_written(club: Club) -> None:
    before = _files(club.root)
    club.load(changed("mail: {provider: google}", "mail: {provider: outbox, path: out}") + "ledger: {store: file}\n")
    assert _files(club.root) - before == {club.file}


def _files(root: Path) -> set[Path]:
    return set(root.rglob("*"))


def without_git(club: Club) -> Path:
    """The club's folder as an archive of the repository has it, with a second club in a folder of it."""
    (club.root / ".git" / "config").unlink()
    (club.root / ".git").rmdir()
    inner = club.root / "clubs" / "otters"
    inner.mkdir(parents=True)
    (inner / "sessions.yml").write_text(f"{BASE}    template: ../../notice.md\n", encoding="utf-8")
    return inner / "sessions.yml"


def test_without_git_the_folder_of_the_checkout_is_the_repository(
    club: Club, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file, desk = without_git(club), tmp_path_factory.mktemp("desk")
    (desk / "linked").symlink_to(club.root)
    (desk / "club").symlink_to(file.parent)

    for path in (file, desk / "linked" / "clubs" / "otters" / "sessions.yml", desk / "club" / "sessions.yml"):
        for checkout in (club.root, desk / "linked"):
            config = load(path, checkout)
            assert (config.root, config.folder) == (club.root, "clubs/otters")
    assert (find_club_folder(club.file, club.root).root, find_club_folder(club.file, club.root).name) == (club.root, "")


def test_a_checkout_elsewhere_is_not_the_repository(club: Club, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = without_git(club)
    for elsewhere in (tmp_path_factory.mktemp("outside"), file.parent / "inner", Path(f"{club.root}-of-before")):
        assert (find_club_folder(file, elsewhere).root, find_club_folder(file, elsewhere).name) == (file.parent, "")


def test_the_git_folder_counts_before_the_folder_of_the_checkout(club: Club) -> None:
    inner = club.root / "folder"
    (inner / ".git").mkdir()
    (inner / "clubs").mkdir()

    assert find_club_folder(inner / "clubs" / "sessions.yml", club.root).name == "clubs"
    assert find_club_folder(inner / "sessions.yml", club.root).name == ""


def test_a_git_folder_above_the_checkout_is_ignored(club: Club) -> None:
    work = club.root / "_work" / "club"
    (work / "otters").mkdir(parents=True)

    found = find_club_folder(work / "otters" / "sessions.yml", work)
    assert (found.root, found.name) == (work, "otters")
    assert find_club_folder(work / "otters" / "sessions.yml").name == "_work/club/otters"


@pytest.mark.parametrize(
    ("environ", "found"),
    [
        ({"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": "/github/workspace"}, Path("/github/workspace")),
        ({"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": " "}, None),
        ({"GITHUB_ACTIONS": "true"}, None),
        ({"GITHUB_WORKSPACE": "/github/workspace"}, None),
    ],
)
def test_only_a_job_of_actions_has_a_checkout(environ: dict[str, str], found: Path | None) -> None:
    assert settings(environ).actions.checkout == found
