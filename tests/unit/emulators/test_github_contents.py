from __future__ import annotations

import base64

import pytest
from github import GithubException, InputGitTreeElement, UnknownObjectException
from github.ContentFile import ContentFile

from tests.emulators.github import GitHubEmulator, Objects, World
from tests.emulators.github.objects import object_id
from tests.emulators.github.repository import MissingError
from tests.unit.emulators.hub import HERE, ask, message, repository_of

WRITE = {"contents": "write"}
RAW = "application/vnd.github.raw+json"


def test_ids_are_those_of_git_itself() -> None:
    world = World()
    objects = world.repository().objects
    assert object_id("blob", b"hello\n") == "ce013625030ba8dba906f756967f9e9ca394464a"
    assert Objects().add_tree({}) == "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
    assert objects.commits[world.repository().head()].tree == objects.add_tree(
        objects.files(objects.commits[world.repository().head()].tree)
    )


def test_a_file_comes_back_as_it_was_written() -> None:
    world = World()
    data = bytes(range(256)) * 10
    with GitHubEmulator(world) as github, repository_of(github, world.job_token(WRITE)) as repository:
        made = repository.create_file("a b/c.bin", "Write it", data, branch="main")
        found = repository.get_contents("a b/c.bin", ref="main")
        assert isinstance(found, ContentFile)
        assert (found.decoded_content, found.sha, found.size) == (data, made["content"].sha, len(data))
        listed = repository.get_contents("a b")
        assert isinstance(listed, list)
        assert [one.path for one in listed] == ["a b/c.bin"]
    assert world.repository().read("a b/c.bin") == data
    assert not github.violations


def test_a_write_is_a_commit_on_top_of_the_branch() -> None:
    world = World()
    before = world.repository().head()
    with GitHubEmulator(world) as github, repository_of(github, world.job_token(WRITE)) as repository:
        made = repository.create_file("a.txt", "Write it", "a")["commit"].sha
        assert repository.get_branch("main").commit.sha == made == world.repository().head()
        assert [one.commit.message for one in repository.get_commits(path="a.txt")] == ["Write it"]
        assert [one.sha for one in repository.get_commits()] == [made, before]
    commit = world.repository().objects.commits[made]
    assert (commit.parents, commit.author.name) == ((before,), "github-actions[bot]")


def test_of_two_who_change_what_they_read_one_is_refused() -> None:
    world = World()
    with GitHubEmulator(world) as github, repository_of(github, world.job_token(WRITE)) as repository:
        read = repository.get_contents("README.md")
        assert isinstance(read, ContentFile)
        repository.update_file("README.md", "First", "1", read.sha)
        with pytest.raises(GithubException) as caught:
            repository.update_file("README.md", "Second", "2", read.sha)
        assert caught.value.status == 409
        assert caught.value.message == f"README.md does not match {read.sha}"
        with pytest.raises(GithubException) as caught:
            repository.create_file("README.md", "Third", "3")
        assert caught.value.status == 422
    assert world.repository().read("README.md") == b"1"
    assert not github.violations


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("contents/nothing.txt", "Not Found"),
        ("contents/README.md/below", "Not Found"),
        ("contents/README.md?ref=nowhere", "No commit found for the ref nowhere"),
        ("branches/nowhere", "Branch not found"),
        ("commits?sha=nowhere", "Not Found"),
        ("git/ref/heads/nowhere", "Not Found"),
        (f"git/commits/{'0' * 40}", "Not Found"),
        (f"git/trees/{'0' * 40}", "Not Found"),
        (f"git/blobs/{'0' * 40}", "Not Found"),
    ],
)
def test_what_is_not_there_is_404(path: str, text: str) -> None:
    world = World()
    with GitHubEmulator(world) as github:
        answer = ask(github, world.job_token(WRITE), "GET", f"{HERE}/{path}")
    assert (answer.status_code, message(answer)) == (404, text)


def test_a_branch_that_is_not_there_is_not_made_by_writing_to_it() -> None:
    world = World()
    body = {"message": "m", "content": "YQ==", "branch": "ledger"}
    with GitHubEmulator(world) as github:
        answer = ask(github, world.job_token(WRITE), "PUT", f"{HERE}/contents/a.txt", body)
    assert (answer.status_code, message(answer)) == (404, "Branch ledger not found")


