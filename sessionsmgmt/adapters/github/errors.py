"""The refusals of GitHub: its own message, made safe to show, and the advice for the cause.

Many causes of a 401 or a 403 are mended by no permission and by no new token. A cause is recognised by GitHub's message
or by a header. Where the cause is not recognised, only GitHub's message is shown.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.errors import RefusedError
from sessionsmgmt.settings import JOB_TOKEN, REPOSITORY

LONGEST = 300
"""Characters of GitHub's message that are shown."""

LONGEST_READ = 4_000
"""Characters of GitHub's message that are read."""

_PERMISSIONS = re.compile(r"[a-z_]+=(?:read|write|admin)(?:,\s*[a-z_]+=(?:read|write|admin))*")
_SECRET = re.compile(
    r"\b(?:gh[a-z]_|github_pat_)[\w.-]+|\beyJ[\w-]+(?:\.[\w-]*)*|[^\s@<>\"'`(),;:]+@[^\s@<>\"'`(),;:]+\.\w+"
)
"""Tokens by how they begin, and email addresses."""
_QUERY = re.compile(r"(https?://[^\s?#]*)[?#]\S*")


@dataclass(frozen=True, slots=True)
class FailedCall:
    """A call that GitHub refused.

    ``doing`` is what the call was for ("reading the ledger"), ``permission`` is what the call needs, and ``variable``
    is the variable of the environment that had the token.
    """

    doing: str
    permission: str
    variable: str


@dataclass(frozen=True, slots=True)
class Reply:
    """A refusal as GitHub sent it. The names in ``headers`` are in lower case. ``message`` is not safe to show."""

    status: int
    message: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


def safe(text: str, secrets: Collection[str] = ()) -> str:
    """GitHub's message as one short line that can be shown: without invisible characters, tokens and addresses."""
    shown = text[:LONGEST_READ]
    for secret in secrets:
        shown = shown.replace(secret, "***")
    shown = "".join(character if character.isprintable() else " " for character in shown)
    shown = _SECRET.sub("***", _QUERY.sub(r"\1", shown))
    shown = " ".join(shown.replace('"', "'").split())
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1].rstrip()}…"


def refusal(reply: Reply, call: FailedCall, today: datetime, secrets: Collection[str] = ()) -> RefusedError:
    """The error to end with: what was refused, GitHub's own message, and what to do, as far as that is known.

    ``today`` is aware and by this machine's clock. ``secrets`` are texts that must not be shown.
    """
    message = safe(reply.message, secrets)
    advice = _advice(reply, call, today)
    match reply.status:
        case HTTPStatus.UNAUTHORIZED:
            return RefusedError(_sentence(f"GitHub does not accept what {call.variable} holds", message), advice)
        case HTTPStatus.FORBIDDEN:
            return RefusedError(_sentence(f"GitHub does not allow {call.doing} with {call.variable}", message), advice)
        case HTTPStatus.NOT_FOUND:
            what = f"GitHub finds nothing for {call.doing}: the repository is another one, or {call.variable} may not"
            says_more = not message.lower().startswith("not found")
            return RefusedError(_sentence(f"{what} see it", message if says_more else ""), advice)
        case status:
            return RefusedError(_sentence(f"GitHub refuses {call.doing} ({int(status)})", message), advice)


def _sentence(what: str, message: str) -> str:
    return f'{what}: "{message.rstrip(".")}".' if message else f"{what}."


@dataclass(frozen=True, slots=True)
class _Cause:
    """A cause by GitHub's message, and what mends it. ``{variable}`` stands for the variable that had the token."""

    message: re.Pattern[str]
    advice: str


def _causes(*known: tuple[str, str]) -> tuple[_Cause, ...]:
    return tuple(_Cause(re.compile(message, re.IGNORECASE), advice) for message, advice in known)


