"""The tests themselves: none uses what stands in another test module or is private to a module, and none is a copy."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest


class WithoutDocstrings(ast.NodeTransformer):
    """Takes out whatever is only a text."""

    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        return None if isinstance(node.value, ast.Constant) else node


def parsed(text: str) -> ast.Module:
    """A module without its docstrings."""
    tree: ast.Module = WithoutDocstrings().visit(ast.parse(text))
    return tree


TESTS = Path(__file__).parents[1]
TREES = {
    path.relative_to(TESTS.parent).as_posix(): parsed(path.read_text("utf-8")) for path in sorted(TESTS.rglob("*.py"))
}

LARGE = 30
"""The nodes of a syntax tree from which on a helper is worth writing once: about four lines."""


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def of_test_modules(tree: ast.Module) -> Iterator[str]:
    """The test modules that a module imports from."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=aliases):
                names = [alias.name for alias in aliases]
            case ast.ImportFrom(module=module, names=aliases):
                names = [str(module), *(f"{module}.{alias.name}" for alias in aliases)]
            case _:
                continue
        for name in names:
            if name.startswith("tests.") and name.rpartition(".")[2].startswith(("test_", "conftest")):
                yield f"line {node.lineno}: {name}"


def private(tree: ast.Module) -> Iterator[str]:
    """The names private to something else that a module uses, those that it takes by ``getattr`` included."""
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(names=names):
                yield from (f"line {node.lineno}: {one.name}" for one in names if is_private(one.name))
            case ast.Attribute(value=ast.Name(id="self" | "cls")):
                pass
            case ast.Attribute(value=ast.Name(id=name)) if name in sys.stdlib_module_names:
                pass
            case ast.Attribute(attr=name) if is_private(name):
                yield f"line {node.lineno}: {name}"
            case ast.Call(func=ast.Name(id="getattr" | "setattr"), args=[_, ast.Constant(value=str(name)), *_]):
                if is_private(name):
                    yield f"line {node.lineno}: {name}"


def helpers(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The code of each helper of some size, without its name and docstrings, and where it is.

    A helper is a function or a class of a module that is neither a test nor a fixture.
    """
    for node in tree.body:
        match node:
            case ast.FunctionDef(name=name, args=arguments, decorator_list=decorators):
                if name.startswith("test_") or any("fixture" in ast.dump(decorator) for decorator in decorators):
                    continue
                code: list[ast.AST] = [arguments, *node.body]
            case ast.ClassDef(name=name, bases=bases):
                code = [*bases, *node.body]
            case _:
                continue
        if sum(1 for part in code for _ in ast.walk(part)) >= LARGE:
            yield " ".join(map(ast.dump, code)), f"line {node.lineno}: {name}"


def copies(trees: dict[str, ast.Module]) -> list[list[str]]:
    """The places of each helper that is there more than once."""
    places: dict[str, list[str]] = {}
    for path, tree in trees.items():
        for code, place in helpers(tree):
            places.setdefault(code, []).append(f"{path} {place}")
    return [found for found in places.values() if len(found) > 1]


def test_no_module_imports_a_test_module() -> None:
    assert [f"{path} {module}" for path, tree in TREES.items() for module in of_test_modules(tree)] == []


def test_no_test_uses_what_is_private_to_something_else() -> None:
    assert [f"{path} {one}" for path, tree in TREES.items() for one in private(tree)] == []


def test_no_helper_and_no_fake_is_written_twice() -> None:
    assert copies(TREES) == []


@pytest.mark.parametrize(
    "text",
    [
        "from tests.unit.test_club import club\n",
        "from tests.unit import test_club\n",
        "import tests.unit.test_club as clubs\n",
        "def test_later():\n    from tests.conftest import club\n",
    ],
)
def test_an_import_of_a_test_module_is_reported(text: str) -> None:
    assert list(of_test_modules(ast.parse(text)))


def test_an_import_of_a_helper_is_not_reported() -> None:
    assert list(of_test_modules(ast.parse("from tests.builders import test\nfrom tests import builders\n"))) == []


@pytest.mark.parametrize(
    "text",
    [
        "from sessionsmgmt.email.compose import _lines\n",
        "from sessionsmgmt.email import compose\ncompose._lines()\n",
        "ledger.inner._hub.close()\n",
        'getattr(ledger, "_hub")\n',
    ],
)
def test_a_private_name_of_something_else_is_reported(text: str) -> None:
    assert len(list(private(ast.parse(text)))) == 1


def test_a_private_name_of_ones_own_is_not_reported() -> None:
    text = "def _own(): ...\nclass A:\n    def b(self): return self._c + _own() + self.__class__\nos._exit(0)\n"

    assert list(private(ast.parse(text))) == []


def test_a_copy_is_reported_whatever_its_name_and_its_docstrings_are() -> None:
    text = (
        "    def sleep(self, seconds):\n"
        "        self.naps.append(seconds)\n        self.now += max(seconds, 0)\n        self.wake()\n"
    )
    commented = text.replace(":\n", ':\n        """Wait."""\n', 1)
    clock, time = f'class Clock:\n    """A clock."""\n{commented}', f"class Time:\n{text}"
    other = time.replace("max", "min")

    assert copies({"a.py": parsed(clock), "b.py": parsed(other)}) == []
    assert copies({"a.py": parsed(clock), "b.py": parsed(time)}) == [
        ["a.py line 1: Clock", "b.py line 1: Time"],
    ]


def without_encoding(tree: ast.Module) -> Iterator[int]:
    """The lines that read or write the text of a file in the encoding of the machine's locale."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            named = {keyword.arg for keyword in node.keywords} & {"encoding"}
            positional = {"read_text": 1, "write_text": 2}.get(node.func.attr, 0)
            if positional and not named and len(node.args) < positional:
                yield node.lineno


def test_every_text_of_a_file_is_read_and_written_in_an_encoding_that_is_named() -> None:
    folders = [TESTS.parent / name for name in ("benchmarks", "scripts", "sessionsmgmt", "tests")]
    files = [path for folder in folders for path in sorted(folder.rglob("*.py"))]
    lines = {path: list(without_encoding(parsed(path.read_text("utf-8")))) for path in files}
    assert {path: found for path, found in lines.items() if found} == {}


@pytest.mark.parametrize("text", ["path.read_text()", "path.write_text(text)", "folder.joinpath('a').read_text()"])
def test_a_text_in_the_encoding_of_the_locale_is_reported(text: str) -> None:
    assert list(without_encoding(parsed(text))) == [1]


@pytest.mark.parametrize(
    "text", ["path.read_text('utf-8')", "path.write_text(text, 'utf-8')", "path.write_text(text, encoding='utf-8')"]
)
def test_a_text_in_an_encoding_that_is_named_is_not_reported(text: str) -> None:
    assert list(without_encoding(parsed(text))) == []
