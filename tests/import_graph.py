"""Which module of a package imports which, read from the text of the modules. Nothing is imported for it.

Every import counts: one inside a function, one for type checkers alone, and one by ``importlib.import_module`` with the
name of the module written out.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, order=True)
class Import:
    """One import: ``line`` of module ``importer`` imports module ``imported``. Names are dotted and absolute."""

    importer: str
    imported: str
    line: int

    def __str__(self) -> str:
        return f"{self.importer} imports {self.imported} (line {self.line})"


def modules(folder: Path) -> dict[str, str]:
    """The text of every module of the package in a folder, by its dotted name; a package has the name of its folder."""
    texts = {}
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        texts[name] = path.read_text("utf-8")
    return texts


def imports(texts: Mapping[str, str]) -> list[Import]:
    """Every import in the modules, of whatever it is, in the order of the text."""
    return [
        Import(name, imported, line)
        for name, text in texts.items()
        for imported, line in _imported(ast.parse(text), texts)
    ]


def circles(graph: Collection[Import], group: Callable[[str], str] = str) -> list[tuple[str, ...]]:
    """The groups of modules that import each other, each as the sorted names of those in one circle.

    ``group`` gives the name of the group that a module belongs to; by default each is a group of its own.
    """
    arrows: dict[str, set[str]] = {}
    for one in graph:
        importer, imported = group(one.importer), group(one.imported)
        if importer != imported:
            arrows.setdefault(importer, set()).add(imported)
    reached = {start: _reached(start, arrows) for start in arrows}
    in_circles = {start for start in arrows if start in reached[start]}
    members = [{name for name in reached[start] if start in reached.get(name, ())} for start in in_circles]
    return sorted({tuple(sorted(names)) for names in members})


def _reached(start: str, arrows: Mapping[str, Collection[str]]) -> set[str]:
    """Whatever can be reached from a group over one arrow or more."""
    reached: set[str] = set()
    waiting = list(arrows.get(start, ()))
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += arrows.get(name, ())
    return reached


def _imported(tree: ast.Module, known: Collection[str]) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((name.name, node.lineno) for name in names)
            case ast.ImportFrom(module=str(module), names=names, level=0):
                for name in names:
                    whole = f"{module}.{name.name}"
                    yield (whole if whole in known else module), node.lineno
            case ast.ImportFrom():
                raise ValueError(f"a relative import in line {node.lineno}: write the whole name")
            case ast.Call(func=ast.Attribute(attr="import_module"), args=[ast.Constant(value=str(module)), *_]):
                yield module, node.lineno