_CAUSES = _causes(
    (r"upgrade to github|upgrade your plan|billing plan", "The plan of the account does not include this."),
    (
        r"billing|payment|spending limit",
        "Whoever pays for the account has to settle this: the account's settings, under Billing.",
    ),
    (
        r"\bSAML\b|single sign-on|\bSSO\b",
        "The token's owner has to open it for the organization: their settings, Developer settings, 'Configure SSO'.",
    ),
    (
        r"IP allow ?list|IP address is not permitted",
        "Put the address of this machine on that list, or run the job on a runner whose address is on it.",
    ),
    (
        r"OAuth App access restrictions|third-party application",
        "An owner of the organization has to approve the application, in the organization's settings.",
    ),
    (r"forbids access via a personal access token \(classic\)", "Use a fine-grained token, or a GitHub App."),
    (r"forbids access via a fine-grained .*lifetime", "Make a token that ends sooner, and store it in {variable}."),
    (r"locked for migration|being migrated", "Wait until the repository's move is over. The next run goes on."),
    (r"archived", "Unarchive the repository: its settings, General, Danger Zone."),
    (
        r"installation (?:has been|is|was) suspended|app (?:has been|is|was) suspended",
        "Whoever suspended the App can lift that: the settings, under GitHub Apps.",
    ),
    (
        r"(?:account|user) (?:has been|is|was) (?:suspended|flagged)|suspended (?:account|user)",
        "The owner of the account has to write to GitHub's support: https://support.github.com.",
    ),
    (
        r"access blocked|repository (?:has been |is |was )?(?:disabled|blocked)",
        "GitHub itself has blocked it. Its owner finds the reason on its page, and can write to GitHub's support.",
    ),
    (
        r"\bblocked\b",
        "The repository's owner has blocked the account, and can lift that: the settings, Moderation, Blocked users.",
    ),
    (
        r"interactions? .*(?:limit|restrict)|(?:limit|restrict)\w* .*interact|restricted to collaborators",
        "Lift the limit on interactions, in the repository's settings under Moderation, or wait until it is over.",
    ),
    (
        (
            r"not authorized to push|protected (?:branch|ref)|rule violation|branch is locked|locked branch|force-push"
            r"|push restriction|through a pull request|status checks? .*expected|approving review|verified signatures?"
        ),
        "Exempt the branch, or this account, from the rule: the repository's settings, under Rules or Branches.",
    ),
    (
        r"(?:issue|conversation|discussion|pull request) (?:has been |is |was )?locked|conversation.*\blocked\b",
        "Unlock the conversation: 'Unlock conversation' at the side of its page. Then run this again.",
    ),
    (
        r"\bactions\b.*\b(?:disabled|not enabled)\b",
        "Switch Actions on: the settings of the repository, or of its organization, under Actions, General.",
    ),
    (
        r"issues (?:has been |have been |are )?disabled",
        "Switch issues on: the repository's settings, General, Features.",
    ),
    (r"(?:enable|require)s? two-factor", "The account has to switch two-factor authentication on first."),
    (r"email address must be verified|verify your email", "The owner of the account has to confirm an address first."),
    (r"integration not found|\('iss'\)", "Check GITHUB_APP_ID: the App's settings show it, as 'App ID'."),
    (
        r"json web token could not be decoded",
        "GITHUB_APP_PRIVATE_KEY is no key of the App that GITHUB_APP_ID names. Store the .pem of this App, whole.",
    ),
    (r"must authenticate via a GitHub App", "Only a job's own token, or one of an App, may do this."),
    (r"administrative rules|user[- ]agent", "Please report this."),
)

_CLOCK = re.compile(r"\('(?:exp|iat|nbf)'\)", re.IGNORECASE)
_EXPIRED = re.compile(r"bad credentials|requires authentication|expired|revoked", re.IGNORECASE)
_PERMISSION = re.compile(
    r"not accessible by|must have (?:admin|push|write)|admin rights|needs? (?:admin|push|write)|permission|scope"
    r"|write access|push access",
    re.IGNORECASE,
)


def _advice(reply: Reply, call: FailedCall, today: datetime) -> str:
    if reply.headers.get("x-github-sso", "").strip().lower().startswith("required"):
        return _named("single sign-on", call.variable)
    if _CLOCK.search(reply.message):
        return f"Set the clock of this machine{_skew(reply.headers, today)}."
    if advice := _named(reply.message, call.variable):
        return advice
    match reply.status:
        case HTTPStatus.UNAUTHORIZED if not reply.message or _EXPIRED.search(reply.message):
            return "It may have expired or been withdrawn: store a new one there."
        case HTTPStatus.FORBIDDEN if not reply.message:
            return "It does not say why: something on the way there, such as a proxy, may have answered in its place."
        case HTTPStatus.FORBIDDEN if _PERMISSION.search(reply.message):
            return remedy(call.variable, _needed(reply.headers, call))
        case HTTPStatus.NOT_FOUND:
            return f"Check {REPOSITORY}. {remedy(call.variable, call.permission)}"
        case HTTPStatus.BAD_REQUEST | HTTPStatus.UNPROCESSABLE_ENTITY:
            return "Please report this."
    return ""


def _named(message: str, variable: str) -> str:
    """The advice for the cause that the message names; empty where it names no known cause."""
    advice = (cause.advice for cause in _CAUSES if cause.message.search(message[:LONGEST_READ]))
    return next(advice, "").format(variable=variable)


def remedy(variable: str, permission: str) -> str:
    """The advice to give a permission to the token in that variable."""
    if variable == JOB_TOKEN:
        return f"Add '{permission}' to the 'permissions:' of the job."
    return f"Give it the permission '{permission}'."


def _needed(headers: Mapping[str, str], call: FailedCall) -> str:
    """The permissions that GitHub names for the call, as a workflow writes them; else the permission of ``asked``.

    The header separates alternatives by semicolons (GitHub, "Troubleshooting the REST API"), and the first is taken.
    Where an alternative is about the permission of ``asked``, ``asked`` counts: the next call may need a higher level.
    """
    alternatives = [part.strip() for part in headers.get("x-accepted-github-permissions", "").split(";")]
    first, own = alternatives[0], call.permission.partition(":")[0].replace("-", "_")
    if not _PERMISSIONS.fullmatch(first) or any(part.startswith(f"{own}=") for part in alternatives):
        return call.permission
    return "' and '".join(part.strip().replace("=", ": ") for part in first.split(","))


def _skew(headers: Mapping[str, str], today: datetime) -> str:
    """How far the clock is from the date of the reply (RFC 9110, 6.6.1); empty where the date does not show it."""
    try:
        ahead = today - parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError):
        return ""
    minutes = round(abs(ahead) / timedelta(minutes=1))
    if not minutes:
        return ""
    side = "ahead of" if ahead > timedelta() else "behind"
    return f": it is {minutes} minute{'s' * (minutes != 1)} {side} GitHub's"


def details(errors: Iterable[object]) -> str:
    """The messages of a failed validation about the fields, as far as they have any."""
    messages = (
        error if isinstance(error, str) else error.get("message") for error in errors if isinstance(error, str | dict)
    )
    return "; ".join(message for message in messages if isinstance(message, str) and message.strip())
