"""Validates values that other systems define: addresses, time zones, locales, branches, secrets, roles.

Each function returns the problem with its value as the end of a sentence, or an empty text if there is no problem. No
function repeats the value, since it may be private.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from datetime import datetime
from keyword import iskeyword
from pathlib import Path
from zoneinfo import ZoneInfo

from sessionsmgmt.characters import find_invisible
from sessionsmgmt.config.problems import suggestion

_MAX_ADDRESS_LENGTH = 254
_MAX_LOCAL_PART_LENGTH = 64
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL_PART = re.compile(rf"{_ATOM}(\.{_ATOM})*")
_HOST_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_SEVERAL = re.compile("[;,]")
"""What stands between two addresses in a mail program; no address of the form below has it."""

_TWO_ADDRESSES = "[office@example.org, desk@example.org]"
_DOMAIN = re.compile(rf"({_HOST_LABEL}\.)+{_HOST_LABEL}")


def address_problem(address: str) -> str:
    """The problem with an email address.

    The form is the dot-atom of RFC 5321 (4.1.2) with a domain name of letters, digits and hyphens (RFC 1123, 2.1) and
    the lengths of RFC 5321 (4.5.3.1). Quoted local parts and address literals are legal, but nobody uses them.
    Addresses beyond ASCII (RFC 6531) are refused, because a mail server that does not support them returns the email.
    """
    local_part, _, domain = address.rpartition("@")
    if character := find_invisible(address):
        return character.predicate
    if several := _SEVERAL.search(address):
        if several[0] == ";":
            return f'must be one email address: between two addresses write a comma, not ";", as in {_TWO_ADDRESSES}'
        return f"must be one email address: write each address as an entry of its own, as in {_TWO_ADDRESSES}"
    if address.count("@") != 1:
        return "must be one email address, with one @, such as office@example.org"
    if "<" in address or " " in address:
        return "must be the address alone, without a name, spaces or <>, such as office@example.org"
    if not local_part.isascii():
        return "must be ASCII before the @: not every mail server accepts other letters there"
    if not domain.isascii():
        return "must have its domain in the ASCII form, which begins with xn--"
    if "=?" in local_part:
        return 'must not have "=?" in it: mail programs take it for the beginning of an encoded word'
    if not _LOCAL_PART.fullmatch(local_part) or len(local_part) > _MAX_LOCAL_PART_LENGTH:
        return "is not an email address: the part before the @ is not valid"
    if not _DOMAIN.fullmatch(domain):
        return "is not an email address: the part after the @ is not a domain such as example.org"
    if len(address) > _MAX_ADDRESS_LENGTH:
        return f"is not an email address: it may have {_MAX_ADDRESS_LENGTH} characters at most"
    return ""


def zone_problem(name: str) -> str:
    """The problem with the name of a time zone.

    The known names come from the ``tzdata`` package, so they do not depend on the machine.
    """
    import tzdata

    zones = Path(tzdata.__file__).with_name("zones").read_text(encoding="utf-8").split()
    if name in zones:
        return ""
    if place := _PLACES.get(name.upper()):
        return f'is not an IANA time zone; did you mean "{place}"?'
    wanted_name = "_".join(name.split()).casefold()
    by_city = {zone.rpartition("/")[2].casefold(): zone for zone in zones}
    if wanted_name in by_city:
        return f'is not an IANA time zone; did you mean "{by_city[wanted_name]}"?'
    near = suggestion(wanted_name, zones)
    return f"is not an IANA time zone{near or '; write one such as America/New_York'}"


_PLACES = {
    **dict.fromkeys(("EST", "EST5EDT", "EDT", "ET"), "America/New_York"),
    **dict.fromkeys(("CST", "CST6CDT", "CDT"), "America/Chicago"),
    **dict.fromkeys(("MST", "MST7MDT", "MDT"), "America/Denver"),
    **dict.fromkeys(("PST", "PST8PDT", "PDT"), "America/Los_Angeles"),
    **dict.fromkeys(("AKST", "AKDT"), "America/Anchorage"),
    **dict.fromkeys(("AST", "ADT"), "America/Halifax"),
    "HST": "Pacific/Honolulu",
    **dict.fromkeys(("GMT", "GMT0", "GMT+0", "GMT-0", "GREENWICH", "BST"), "Europe/London"),
    **dict.fromkeys(("WET", "WEST"), "Europe/Lisbon"),
    **dict.fromkeys(("CET", "MET", "CEST", "MEZ", "MESZ"), "Europe/Berlin"),
    **dict.fromkeys(("EET", "EEST"), "Europe/Helsinki"),
    "JST": "Asia/Tokyo",
    **dict.fromkeys(("AEST", "AEDT"), "Australia/Sydney"),
    **dict.fromkeys(("NZST", "NZDT"), "Pacific/Auckland"),
}
"""A place for each abbreviation, in capitals. Some of the abbreviations are IANA time zones too."""

_REVERSED = re.compile(r"Etc/GMT[+-][1-9][0-9]?")
_SOME_YEAR = 2026  # any year with the present rules


def zone_warning(zone: ZoneInfo) -> str:
    """What a person should know of an IANA time zone that is no place; empty if nothing.

    ``EST``, ``MST`` and ``HST`` keep their offset in summer, as ``GMT`` and ``Etc/GMT+5`` do. The sign of the last is
    turned round (tzdata, files ``northamerica`` and ``etcetera``). ``UTC`` says what it is.
    """
    name = zone.key
    reversed_sign = _REVERSED.fullmatch(name)
    place = "America/New_York" if reversed_sign else _PLACES.get(name.upper().removeprefix("ETC/"))
    if not place:
        return ""
    january, july = (datetime(_SOME_YEAR, month, 1, tzinfo=zone).utcoffset() for month in (1, 7))
    what = "has its sign turned round" if reversed_sign else "is an abbreviation"
    constant = ", and it does not change in summer" if january == july else ""
    return f"{name} {what}{constant}; write a place with the clocks of the premises, such as {place}"


def locale_problem(name: str) -> str:
    """The problem with the name of a locale: CLDR must have data for the locale."""
    from babel import Locale, UnknownLocaleError, localedata

    name = name.replace("-", "_")
    try:
        Locale.parse(name)
    except (UnknownLocaleError, ValueError):
        language = name.partition("_")[0].lower()
        known = f'did you mean "{language}"?' if localedata.exists(language) else "write one such as en_US or fr"
        return f"is not a known language and country; {known}"
    return ""


_BRANCH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._/-]*")
_TAKEN_BRANCHES = frozenset({"main", "master", "head"})


def branch_problem(name: str) -> str:
    """The problem with the name of the ledger's branch. The rules are stricter than git-check-ref-format(1)."""
    if name.casefold() in _TAKEN_BRANCHES:
        return "must be a branch that only the ledger uses"
    parts = name.split("/")
    if (
        not _BRANCH.fullmatch(name)
        or ".." in name
        or any(not part or part.startswith(".") or part.endswith((".", ".lock")) for part in parts)
    ):
        return 'must be a branch name of letters, digits, ".", "_", "-" and "/", such as sessionsmgmt-ledger'
    return ""


