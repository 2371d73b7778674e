"""Several clubs share a repository, and no club can name the environment or the ledger of another."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.config.clubs import (
    BRANCH_KEYS,
    ENVIRONMENT_KEYS,
    ClubEnvironment,
    club_environments,
    conflict_problem,
    folder_problem,
    nearest_club_folder,
    read_values,
)
from sessionsmgmt.config.model import ledger_branch, slug, topic
from sessionsmgmt.errors import InputError
from tests.settings import load
from tests.unit.config.club import BASE

ROTATING = "credentials: {{secret: GOOGLE_CREDENTIALS, scope: environment, environment: {environment}}}\n"
DIGEST = sha256(b"clubs/otters").hexdigest()[:8]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    return tmp_path


def club(repository: Path, folder: str, more: str = "") -> Path:
    """A club in a folder of the repository."""
    path = repository / folder / "sessions.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(BASE + more, encoding="utf-8")
    return path


def rotating(repository: Path, folder: str, environment: str) -> Path:
    return club(repository, folder, ROTATING.format(environment=environment))


def problems(path: Path) -> list[str]:
    try:
        load(path)
    except InputError as error:
        return [f"{problem.path}: {problem.text}" for problem in error.problems]
    return []


@pytest.mark.parametrize(
    ("folder", "environment"),
    [
        ("otters", "otters"),
        ("clubs/otters", "otters"),
        ("clubs/otters", "clubs-otters"),
        ("clubs/youth/otters", "clubs-youth-otters"),
        ("clubs/U 12", "U 12"),
        ("clubs/U 12", "clubs-U 12"),
        ("clubs/\u00e9quipe", "e\u0301quipe"),
        ("", "production"),
        ("", "clubs-otters"),
    ],
)
def test_a_club_may_name_the_environment_of_its_folder(repository: Path, folder: str, environment: str) -> None:
    assert problems(rotating(repository, folder, environment)) == []


@pytest.mark.parametrize(
    "environment",
    [
        "sharks",
        "production",
        "Otters",
        "otters.",
        "' otters'",
        "clubs",
        "clubs/otters",
        "clubs_otters",
        "-otters",
        "ott\u0435rs",
    ],
)
def test_a_club_may_not_name_another_environment(repository: Path, environment: str) -> None:
    [problem] = problems(rotating(repository, "clubs/otters", environment))
    assert problem.startswith("credentials.environment: must be clubs-otters or otters: ")


CONTESTS = [
    (["clubs/otters:otters", "girls/otters:otters"], []),
    (["clubs/otters:otters", "girls/otters:girls-otters"], ["clubs/otters", "girls/otters"]),
    (["clubs/otters:clubs-otters", "girls/otters:otters"], ["clubs/otters", "girls/otters"]),
    (["otters:otters", "clubs/otters:otters"], ["otters"]),
    (["otters:otters", "clubs/otters:clubs-otters"], ["otters", "clubs/otters"]),
    (["Otters:Otters", "otters:otters"], []),
    (["a-b/c:a-b-c", "a/b-c:a-b-c"], []),
    (["a-b/c:c", "a/b-c:a-b-c"], ["a-b/c", "a/b-c"]),
    ([":production", "clubs/evil/production:production"], [""]),
    ([":otters", "otters:otters"], []),
    (["clubs/otters:otters", "clubs/evil:otters"], ["clubs/otters"]),
    (["clubs/otters:otters", "clubs/otters/otters:otters"], []),
]


@pytest.mark.parametrize(("named", "kept"), CONTESTS)
def test_at_most_one_of_two_clubs_may_name_the_same_environment(
    repository: Path, named: list[str], kept: list[str]
) -> None:
    pairs = [club.split(":") for club in named]
    for folder, environment in pairs:
        rotating(repository, folder, environment)

    assert [folder for folder, _ in pairs if not problems(repository / folder / "sessions.yml")] == kept


def test_the_message_names_the_other_club_and_a_free_environment(repository: Path) -> None:
    rotating(repository, "clubs/.hidden/otters", "otters")
    path = rotating(repository, "clubs/otters", "otters")

    assert problems(path) == [
        "credentials.environment: is named by the club in 'clubs/.hidden/otters' as well; write clubs-otters"
    ]


FOLDERS = st.lists(st.sampled_from(["a", "b", "a-b", "A", "otters"]), max_size=3).map("/".join)
CLAIMS = st.builds(ClubEnvironment, FOLDERS, st.sampled_from(["a", "b", "a-b", "A", "a-a-b", "b-a", "otters", "A-b"]))


@given(st.lists(CLAIMS, max_size=6, unique_by=lambda one: one.folder))
def test_no_two_clubs_ever_have_the_same_environment(named: list[ClubEnvironment]) -> None:
    kept = [club for club in named if not (folder_problem(club) or conflict_problem(club, named))]

    assert len({club.environment.casefold() for club in kept}) == len(kept)


def test_a_broken_file_does_not_block_other_clubs(repository: Path) -> None:
    for name, text in (("girls", "credentials: [environment: otters"), ("boys", "\x00")):
        path = repository / name / "otters" / "sessions.yml"
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")

    assert problems(rotating(repository, "clubs/otters", "otters")) == []
    assert [club.folder for club in club_environments(repository)] == ["clubs/otters"]


@pytest.mark.parametrize(
    "place",
    [
        "ledger: {{store: git, branch: {branch}}}",
        "ledger: {{store: file, migrate_from: {{store: git, branch: {branch}}}}}",
    ],
)
@pytest.mark.parametrize(
    "branch", ["sessionsmgmt-ledger", "sessionsmgmt-ledger-sharks", "mine", "Sessionsmgmt-ledger-otters"]
)
def test_a_club_in_a_folder_has_the_branch_of_its_folder(repository: Path, place: str, branch: str) -> None:
    [problem] = problems(club(repository, "otters", place.format(branch=branch) + "\n"))

    assert ".branch: must be sessionsmgmt-ledger-otters, the default; 'sessionsmgmt resolve --adopt'" in problem
    assert problems(club(repository, "otters", place.format(branch="sessionsmgmt-ledger-otters") + "\n")) == []


def test_the_club_at_the_root_may_not_name_the_branch_of_another(repository: Path) -> None:
    club(repository, "clubs/otters")
    other = ledger_branch("clubs/otters")

    [problem] = problems(club(repository, "", f"ledger: {{store: git, branch: {other}}}\n"))
    assert problem == "ledger.branch: is the branch of a club in a folder below; choose another one"
    assert problems(club(repository, "", f"ledger: {{store: git, migrate_from: {{store: git, branch: {other}}}}}\n"))
    assert problems(club(repository, "", "ledger: {store: git, branch: sessionsmgmt-ledger-2026}\n")) == []


@pytest.mark.parametrize(
    "place",
    ["ledger: {{store: file, path: {path}}}", "ledger: {{store: git, migrate_from: {{store: file, path: {path}}}}}"],
)
@pytest.mark.parametrize(
    ("folder", "path", "fault"),
    [
        ("otters", "../sharks/.sessionsmgmt/ledger.json", "must stay below the folder"),
        ("otters", "../ledger.json", "must stay below the folder"),
        ("otters", "link/ledger.json", "nothing is written through links"),
        ("otters", "juniors/x/ledger.json", "is in the folder of another club"),
        ("", "sharks/.sessionsmgmt/ledger.json", "is in the folder of another club"),
        ("", "otters/juniors/ledger.json", "is in the folder of another club"),
        ("otters", "kept/ledger.json", ""),
        ("", "kept/ledger.json", ""),
    ],
)
def test_a_ledgers_file_stays_in_the_clubs_own_folder(
    repository: Path, place: str, folder: str, path: str, fault: str
) -> None:
    for other in ("", "sharks", "otters", "otters/juniors"):
        club(repository, other)
    (repository / "otters" / "link").symlink_to(repository / "sharks")

    found = problems(club(repository, folder, place.format(path=path) + "\n"))
    assert [fault in item for item in found] == [True] * bool(fault)


def test_a_template_may_still_be_shared(repository: Path) -> None:
    (repository / "notice.md").write_text("Subject: x\n\nHello\n", encoding="utf-8")
    path = club(repository, "otters")
    path.write_text(f"{BASE}    template: ../notice.md\n", encoding="utf-8")

    assert problems(path) == []


def test_the_folder_that_a_path_belongs_to_is_the_nearest_with_a_club(tmp_path: Path) -> None:
    club(tmp_path, "a/b")

    assert nearest_club_folder(tmp_path / "a" / "b" / "c" / "x.json", tmp_path) == tmp_path / "a" / "b"
    assert nearest_club_folder(tmp_path / "a" / "x.json", tmp_path) == tmp_path
    assert nearest_club_folder(tmp_path / "x.json", tmp_path) == tmp_path


@pytest.mark.parametrize(
    ("folder", "word"),
    [
        ("", ""),
        ("otters", "otters"),
        ("u-12", "u-12"),
        ("clubs/otters", f"clubs-otters-{DIGEST}"),
        ("2026-2027", "2026-2027"),
    ],
)
def test_the_slug_of_a_folder_never_changes(folder: str, word: str) -> None:
    assert slug(folder) == word


def test_the_slug_of_one_folder_is_not_the_name_of_another() -> None:
    other = f"clubs-otters-{DIGEST}"

    assert slug(other) not in {other, slug("clubs/otters")}
    assert slug(DIGEST) != DIGEST
    assert ledger_branch(other) != ledger_branch("clubs/otters")
    assert topic("held", other) != topic("held", "clubs/otters")
    assert topic("held", "") == "held"


ANY_FOLDER = st.text(st.sampled_from("abAB-/. 1f\u00e9\u20ac"), max_size=8)


@given(ANY_FOLDER, ANY_FOLDER)
def test_no_two_folders_have_the_same_slug(one: str, other: str) -> None:
    assert (slug(one) == slug(other)) is (one == other)
    assert slug(slug(one)) != slug(one) or slug(one) == one


def test_several_keys_are_read_in_one_pass(tmp_path: Path) -> None:
    path = tmp_path / "sessions.yml"
    path.write_text("ledger: {branch: x, other: [{branch: y}]}\ncredentials:\n  environment: 'z'\n", encoding="utf-8")

    assert read_values(path, ENVIRONMENT_KEYS, BRANCH_KEYS) == {ENVIRONMENT_KEYS: "z", BRANCH_KEYS: "x"}
    assert read_values(tmp_path / "missing", ENVIRONMENT_KEYS) == {}
