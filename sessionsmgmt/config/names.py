"""Names that mean something elsewhere: addresses, time zones, locales, branches, secrets, roles.

Each function says what is wrong with one, as the end of a sentence that begins with the name, or returns an empty
text where nothing is. None repeats what it was given.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from importlib import resources
from keyword import iskeyword

from sessionsmgmt.characters import unseen
from sessionsmgmt.config.findings import suggestion

_LONGEST_ADDRESS = 254
_LONGEST_LOCAL_PART = 64
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL_PART = re.compile(rf"{_ATOM}(\.{_ATOM})*")
_HOST_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"({_HOST_LABEL}\.)+{_HOST_LABEL}")


def address_fault(address: str) -> str:
    """What is wrong with an email address.

    The form is the dot-atom of RFC 5321 (4.1.2) with a domain name of letters, digits and hyphens (RFC 1123, 2.1) and
    the lengths of RFC 5321 (4.5.3.1). Quoted local parts and address literals are legal and nobody's; addresses beyond
    ASCII (RFC 6531) are refused because a mail server on the way that does not know them can only bounce them.
    """
    local_part, _, domain = address.rpartition("@")
    if found := unseen(address):
        return found.trace
    if address.count("@") != 1:
        return "must be one email address, with one @, such as office@example.org"
    if "<" in address or " " in address:
        return "must be the address alone, without a name, spaces or <>, such as office@example.org"
    if not local_part.isascii():
        return "must be ASCII before the @: not every mail server on the way takes other letters there"
    if not domain.isascii():
        return "must have its domain in the ASCII form, which begins with xn--"
    if not _LOCAL_PART.fullmatch(local_part) or len(local_part) > _LONGEST_LOCAL_PART:
        return "is no email address: what stands before the @ can't be right"
    if not _DOMAIN.fullmatch(domain):
        return "is no email address: what stands behind the @ is no domain such as example.org"
    return "" if len(address) <= _LONGEST_ADDRESS else f"is no email address: {_LONGEST_ADDRESS} characters is the most"


def zone_fault(name: str) -> str:
    """What is wrong with the name of a time zone.

    The names are those of the ``tzdata`` package, so that they do not depend on the machine.
    """
    zones = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()
    if name in zones:
        return ""
    wanted = "_".join(name.split()).casefold()
    by_city = {zone.rpartition("/")[2].casefold(): zone for zone in zones}
    if wanted in by_city:
        return f'is no IANA time zone; did you mean "{by_city[wanted]}"?'
    near = suggestion(wanted, zones)
    return f"is no IANA time zone{near or '; write one such as America/New_York'}"


def locale_fault(name: str) -> str:
    """What is wrong with the name of a locale: it has to be one that CLDR has data for."""
    from babel import Locale, UnknownLocaleError, localedata

    name = name.replace("-", "_")
    try:
        Locale.parse(name)
    except (UnknownLocaleError, ValueError):
        language = name.partition("_")[0].lower()
        known = f'did you mean "{language}"?' if localedata.exists(language) else "write one such as en_US or fr"
        return f"is no known language and country; {known}"
    return ""


def language_fault(name: str) -> str:
    """What is wrong with a known locale for a notice that has no template: it needs built-in wording."""
    from sessionsmgmt.email.language import has_wording

    if has_wording(name):
        return ""
    return "there is built-in wording in English (en) and French (fr) only; choose one, or write a template"


_BRANCH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._/-]*")
_TAKEN_BRANCHES = frozenset({"main", "master", "head"})


def branch_fault(name: str) -> str:
    """What is wrong with the name of the ledger's branch: the plainer part of what git-check-ref-format(1) takes."""
    if name.casefold() in _TAKEN_BRANCHES:
        return "must be a branch that the ledger has for itself"
    parts = name.split("/")
    if (
        not _BRANCH.fullmatch(name)
        or ".." in name
        or any(not part or part.startswith(".") or part.endswith((".", ".lock")) for part in parts)
    ):
        return 'must be a branch name of letters, digits, ".", "_", "-" and "/", such as sessionsmgmt-ledger'
    return ""


ACCOUNTS = {"google": "GOOGLE_CREDENTIALS", "microsoft": "MICROSOFT_CREDENTIALS"}
"""The secret that the credential of an account is in, by the provider of sessions.yml."""

_TAKEN_SECRETS = frozenset(
    {"SMTP_PASSWORD", "IMAP_PASSWORD", "DAV_PASSWORD", "CALENDAR_URL", "HEROKU_API_KEY"}
    | {"PROJECT_TOKEN", "SERVICE_LINK_KEY", "SECRETS_TOKEN"}
)
_TAKEN_BEGINNINGS = ("SESSIONSMGMT_", "INPUT_", "RUNNER_", "ACTIONS_")
"""How the names begin that the program and its workflows use for other secrets, and the runner for its own."""


def secret_fault(name: str, providers: Collection[str] = ()) -> str:
    """What is wrong with the name of the secret that rotation writes, beyond what characters it has.

    ``providers`` are those of the accounts that the club uses. GitHub keeps names in upper case and those that begin
    with ``GITHUB_`` for itself ("Secrets reference").
    """
    upper = name.upper()
    if upper.startswith("GITHUB_"):
        return "must not begin with GITHUB_: GitHub keeps such names for itself"
    others = {secret for provider, secret in ACCOUNTS.items() if providers and provider not in providers}
    if upper in _TAKEN_SECRETS | others or upper.startswith(_TAKEN_BEGINNINGS):
        return "is the name of another secret, which renewing the credential would overwrite"
    return ""


TEMPLATE_NAMES = frozenset(
    {"team", "kind", "notice", "date", "start", "end", "start_time", "end_time", "presence", "session"}
)
"""What templates know besides the roles."""

_JINJA_WORDS = frozenset({"true", "false", "none", "loop", "self", "super", "caller", "varargs", "kwargs"})


def role_fault(name: str) -> str:
    """What is wrong with the name of a role: it names a list of people in templates."""
    if not name.isidentifier() or name.startswith("_") or unicodedata.normalize("NFKC", name) != name:
        return 'a role is named by letters, digits and "_", beginning with a letter, such as adults'
    if name in TEMPLATE_NAMES:
        return "templates know something else by this name; take another one for the role"
    if iskeyword(name) or name in _JINJA_WORDS:
        return "this word means something else in templates; take another one for the role"
    return ""