_TAKEN_SECRETS = frozenset(
    {"SMTP_PASSWORD", "IMAP_PASSWORD", "DAV_PASSWORD", "CALENDAR_URL", "HEROKU_API_KEY"}
    | {"PROJECT_TOKEN", "SERVICE_LINK_KEY", "SECRETS_TOKEN"}
)
_TAKEN_PREFIXES = ("SESSIONSMGMT_", "INPUT_", "RUNNER_", "ACTIONS_")
"""The prefixes of names that the program and its workflows use for other secrets, or that GitHub's runner uses."""


def secret_problem(name: str, others: Collection[str] = ()) -> str:
    """The problem with the name of the secret that rotation writes. The schema checks its characters.

    ``others`` are the secrets of accounts that the club does not use. GitHub stores names in upper case, and names that
    begin with ``GITHUB_`` belong to GitHub ("Secrets reference").
    """
    upper = name.upper()
    if upper.startswith("GITHUB_"):
        return "must not begin with GITHUB_: GitHub keeps such names for itself"
    if upper in _TAKEN_SECRETS.union(others) or upper.startswith(_TAKEN_PREFIXES):
        return "is the name of another secret, which renewing the credential would overwrite"
    return ""


TEMPLATE_NAMES = frozenset(
    {"team", "kind", "notice", "date", "start", "end", "start_time", "end_time", "presence", "session"}
)
"""The names of a template's context that no role may have."""

_JINJA_WORDS = frozenset({"true", "false", "none", "loop", "self", "super", "caller", "varargs", "kwargs"})


def role_problem(name: str) -> str:
    """The problem with the name of a role, which is also the name of a list of people in templates."""
    if not name.isidentifier() or name.startswith("_") or unicodedata.normalize("NFKC", name) != name:
        return 'a role is named by letters, digits and "_", beginning with a letter, such as adults'
    if name in TEMPLATE_NAMES:
        return "templates use this name for something else; choose another name for the role"
    if iskeyword(name) or name in _JINJA_WORDS:
        return "this word has another meaning in templates; choose another name for the role"
    return ""
