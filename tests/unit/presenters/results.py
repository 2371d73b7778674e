"""Results of commands, to be shown: by default of one notice that is due, composed as a club's run composes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

from sessionsmgmt.adapters.files.sections import IcsCalendar, OutboxMail, VcardContacts
from sessionsmgmt.application.job import Delivery
from sessionsmgmt.application.result import PreviewResult
from sessionsmgmt.config.model import CalendarEntry, Config, LedgerSettings, Mail, NoticeSettings
from sessionsmgmt.domain.delivery.claims import LedgerSnapshot
from sessionsmgmt.domain.model.notice import Key, Kind, Notice, Session, State, Verdict
from sessionsmgmt.domain.model.people import Role
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.email.compose import compose, compose_email
from sessionsmgmt.email.model import Envelope, Wording
from sessionsmgmt.presenters.presentation import Presentation
from tests import builders


def config(
    folder: Path = Path("club"),
    *,
    team: str = "MantaBots",
    locale: str = "en_US",
    roles: Sequence[Role] = builders.ROLES,
    notices: Sequence[str] = ("campus", "hall"),
    to: Sequence[str] = ("office@example.org",),
) -> Config:
    """The settings of a club with two notices."""
    return Config(
        path=folder / "sessions.yml",
        root=folder,
        team=team,
        zone=builders.NEW_YORK,
        locale=locale,
        calendars=(CalendarEntry(IcsCalendar(folder / "calendar.ics")),),
        contacts=VcardContacts(folder / "contacts.vcf"),
        mail=Mail(OutboxMail(folder / "outbox"), "coach@example.org"),
        roles=tuple(roles),
        ledger=LedgerSettings(),
        notices=tuple(NoticeSettings(builders.rule(notice), tuple(to)) for notice in notices),
    )


def due(notice: Notice, reason: str = "not announced yet") -> Delivery:
    """A notice that would be sent."""
    session = notice.session
    about = (notice.key, notice.presence.start, State.DUE, notice.kind, reason, notice)
    return Delivery(Verdict(*about, title=session.title, begins=session.start))


def quiet(
    state: State = State.SKIPPED,
    reason: str = "announced already",
    session: str = "quiet",
    kind: Kind | None = None,
    title: str = "",
    begins: date | None = None,
) -> Delivery:
    """A session nothing is sent about. By default its calendar does not have it any more."""
    start = builders.local(2026, 11, 9, 18)
    return Delivery(Verdict(Key("campus", session), start, state, kind, reason, title=title, begins=begins))


def result(
    *deliveries: Delivery, settings: Config | None = None, warnings: Sequence[ReportWarning] = ()
) -> PreviewResult:
    """What ``preview`` returned; the emails of what is due are composed with the settings."""
    club = settings or config()
    notices = [delivery.verdict.notice for delivery in deliveries if delivery.verdict.notice]
    wording = Wording(club.team, club.locale, club.zone, {role.name: role.disclose for role in club.roles})
    envelope = Envelope(club.notices[0].to, (), club.mail.sender)
    emails = {notice.key: compose(notice, wording, envelope, builders.NOW) for notice in notices}
    return PreviewResult(builders.NOW, deliveries, emails, tuple(warnings))


def presentation(
    *deliveries: Delivery,
    command: str = "preview",
    warnings: Sequence[ReportWarning] = (),
    snapshot: LedgerSnapshot | None = None,
    message: str = "",
) -> Presentation:
    """What presenters show of a command that ended with 1 where a notice needs a person, else with 0."""
    return Presentation(
        command,
        builders.NOW,
        int(any(delivery.needs_person for delivery in deliveries)),
        deliveries,
        warnings=tuple(warnings),
        snapshot=snapshot,
        message=message,
    )


def combined(*deliveries: Delivery, settings: Config | None = None) -> PreviewResult:
    """What ``preview`` returned where all that is due is one email."""
    shown, club = result(*deliveries, settings=settings), settings or config()
    notices = [one.verdict.notice for one in deliveries if one.verdict.notice]
    wording = Wording(club.team, club.locale, club.zone, {role.name: role.disclose for role in club.roles})
    email = compose_email(notices, wording, Envelope(club.notices[0].to, (), club.mail.sender), builders.NOW)
    return replace(shown, emails=dict.fromkeys(shown.emails, email))


def three_sessions() -> tuple[Delivery, ...]:
    """Two new sessions and one that has changed, on three days."""
    new, changed = Kind.NEW, Kind.CHANGED
    before = builders.announcement(
        presence=builders.window(builders.local(2026, 11, 9, 18), builders.local(2026, 11, 9, 20))
    )
    return tuple(
        due(
            builders.notice(
                kind=kind,
                key=Key("campus", name),
                before=before if kind is changed else None,
                session=Session(name, f"Session {name}", *hours),
                presence=builders.window(*hours),
            ),
            f"reason {name}",
        )
        for kind, name, day in ((new, "A", 7), (new, "B", 8), (changed, "C", 9))
        for hours in [(builders.local(2026, 11, day, 17), builders.local(2026, 11, day, 20))]
    )


@dataclass(frozen=True)
class Element:
    """An element of a page: its tag and its attributes."""

    tag: str
    attributes: dict[str, str | None]


@dataclass
class Page(HTMLParser):
    """A page, read: its elements in order, and its text."""

    source: str
    elements: list[Element] = field(default_factory=list)
    text: str = ""

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[Element]:
        """The elements of a tag."""
        return [element for element in self.elements if element.tag == tag]
