"""Modules that the libraries for Google and GitHub import and that most runs never use: each is loaded when it is used.

googleapiclient imports httplib2 (with pyparsing) at its top, although it is given another transport. google-auth
imports what signs as a service account (with cryptography) and what asks a person again. Together with the parsers of
email.policy, which only a run that sends needs, they would be a quarter of the start of a run at Google. PyGithub
imports what signs as a GitHub App (jwt, with cryptography) and what seals secrets: 30 ms more.

``importlib.util.LazyLoader`` does not do: its modules are loaded by the second ``import`` statement that names them.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable
from types import ModuleType

RARELY_USED_AT_GOOGLE = (
    "asyncio",
    "email.policy",
    "google.oauth2.reauth",
    "google.oauth2.service_account",
    "google_auth_httplib2",
    "httplib2",
)
RARELY_USED_AT_GITHUB = ("jwt", "nacl.encoding", "nacl.public")


def postpone(names: Iterable[str]) -> None:
    """Let ``import`` of these modules cost nothing until something of them is used.

    To be called before what imports them. A module that is loaded already is left as it is.
    """
    for name in names:
        if name not in sys.modules:
            _put(name, _stand_in(name))


def _stand_in(name: str) -> ModuleType:
    """A module that loads the real one, and lets it take its place, when an attribute is read that it does not have."""
    module = ModuleType(name)

    def __getattr__(attribute: str) -> object:  # noqa: N807  the name that PEP 562 gives to it
        if sys.modules.get(name) is module:
            del sys.modules[name]
        return getattr(importlib.import_module(name), attribute)

    vars(module)["__getattr__"] = __getattr__
    return module


def _put(name: str, module: ModuleType) -> None:
    """Put it where ``import`` looks: among all modules, and into the package it belongs to."""
    sys.modules[name] = module
    package, _, own_name = name.rpartition(".")
    if package:
        setattr(importlib.import_module(package), own_name, module)
