"""The preview page: every email that would be sent, as it will look, and what is not sent and why.

The page is for the coach, so it shows what the emails say. It names people only as ``disclose`` allows. It is one file
without scripts and loads nothing, so it reads the same from a disk, an artifact or a phone.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from email.message import EmailMessage
from pathlib import Path
from typing import cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sessionsmgmt.application.notices.shared_emails import verdicts_by_email
from sessionsmgmt.application.result import PreviewResult
from sessionsmgmt.config.model import Config
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.notice import Kind, Notice, State, Verdict
from sessionsmgmt.domain.model.people import Disclose, Role
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.email.disclosure import DisclosedPerson, disclosed_people
from sessionsmgmt.email.language import Language, language
from sessionsmgmt.email.safe_text import clean
from sessionsmgmt.email.time_window import format_instant, localized_window
from sessionsmgmt.presenters.output_folder import write_files
from sessionsmgmt.presenters.text import resolving

TOKEN = re.compile(r"[^0-9a-z]+")
HEADERS = ("Subject", "From", "To", "Cc", "Reply-To")
BADGES = language("en").badges


@dataclass(frozen=True, slots=True)
class People:
    """The people of a role as the email discloses them: by name or initials, or only how many there are."""

    title: str
    count: str
    names: tuple[DisclosedPerson, ...]


@dataclass(frozen=True, slots=True)
class CardSession:
    """A session of an email, and what is said of it."""

    kind: Kind
    badge: str
    title: str
    location: str
    when: str
    before: str
    id: str
    reason: str
    warnings: tuple[ReportWarning, ...]
    people: tuple[People, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """An email that would be sent. ``name`` is the name of its files; ``lines``, the length of its text.

    ``kind``, ``badge`` and ``title`` are those of its session, or of its several sessions together.
    """

    name: str
    kind: str
    badge: str
    title: str
    notice: str
    sessions: tuple[CardSession, ...]
    headers: tuple[tuple[str, str], ...]
    html: str
    text: str
    source: str
    calendar: str
    lines: int


@dataclass(frozen=True, slots=True)
class Row:
    """A session about which nothing is sent. ``command`` closes the notice if it is held."""

    when: str
    notice: str
    session: str
    badge: str
    reason: str
    command: str = ""


@dataclass(frozen=True, slots=True)
class Quiet:
    """The sessions about which nothing is sent for the same kind of reason."""

    state: State
    title: str
    why: str
    rows: tuple[Row, ...]


QUIET = (
    (
        State.HELD,
        "Waiting for you",
        "Nobody can know whether these emails left. Look into the Sent folder, then close each one with its command.",
    ),
    (State.FAILED, "Kept back", "These would be sent but for what is said beside them. The next run decides anew."),
    (State.SKIPPED, "No email needed", "No email about these sessions is needed for now."),
)


def write_gallery(result: PreviewResult, config: Config, folder: Path) -> Path:
    """Write the page and every email (.eml, .html, .txt, .ics) into the folder, and return the path of the page.

    An older preview in the folder is replaced; other files are kept. Raises InputError where the folder can't be
    written, or where a file of somebody else is in the way.
    """
    words = language(config.locale)
    files: dict[str, bytes] = {}
    cards = []
    for verdicts in verdicts_by_email((delivery.verdict for delivery in result.deliveries), result.emails):
        email = result.emails[verdicts[0].key]
        card = _card(verdicts, email, result, config)
        cards.append(card)
        files |= _email_files(card, email)
    page = _environment().get_template("gallery.html.j2")
    files["index.html"] = page.render(
        team=clean(config.team),
        now=format_instant(result.now.astimezone(config.zone), words),
        zone=config.zone.key,
        lang=words.tag,
        cards=cards,
        quiet=_quiet(result, config, words),
        warnings=_elsewhere(result.warnings, cards),
    ).encode()
    write_files(folder, files, config.root)
    return folder / "index.html"


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["clean"] = clean
    return environment


def _card(verdicts: Sequence[Verdict], email: EmailMessage, result: PreviewResult, config: Config) -> Card:
    """The card of an email about the sessions of the verdicts, earliest first."""
    sessions = tuple(_session(verdict, notice, result, config) for verdict in verdicts if (notice := verdict.notice))
    kind = str(email["X-Sessionsmgmt-Kind"])
    text = _part(email, "plain")
    return Card(
        name=_name(verdicts[0], kind, config),
        kind=kind,
        badge=BADGES[Kind(kind)] if kind in BADGES else language("en").several_badge,
        title=f"{len(sessions)} sessions" if len(sessions) > 1 else sessions[0].title,
        notice=verdicts[0].key.notice,
        sessions=sessions,
        headers=tuple((name, clean(str(email[name]))) for name in HEADERS if email[name]),
        html=_part(email, "html"),
        text=text,
        source=_bytes(email).decode("utf-8", "replace"),
        calendar=_calendar(email).decode("utf-8", "replace"),
        lines=sum(1 + len(line) // 60 for line in text.splitlines()),
    )


def _session(verdict: Verdict, notice: Notice, result: PreviewResult, config: Config) -> CardSession:
    settings = next(entry for entry in config.notices if entry.rule.id == notice.key.notice)
    words = language(config.locale)
    announced = notice.before.presence if notice.before and notice.kind is Kind.CHANGED else None
    return CardSession(
        kind=notice.kind,
        badge=BADGES[notice.kind],
        title=clean(notice.session.title) or "(no title)",
        location=clean(notice.session.location),
        when=localized_window(notice.presence, config.zone, words).text,
        before=localized_window(announced, config.zone, words).text if announced else "",
        id=notice.key.session,
        reason=verdict.reason,
        warnings=tuple(warning for warning in result.warnings if warning.where == notice.key.session),
        people=_people(notice, config.roles, language(settings.locale or config.locale)),
    )


def _people(notice: Notice, roles: Sequence[Role], words: Language) -> tuple[People, ...]:
    listed = []
    for role in roles:
        people = notice.people.roles.get(role.name, ())
        if people:
            disclosed = disclosed_people(people, role.name, role.disclose, notice.newcomers, words)
            names = disclosed if role.disclose is not Disclose.COUNT else ()
            listed.append(People(words.role_title(role.name), words.count(role.name, len(people)), names))
    return tuple(listed)


def _name(first: Verdict, kind: str, config: Config) -> str:
    """The name of an email's files. Names sort as the sessions do, differ for each email, and suit any file system.

    ``first`` is the verdict on the email's first session. The session's id is in the name as a digest, since a calendar
    may put anything into an id.
    """
    start = first.start.astimezone(config.zone).strftime("%Y-%m-%d-%H%M")
    digest = hashlib.sha256(f"{first.key.notice}\0{first.key.session}".encode("utf-8", "replace"))
    words = TOKEN.sub("-", first.key.notice.casefold())[:40].strip("-")
    return "-".join(part for part in (start, words, kind, digest.hexdigest()[:10]) if part)


def _email_files(card: Card, email: EmailMessage) -> dict[str, bytes]:
    files = {
        f"emails/{card.name}.eml": _bytes(email),
        f"emails/{card.name}.html": card.html.encode(),
        f"emails/{card.name}.txt": card.text.encode(),
    }
    if card.calendar:
        files[f"emails/{card.name}.ics"] = _calendar(email)
    return files


def _bytes(email: EmailMessage) -> bytes:
    """The email as mail programs store it, with CRLF between lines (RFC 5322, 2.1)."""
    return email.as_bytes(policy=email.policy.clone(linesep="\r\n"))


def _part(email: EmailMessage, subtype: str) -> str:
    part = cast(EmailMessage | None, email.get_body((subtype,)))
    return str(part.get_content()) if part else ""


def _calendar(email: EmailMessage) -> bytes:
    parts = (part for part in email.iter_attachments() if part.get_content_type() == "text/calendar")
    return next((payload for part in parts if isinstance(payload := part.get_payload(decode=True), bytes)), b"")


def _quiet(result: PreviewResult, config: Config, words: Language) -> tuple[Quiet, ...]:
    groups = []
    for state, title, why in QUIET:
        verdicts = [delivery.verdict for delivery in result.deliveries if delivery.verdict.state is state]
        if verdicts:
            groups.append(Quiet(state, title, why, tuple(_row(verdict, config, words) for verdict in verdicts)))
    return tuple(groups)


def _row(verdict: Verdict, config: Config, words: Language) -> Row:
    return Row(
        when=format_instant(verdict.start.astimezone(config.zone), words),
        notice=verdict.key.notice,
        session=verdict.key.session,
        badge=BADGES[verdict.kind] if verdict.kind else "",
        reason=verdict.reason,
        command=resolving(verdict.key, config) if verdict.state is State.HELD else "",
    )


def _elsewhere(warnings: Sequence[ReportWarning], cards: Sequence[Card]) -> tuple[ReportWarning, ...]:
    """The warnings that no card shows."""
    shown = {warning for card in cards for session in card.sessions for warning in session.warnings}
    return tuple(warning for warning in warnings if warning not in shown)
