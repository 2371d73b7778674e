"""A branch that somebody is asked to look at may hold links: no command writes through one."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.end_to_end.harness import AT_GOOGLE, SESSIONS_YML, ClubFolder, make_club

WRITING = {
    "report": "run --report {}/report.json",
    "report at a link": "run --report {}",
    "preview": "preview --out {}",
    "preview below": "preview --out {}/below/deeper",
    "export": "export --out {}/all.json",
    "export at a link": "export --out {}",
}
SETTINGS = {
    "ledger": ("path: .sessionsmgmt/ledger.json", "path: {}/ledger.json"),
    "ledger at a link": ("path: .sessionsmgmt/ledger.json", "path: {}"),
    "outbox": ("path: outbox,", "path: {},"),
    "outbox below": ("path: outbox,", "path: {}/below,"),
}
LINKS = {"out of the repository": "../home", "within it": "elsewhere", "to nothing": "../home/nothing"}


@pytest.fixture
def club(tmp_path: Path) -> ClubFolder:
    """A club in a repository, beside somebody's own files."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "mine").write_text("mine", encoding="utf-8")
    (tmp_path / "repository" / "elsewhere").mkdir(parents=True)
    (tmp_path / "repository" / "elsewhere" / "mine").write_text("mine", encoding="utf-8")
    club = make_club(tmp_path / "repository")
    subprocess.run(["git", "init", "--quiet"], cwd=club.folder, check=True)
    return club


def others(club: ClubFolder) -> dict[str, str]:
    """Everything in the folders that links lead to."""
    folders = (club.folder.parent / "home", club.folder / "elsewhere")
    return {
        str(path.relative_to(club.folder.parent)): path.read_text("utf-8")
        for folder in folders
        for path in folder.rglob("*")
    }


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("command", WRITING)
def test_no_option_writes_through_a_link(club: ClubFolder, command: str, link: str) -> None:
    (club.folder / "linked").symlink_to(LINKS[link])
    before = others(club)
    ran = club.call(*WRITING[command].format("linked").split())

    assert ran.exit == 2
    assert "link" in ran.err
    assert others(club) == before
    assert club.emails() == []


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("setting", SETTINGS)
def test_no_setting_writes_through_a_link(club: ClubFolder, setting: str, link: str) -> None:
    old, new = SETTINGS[setting]
    club.write("sessions.yml", SESSIONS_YML.replace(old, new.format("linked")))
    (club.folder / "linked").symlink_to(LINKS[link])
    before = others(club)
    ran = club.call("run")

    assert ran.exit == 2
    assert "link" in ran.err or "leads out" in ran.err
    assert others(club) == before
    assert club.call("validate").exit == 2


def test_a_club_in_a_folder_that_is_a_link_is_not_written_to(club: ClubFolder) -> None:
    make_club(club.folder / "elsewhere")
    (club.folder / "otters").symlink_to("elsewhere")
    before = others(club)
    ran = club.call("run", "--config", "otters/sessions.yml")

    assert (ran.exit, others(club)) == (2, before)
    assert "link" in ran.err


def test_a_link_that_leads_to_the_repository_from_outside_is_no_obstacle(club: ClubFolder) -> None:
    (club.folder.parent / "desk").symlink_to("repository")
    ran = ClubFolder(club.folder.parent / "desk").call("run", "--report", str(club.folder.parent / "desk" / "r.json"))

    assert ran.exit == 0
    assert len(club.emails()) == 1
    assert (club.folder / "r.json").is_file()


def test_a_credential_is_not_asked_for_where_it_could_not_be_saved(club: ClubFolder) -> None:
    club.write("sessions.yml", AT_GOOGLE)
    club.write("client.json", '{"installed": {"client_id": "an-id", "client_secret": "hush"}}')
    (club.folder / "linked").symlink_to("../home")
    for place in ("linked/credential.json", "linked", "client.json", "client.json/below"):
        ran = club.call("auth login --client client.json --no-browser", "--save", place)
        assert (ran.exit, "http" in ran.err) == (2, False)
        assert f"--save: {place} can't be written" in ran.err
    assert others(club) == {"home/mine": "mine", "repository/elsewhere/mine": "mine"}


@pytest.mark.parametrize("name", [".github", ".github/workflows", "notice.md", "sessions.yml", "calendar.ics"])
@pytest.mark.parametrize("link", LINKS)
def test_init_writes_through_no_link(tmp_path: Path, name: str, link: str) -> None:
    (tmp_path / "home").mkdir()
    repository = tmp_path / "repository"
    (repository / "elsewhere").mkdir(parents=True)
    (repository / name).parent.mkdir(exist_ok=True)
    (repository / name).symlink_to((tmp_path / "repository" / LINKS[link]).resolve())
    ran = ClubFolder(repository).call("init --yes --overwrite notice.md --overwrite sessions.yml")

    assert ran.exit == (2 if name != "calendar.ics" else ran.exit)
    assert list((tmp_path / "home").iterdir()) == []
    assert list((repository / "elsewhere").iterdir()) == []