def test_content_that_is_no_base64_is_refused() -> None:
    world = World()
    with GitHubEmulator(world) as github:
        body = {"message": "m", "content": "é"}
        answer = ask(github, world.job_token(WRITE), "PUT", f"{HERE}/contents/a.txt", body)
    assert answer.status_code == 422
    assert len(github.violations) == 1


def test_a_large_file_has_no_content_in_json_and_comes_raw() -> None:
    world = World()
    data = b"x" * (1024 * 1024)
    world.repository().write("fits", data)
    world.repository().write("large", data + b"x")
    token = world.job_token(WRITE)
    with GitHubEmulator(world) as github:
        small = ask(github, token, "GET", f"{HERE}/contents/fits").json()
        large = ask(github, token, "GET", f"{HERE}/contents/large").json()
        raw = ask(github, token, "GET", f"{HERE}/contents/large", Accept=RAW)
    assert (small["encoding"], base64.b64decode(small["content"])) == ("base64", data)
    assert (large["encoding"], large["content"], large["size"]) == ("none", "", len(data) + 1)
    assert raw.content == data + b"x"
    assert not github.violations


def test_a_file_can_be_deleted_by_its_id() -> None:
    world = World()
    with GitHubEmulator(world) as github, repository_of(github, world.job_token(WRITE)) as repository:
        found = repository.get_contents("README.md")
        assert isinstance(found, ContentFile)
        repository.delete_file("README.md", "Delete it", found.sha)
        with pytest.raises(UnknownObjectException):
            repository.get_contents("README.md")


def test_the_first_file_of_an_empty_repository_makes_its_branch() -> None:
    world = World()
    world.repository().objects = Objects()
    token = world.job_token(WRITE)
    with GitHubEmulator(world) as github:
        assert ask(github, token, "GET", f"{HERE}/contents/a.txt").status_code == 404
        body = {"message": "m", "content": "YQ=="}
        assert ask(github, token, "PUT", f"{HERE}/contents/a.txt", body).status_code == 201
    assert world.repository().read("a.txt", "main") == b"a"


def test_an_orphan_branch_is_made_of_a_tree_a_commit_and_a_ref() -> None:
    world = World()
    with GitHubEmulator(world) as github, repository_of(github, world.job_token(WRITE)) as repository:
        element = InputGitTreeElement("ledger/state.json", "100644", "blob", content="{}")
        tree = repository.create_git_tree([element])
        commit = repository.create_git_commit("Begin the ledger", tree, [])
        repository.create_git_ref("refs/heads/ledger", commit.sha)
        assert repository.get_git_ref("heads/ledger").object.sha == commit.sha
        assert [one.path for one in repository.get_git_tree("ledger", recursive=True).tree] == ["ledger/state.json"]
        with pytest.raises(GithubException) as caught:
            repository.create_git_ref("refs/heads/ledger", commit.sha)
        assert (caught.value.status, caught.value.message) == (422, "Reference already exists")
    assert world.repository().read("ledger/state.json", "ledger") == b"{}"
    assert world.repository().objects.commits[commit.sha].parents == ()
    assert not github.violations


def test_refs_that_begin_alike_are_listed_and_there_may_be_none() -> None:
    world = World()
    for branch in ("ledger", "ledger-of-before", "other"):
        world.repository().write("file", b"", branch)
    token = world.job_token({"contents": "read"})
    with GitHubEmulator(world) as github:
        found = ask(github, token, "GET", f"{HERE}/git/matching-refs/heads/ledger")
        assert [one["ref"] for one in found.json()] == ["refs/heads/ledger", "refs/heads/ledger-of-before"]
        none = ask(github, token, "GET", f"{HERE}/git/matching-refs/heads/none")
        assert (none.status_code, none.json()) == (200, [])
        world.repository().objects = Objects()
        assert ask(github, token, "GET", f"{HERE}/git/matching-refs/heads/none").status_code == 409


