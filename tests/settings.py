"""What a process is started with in tests: settings, a secret, a process without a browser."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sessionsmgmt.bootstrap.providers import PROVIDERS
from sessionsmgmt.bootstrap.wording import WORDING
from sessionsmgmt.config.load import load as load_config
from sessionsmgmt.config.model import Config
from sessionsmgmt.entrypoints.cli.invocation import ProcessContext
from sessionsmgmt.secret_masking import Secret
from sessionsmgmt.settings import Settings
from tests.builders import unmasked


def load(path: Path, workspace: Path | None = None) -> Config:
    """The configuration in a file, for the providers that the product has."""
    return load_config(path, PROVIDERS.sections, WORDING, workspace)


def settings(environ: Mapping[str, str]) -> Settings:
    """The settings of a process with this environment."""
    return PROVIDERS.read_settings(environ, unmasked)


def process(environ: Mapping[str, str]) -> ProcessContext:
    """A process with this environment and without a browser."""
    return ProcessContext(settings(environ), unmasked, lambda _: None)


def secret(text: str) -> Secret:
    """A secret that nobody has to hide."""
    return Secret(text, unmasked)
