"""The scripts on a machine where nothing was installed by hand: they install what they need, or say what is missing."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.end_to_end.bare_machine import BareMachine, bare_machine, every_debian_has
from tests.end_to_end.harness import ROOT

SCRIPTS = [
    path
    for path in sorted((ROOT / "scripts").iterdir())
    if path.is_file() and (path.suffix == ".sh" or path.read_bytes().startswith(b"#!/usr/bin/env bash"))
]
INSTALL = "install -y -qq --no-install-recommends"


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return every_debian_has(tmp_path_factory.mktemp("programs"))


@pytest.fixture
def machine(programs: Path, tmp_path: Path) -> BareMachine:
    return bare_machine(programs, tmp_path)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What building the image begins with."""
    folder = tmp_path / "checkout"
    shutil.copytree(ROOT / "scripts", folder / "scripts")
    for name in ("Dockerfile", "pyproject.toml"):
        shutil.copy(ROOT / name, folder / name)
    return folder


def test_the_image_installs_what_builds_it(machine: BareMachine, checkout: Path) -> None:
    done = machine.run([str(checkout / "scripts" / "image")])

    assert (done.returncode, done.stderr) == (0, "")
    assert machine.calls("apt-get") == ["update -qq", f"{INSTALL} buildah debootstrap"]
    assert [" bud " in call for call in machine.calls("buildah")] == [False, False, True]
    assert json.loads((checkout / "build" / "image.json").read_text("utf-8"))["engine"] == "buildah"


def test_the_image_installs_only_what_is_missing(machine: BareMachine, checkout: Path) -> None:
    machine.add("debootstrap", "")
    done = machine.run([str(checkout / "scripts" / "image")])
    assert (done.returncode, machine.calls("apt-get")[1:]) == (0, [f"{INSTALL} buildah"])

    again = machine.run([str(checkout / "scripts" / "image")])
    assert (again.returncode, machine.calls("apt-get")) == (0, [])


def test_the_image_is_built_by_docker_where_one_runs(machine: BareMachine, checkout: Path) -> None:
    machine.add("docker", "")
    done = machine.run([str(checkout / "scripts" / "image")])

    assert (done.returncode, machine.calls("apt-get"), machine.calls("buildah")) == (0, [], [])
    assert machine.calls("docker")[-1].startswith("build ")


@pytest.mark.parametrize("name", ["docker", "podman"])
def test_an_engine_that_does_not_run_is_not_taken(machine: BareMachine, checkout: Path, name: str) -> None:
    machine.add(name, "exit 1\n")
    done = machine.run([str(checkout / "scripts" / "image")])

    assert (done.returncode, machine.calls("apt-get")[1:]) == (0, [f"{INSTALL} buildah debootstrap"])


@pytest.mark.parametrize("apt_get", ["exit 100\n", "exit 0\n"])
def test_what_apt_get_does_not_install_is_said(machine: BareMachine, checkout: Path, apt_get: str) -> None:
    machine.add("apt-get", apt_get)
    done = machine.run([str(checkout / "scripts" / "image")])

    assert done.returncode == 1
    assert "apt-get install buildah debootstrap" in done.stderr
    assert machine.calls("buildah") == []


def test_what_needs_root_says_so(machine: BareMachine, checkout: Path) -> None:
    machine.add("id", "echo 1000\n")
    for name in ("image", "fresh"):
        done = machine.run([str(checkout / "scripts" / name)])
        assert (done.returncode, machine.calls("apt-get")) == (1, [])
        assert done.stderr.rstrip().endswith("Run this as root.")


def test_a_machine_that_has_nothing_is_made_by_what_is_installed_for_it(machine: BareMachine, checkout: Path) -> None:
    machine.add("apt-get", _APT_GET_WITH_A_MIRROR)
    machine.run([str(checkout / "scripts" / "fresh")])  # it ends soon: what debootstrap is here makes no Debian

    assert machine.calls("apt-get")[:2] == ["update -qq", f"{INSTALL} debootstrap"]
    [made] = machine.calls("debootstrap")
    assert made.endswith(" http://mirror.invalid/packages")


_APT_GET_WITH_A_MIRROR = """
case $1 in
install) cp "$NEW" "$BIN/debootstrap" ;;
indextargets) . /etc/os-release; echo "http://mirror.invalid/packages $VERSION_CODENAME main" ;;
esac
"""


def test_no_script_takes_a_function_for_a_program() -> None:
    """`command -v NAME` finds a function of the script as well; `type -P NAME` does not."""
    lines = [(path.name, line) for path in SCRIPTS for line in path.read_text("utf-8").splitlines()]
    assert len(SCRIPTS) > 5
    assert [one for one in lines if re.search(r"\b(command -v|type -t) ", one[1].partition("#")[0])] == []


def test_every_target_of_the_makefile_is_tried_by_ci() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8")
    tried = set(re.findall(r"- run: make ([a-z-]+)", workflow))
    tried |= set(re.findall(r" make --no-print-directory ([a-z-]+)", (ROOT / "scripts" / "check").read_text("utf-8")))

    assert "- run: .ci/run" in workflow
    assert targets - tried == {"check"}  # which is .ci/run
