from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

HEAVY = ("pyparsing", "cryptography", "asyncio.base_events", "email.headerregistry")
"""A module of each library that nothing needs to read from Google: found only where that library is loaded."""

BUILD = """
from sessionsmgmt.adapters.google.account import service
from sessionsmgmt.adapters.postponed_imports import RARELY_USED_AT_GOOGLE, postpone
postpone(RARELY_USED_AT_GOOGLE)
from google.oauth2.credentials import Credentials
for name in ("calendar", "people", "gmail"):
    service(name, "http://127.0.0.1:9", object())
"""


def outcome(code: str) -> Any:
    """What a process of its own prints as JSON after this code, since a module that is loaded stays loaded."""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def test_googles_libraries_are_ready_without_what_only_other_uses_of_them_need() -> None:
    told = f"import json, sys; print(json.dumps([name for name in {HEAVY} if name in sys.modules]))"
    assert outcome(f"{BUILD}\n{told}") == []


def test_a_note_at_github_is_cleared_without_what_signs_and_seals() -> None:
    told = """
import json, sys
from sessionsmgmt.adapters.postponed_imports import RARELY_USED_AT_GITHUB, postpone
postpone(RARELY_USED_AT_GITHUB)
import sessionsmgmt.adapters.github.issue_notifier
early = [name for name in ("cryptography", "jwt.api_jwt", "nacl.bindings") if name in sys.modules]
from github.Auth import AppAuth
from github.PublicKey import encrypt
import nacl.encoding, nacl.public
key = nacl.public.PrivateKey.generate()
sealed = encrypt(key.public_key.encode(nacl.encoding.Base64Encoder).decode(), "text")
opened = nacl.public.SealedBox(key).decrypt(nacl.encoding.Base64Encoder.decode(sealed))
signed = AppAuth.create_jwt_sign("a private key of 32 bytes at least", "HS256")({"iss": "1"})
print(json.dumps([early, opened.decode(), signed.count(".")]))
"""
    assert outcome(told) == [[], "text", 2]


def test_a_postponed_module_is_the_real_one_as_soon_as_it_is_used() -> None:
    told = """
import json, sys, httplib2
before = "pyparsing" in sys.modules
import googleapiclient.http
made = googleapiclient.http.build_http()
import httplib2 as again
print(json.dumps([before, "pyparsing" in sys.modules, type(made) is again.Http, again is sys.modules["httplib2"]]))
"""
    assert outcome(f"{BUILD}\n{told}") == [False, True, True, True]


def test_a_module_in_a_package_is_postponed_too_and_found_by_both_forms_of_import() -> None:
    told = """
import email.policy
from email import policy
early = "email.headerregistry" in sys.modules
print(json.dumps([early, email.policy.SMTP.linesep, policy.SMTP.linesep, "__getattr__" in vars(email.policy)]))
"""
    assert outcome(f"import json, sys\n{BUILD}\n{told}") == [False, "\r\n", "\r\n", False]


def test_a_module_that_is_loaded_already_is_left_alone() -> None:
    told = """
import json, sys, email.policy
real = email.policy
from sessionsmgmt.adapters.postponed_imports import postpone
postpone(["email.policy"])
print(json.dumps(sys.modules["email.policy"] is real and email.policy is real))
"""
    assert outcome(told) is True