def test_a_tree_is_built_on_another() -> None:
    world = World()
    world.repository().write("folder/old.txt", b"old")
    head = world.repository().head()
    objects = world.repository().objects
    token = world.job_token(WRITE)
    with GitHubEmulator(world) as github:
        blob = ask(github, token, "POST", f"{HERE}/git/blobs", {"content": "bmV3", "encoding": "base64"}).json()["sha"]
        entries = [
            {"path": "folder/new.txt", "mode": "100644", "type": "blob", "sha": blob},
            {"path": "folder/old.txt", "mode": "100644", "type": "blob", "sha": None},
        ]
        body = {"base_tree": objects.commits[head].tree, "tree": entries}
        made = ask(github, token, "POST", f"{HERE}/git/trees", body).json()["sha"]
        assert ask(github, token, "GET", f"{HERE}/git/blobs/{blob}").json()["size"] == 3
    assert sorted(objects.files(made)) == ["README.md", "folder/new.txt"]
    assert not github.violations


def test_a_ref_moves_forwards_and_backwards_only_if_forced() -> None:
    world = World()
    first = world.repository().head()
    second = world.repository().write("a.txt", b"a")
    token, url = world.job_token(WRITE), f"{HERE}/git/refs/heads/main"
    with GitHubEmulator(world) as github:
        back = ask(github, token, "PATCH", url, {"sha": first})
        assert (back.status_code, message(back)) == (422, "Update is not a fast forward")
        assert ask(github, token, "PATCH", url, {"sha": first, "force": True}).status_code == 200
        assert ask(github, token, "PATCH", url, {"sha": second}).status_code == 200
        assert ask(github, token, "PATCH", f"{HERE}/git/refs/heads/none", {"sha": second}).status_code == 422
        assert ask(github, token, "DELETE", f"{HERE}/git/refs/heads/none").status_code == 422
    assert world.repository().head() == second


@pytest.mark.parametrize(
    ("path", "body", "text"),
    [
        ("git/refs", {"ref": "refs/heads/a", "sha": "0" * 40}, "Object does not exist"),
        ("git/commits", {"message": "m", "tree": "0" * 40}, "Tree SHA does not exist"),
        ("git/trees", {"base_tree": "0" * 40, "tree": []}, "base_tree is not a valid tree oid"),
    ],
)
def test_what_refers_to_nothing_is_refused(path: str, body: object, text: str) -> None:
    world = World()
    with GitHubEmulator(world) as github:
        answer = ask(github, world.job_token(WRITE), "POST", f"{HERE}/{path}", body)
    assert (answer.status_code, message(answer)) == (422, text)


@pytest.mark.parametrize("entry", [{"path": "/a", "content": "b"}, {"path": "../a", "content": "b"}])
def test_a_path_that_leads_out_of_the_repository_is_refused(entry: object) -> None:
    world = World()
    with GitHubEmulator(world) as github:
        answer = ask(github, world.job_token(WRITE), "POST", f"{HERE}/git/trees", {"tree": [entry]})
    assert answer.status_code == 422
    assert github.violations


def test_an_empty_repository_takes_no_objects_and_no_refs() -> None:
    world = World()
    head = world.repository().head()
    world.repository().objects = Objects()
    token = world.job_token(WRITE)
    with GitHubEmulator(world) as github:
        for path, body in [("refs", {"ref": "refs/heads/a", "sha": head}), ("blobs", {"content": "a"})]:
            answer = ask(github, token, "POST", f"{HERE}/git/{path}", body)
            assert (answer.status_code, message(answer)) == (409, "Git Repository is empty.")
        for path in ("git/ref/heads/main", "commits"):
            assert ask(github, token, "GET", f"{HERE}/{path}").status_code == 409


def test_a_test_that_names_what_is_not_there_is_told_so() -> None:
    world = World()
    repository = world.repository()
    for wrong in (
        lambda: world.repository("nowhere"),
        lambda: repository.read("nothing.txt"),
        lambda: repository.read("README.md", "nowhere"),
        lambda: repository.secrets.text("KEY"),
    ):
        with pytest.raises(MissingError):
            wrong()
