from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.container import archive, engine
from tests.container.archive import Archive
from tests.container.clubs import ON_FILES, world
from tests.container.engine import Buildah, Engine
from tests.container.runner import Runner
from tests.emulators.google import GoogleEmulator


@pytest.fixture(scope="session")
def container() -> Iterator[Engine]:
    started = engine.started()
    yield started
    if isinstance(started, Buildah):
        started.remove()


@pytest.fixture(scope="session")
def image(container: Engine, tmp_path_factory: pytest.TempPathFactory) -> Archive:
    file = tmp_path_factory.mktemp("image") / "image.tar"
    container.save(file)
    read = archive.read(file)
    file.unlink()
    return read


@pytest.fixture
def runner(container: Engine, image: Archive, tmp_path: Path) -> Runner:
    job = Runner(container, tuple(image.config["Entrypoint"]), tmp_path)
    job.prepare()
    return job


@pytest.fixture
def club(runner: Runner) -> Runner:
    runner.check_out(ON_FILES)
    return runner


@pytest.fixture
def google() -> Iterator[GoogleEmulator]:
    with GoogleEmulator(world()) as emulator:
        yield emulator
        assert emulator.violations == ()
