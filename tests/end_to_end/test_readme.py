"""What the README tells people to type works, and what it says of the product is so. More of it is in test_docs.py."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from sessionsmgmt.entrypoints.exit_status import Exit
from tests.end_to_end.harness import ROOT
from tests.environment import of_the_machine

README = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str, text: str = README) -> list[str]:
    """The code blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_every_command_can_be_typed_in_the_order_it_stands_there(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    command = checkout / ".venv" / "bin" / "sessionsmgmt"  # where make setup puts it
    command.parent.mkdir(parents=True)
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT}/entrypoint.py" "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    typed = re.sub(r"^make .*\n", "", "".join(blocks("console")), flags=re.MULTILINE)

    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", typed],
        cwd=checkout,
        env={**of_the_machine(), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    shown = "".join(blocks("text")).splitlines()
    assert shown
    for line in shown:
        assert re.search(rf"^{re.escape(line).replace('…', '.*')}$", done.stdout, re.MULTILINE), line
    assert list((tmp_path / "my-club" / "outbox").glob("*.eml"))
    assert (tmp_path / "my-club" / "preview" / "index.html").exists()


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "tests/README.md"])
def test_every_make_command_is_one_that_the_makefile_knows(page: str) -> None:
    """They are not run here, since they run this: make is asked what it would do."""
    text = (ROOT / page).read_text("utf-8")
    commands = [line for block in blocks("console", text) for line in block.splitlines() if line.startswith("make ")]
    assert commands
    for command in commands:
        done = subprocess.run(
            ["bash", "-c", f"{command} --dry-run"], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}: {done.stderr}"


def test_every_exit_status_is_explained() -> None:
    rows = re.findall(r"^\| (\d) \| \w", README, re.MULTILINE)
    assert [int(row) for row in rows] == sorted(Exit)
