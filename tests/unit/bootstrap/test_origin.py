"""Where the program says that it was installed from."""

from __future__ import annotations

from pathlib import Path

import pytest

from sessionsmgmt.bootstrap.origin import origin, repository_at

CONFIG = """\
[core]
\tbare = false
[remote "origin"]
\turl = git@github.com:otters/sessionsmgmt.git
\tfetch = +refs/heads/*:refs/remotes/origin/*
[remote "other"]
\turl = https://github.com/elsewhere/sessionsmgmt
"""


def checkout(folder: Path, config: str = CONFIG) -> Path:
    """The package in a checkout of this program, as git leaves it."""
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "config").write_text(config, encoding="utf-8")
    (folder / "action.yml").touch()
    return folder / "sessionsmgmt"


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/otters/sessionsmgmt",
        "https://github.com/otters/sessionsmgmt.git",
        "https://token@github.com/otters/sessionsmgmt/",
        "git@github.com:otters/sessionsmgmt.git",
        "ssh://git@github.com/otters/sessionsmgmt.git",
        "git+https://github.com/otters/sessionsmgmt.git@v1",
    ],
)
def test_an_address_at_github_names_a_repository(url: str) -> None:
    assert repository_at(url) == "otters/sessionsmgmt"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/srv/git/sessionsmgmt",
        "file:///home/me/sessionsmgmt",
        "https://example.org/otters/x",
        "https://github.com/x",
    ],
)
def test_any_other_address_names_none(url: str) -> None:
    assert repository_at(url) == ""


def test_a_checkout_says_where_it_was_cloned_from(tmp_path: Path) -> None:
    assert origin(checkout(tmp_path)) == "otters/sessionsmgmt"


def test_a_worktree_says_the_same(tmp_path: Path) -> None:
    checkout(tmp_path / "main")
    administrative = tmp_path / "main" / ".git" / "worktrees" / "other"
    administrative.mkdir(parents=True)
    (administrative / "commondir").write_text("../..\n", encoding="utf-8")
    other = tmp_path / "other"
    other.mkdir()
    (other / ".git").write_text(f"gitdir: {administrative}\n", encoding="utf-8")
    (other / "action.yml").touch()

    assert origin(other / "sessionsmgmt") == "otters/sessionsmgmt"


def test_the_repository_of_a_club_that_holds_the_package_is_not_taken_for_the_programs(tmp_path: Path) -> None:
    package = checkout(tmp_path)
    (tmp_path / "action.yml").unlink()

    assert origin(package) == ""


@pytest.mark.parametrize("config", ["", "not a configuration", '[remote "origin"]\n', "\udcff", CONFIG[:40]])
def test_a_configuration_that_says_nothing_is_no_failure(config: str, tmp_path: Path) -> None:
    package = checkout(tmp_path, "")
    (tmp_path / ".git" / "config").write_bytes(config.encode("utf-8", "surrogateescape"))

    assert origin(package) == ""
