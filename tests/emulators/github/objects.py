"""A repository's objects and refs, by the ids that Git itself would give them (SHA-1 over header and content)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

FILE_MODE = "100644"
FOLDER_MODE = "040000"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a name in a tree stands for: a file (``blob``), a folder (``tree``) or a submodule (``commit``)."""

    mode: str
    kind: str
    sha: str


@dataclass(frozen=True, slots=True)
class Signature:
    """Who did something, and when. ``at`` is aware."""

    name: str
    email: str
    at: datetime

    def line(self) -> str:
        """As it stands in a commit."""
        return f"{self.name} <{self.email}> {int(self.at.timestamp())} {self.at:%z}"


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit."""

    tree: str
    parents: tuple[str, ...]
    message: str
    author: Signature
    committer: Signature


def object_id(kind: str, data: bytes) -> str:
    """The id of an object."""
    return hashlib.sha1(f"{kind} {len(data)}\0".encode() + data, usedforsecurity=False).hexdigest()


@dataclass(slots=True)
class Objects:
    """The object store and the refs (``refs/heads/main`` → id of a commit) of one repository."""

    blobs: dict[str, bytes] = field(default_factory=dict)
    trees: dict[str, dict[str, Entry]] = field(default_factory=dict)
    commits: dict[str, Commit] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)

    def add_blob(self, data: bytes) -> str:
        """Store a file's content."""
        sha = object_id("blob", data)
        self.blobs[sha] = data
        return sha

    def add_tree(self, files: Mapping[str, Entry]) -> str:
        """Store the folders that these files make, by path, and say the id of the outermost."""
        entries: dict[str, Entry] = {}
        below: dict[str, dict[str, Entry]] = {}
        for path, entry in files.items():
            name, slash, rest = path.partition("/")
            if slash:
                below.setdefault(name, {})[rest] = entry
            else:
                entries[name] = entry
        for name, inner in below.items():
            entries[name] = Entry(FOLDER_MODE, "tree", self.add_tree(inner))
        ordered = sorted(entries.items(), key=lambda one: one[0] + ("/" if one[1].kind == "tree" else ""))
        data = b"".join(f"{one.mode.lstrip('0')} {name}\0".encode() + bytes.fromhex(one.sha) for name, one in ordered)
        sha = object_id("tree", data)
        self.trees[sha] = dict(ordered)
        return sha

    def add_commit(self, commit: Commit) -> str:
        """Store a commit."""
        parents = "".join(f"parent {parent}\n" for parent in commit.parents)
        people = f"author {commit.author.line()}\ncommitter {commit.committer.line()}\n"
        sha = object_id("commit", f"tree {commit.tree}\n{parents}{people}\n{commit.message}".encode())
        self.commits[sha] = commit
        return sha

    def files(self, tree: str, prefix: str = "") -> dict[str, Entry]:
        """Every file below a tree, by its path."""
        found: dict[str, Entry] = {}
        for name, entry in self.trees[tree].items():
            if entry.kind == "tree":
                found |= self.files(entry.sha, f"{prefix}{name}/")
            else:
                found[prefix + name] = entry
        return found

    def at(self, commit: str, path: str) -> Entry | None:
        """The file or folder of that path in a commit."""
        entry = Entry(FOLDER_MODE, "tree", self.commits[commit].tree)
        for name in path.split("/") if path else ():
            inner = self.trees[entry.sha].get(name) if entry.kind == "tree" else None
            if inner is None:
                return None
            entry = inner
        return entry

    def resolve(self, name: str) -> str | None:
        """The commit that a branch, a tag, a whole ref or an id means."""
        for ref in (f"refs/heads/{name}", f"refs/tags/{name}", f"refs/{name}", name):
            if ref in self.refs:
                return self.refs[ref]
        return name if name in self.commits else None

    def history(self, commit: str) -> Iterator[str]:
        """The commit and everything before it, nearest first."""
        waiting, seen = [commit], set()
        while waiting:
            sha = waiting.pop(0)
            if sha not in seen:
                seen.add(sha)
                yield sha
                waiting += self.commits[sha].parents

    def save(
        self,
        branch: str,
        changes: Mapping[str, bytes | None],
        message: str,
        author: Signature,
        committer: Signature,
    ) -> str:
        """Commit files to a branch, which may be new and then has no past; None deletes one."""
        parent = self.refs.get(f"refs/heads/{branch}")
        files = self.files(self.commits[parent].tree) if parent else {}
        for path, data in changes.items():
            files.pop(path, None)
            if data is not None:
                files[path] = Entry(FILE_MODE, "blob", self.add_blob(data))
        parents = (parent,) if parent else ()
        sha = self.add_commit(Commit(self.add_tree(files), parents, message, author, committer))
        self.refs[f"refs/heads/{branch}"] = sha
        return sha
