"""What an image is made of, read from its archive: its layers, file by file, and what it says about itself."""

from __future__ import annotations

import json
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Layer:
    """What one step added: its files by their path, ``.wh.`` before the name where one is taken away.

    ``size`` is that of the whole layer in bytes, uncompressed, as it is stored and unpacked.
    """

    files: dict[str, int]
    size: int


@dataclass(frozen=True, slots=True)
class Archive:
    """An image. ``config`` is what the OCI image specification calls the config of its configuration."""

    config: dict[str, Any]
    layers: tuple[Layer, ...]

    def ours(self) -> tuple[Layer, ...]:
        """The layers that the Dockerfile adds to its base: from the one that takes pip away."""
        first = next(index for index, layer in enumerate(self.layers) if any(".wh.pip" in path for path in layer.files))
        return self.layers[first:]


def read(file: Path) -> Archive:
    """Reads what ``docker save`` and ``buildah push`` write."""
    with tarfile.open(file) as archive:
        (manifest,) = json.load(_member(archive, "manifest.json"))
        configuration = json.load(_member(archive, manifest["Config"]))
        layers = tuple(_layer(archive, name) for name in manifest["Layers"])
    return Archive(configuration["config"], layers)


def _layer(archive: tarfile.TarFile, name: str) -> Layer:
    with tarfile.open(fileobj=_member(archive, name)) as layer:
        files = {member.name.removeprefix("./"): member.size for member in layer if not member.isdir()}
        return Layer(files, layer.offset)


def _member(archive: tarfile.TarFile, name: str) -> Any:
    file = archive.extractfile(name)
    assert file is not None, name
    return file
