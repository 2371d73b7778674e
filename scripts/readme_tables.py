"""Writes the tables of the commands and of the Action's inputs and outputs in README.md.

The data comes from the registry of commands and from action.yml. Run it after a change of either:
``.venv/bin/python -m scripts.readme_tables``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from sessionsmgmt.application.command import Command, parameters
from sessionsmgmt.application.registry import COMMANDS

ROOT = Path(__file__).parent.parent


def with_tables(readme: str, action: Mapping[str, Any]) -> str:
    """The README with the tables between its begin and end comments made from the registry and action.yml."""
    inputs = [
        (f"`{name}`", entry["description"], f"`{entry['default']}`" if "default" in entry else "")
        for name, entry in action["inputs"].items()
    ]
    outputs = [(f"`{name}`", entry["description"]) for name, entry in action["outputs"].items()]
    commands = [(f"`{command.name}`", command.summary, _options(command)) for command in COMMANDS]
    readme = _replaced(readme, "commands", _table(("command", "does", "options"), commands))
    readme = _replaced(readme, "inputs", _table(("input", "is", "if left out"), inputs))
    return _replaced(readme, "outputs", _table(("output", "is"), outputs))


def _replaced(readme: str, name: str, table: str) -> str:
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    marked = re.compile(f"{begin}.*{end}", re.DOTALL)
    if len(marked.findall(readme)) != 1:
        raise SystemExit(f"README.md must have {begin} and {end}, once")
    return marked.sub(lambda _: f"{begin}\n{table}\n{end}", readme)


def _options(command: Command) -> str:
    return ", ".join(f"`--{parameter.option}`" for parameter in parameters(command))


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


if __name__ == "__main__":
    path = ROOT / "README.md"
    path.write_text(
        with_tables(path.read_text("utf-8"), yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))), encoding="utf-8"
    )
