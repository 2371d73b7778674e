"""Alerts: what wants a person, which of it the coaches are told now, and which of it is over.

The ledger knows an alert by a key of its own, and claims it as it claims a notice. What it remembers as the window of
an alert is the time in which the alert is not repeated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from sessionsmgmt.domain.delivery.claims import Begin, Entry, LedgerSnapshot, Put, Resolve, Step
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.notice import NO_NOTICE, Announcement, Key, Kind, Presence, State, Verdict
from sessionsmgmt.domain.model.warning import ReportWarning

REPEAT = timedelta(days=7)
"""How long an alert is not repeated while there is no news."""

ALERT = f"{NO_NOTICE}alert."
"""What the keys of alerts begin with."""

WITHOUT_EVENT, SILENT = "notice-without-event", "notice-silent"

_REASONS = frozenset(
    {
        "premises-cancel-by",
        "premises-cancel-soon",
        "premises-closed",
        "premises-hours",
        "premises-lead",
        "premises-max-people",
        "require-unmet",
        "role-without-contact",
        SILENT,
    }
)
"""The codes of warnings that are alerts."""

_LOST_SIGHT = frozenset({"attendees-unknown", "event-incomplete"})
"""The codes of warnings that are alerts where they are about a session that was announced."""


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that wants a person.

    ``about`` is the id of a session, a notice or a role. ``begins``, a day or an instant in UTC, and ``title`` are the
    session's, if one is meant. ``texts`` name no person.
    """

    reason: str
    about: str
    texts: tuple[str, ...]
    begins: datetime | date | None = None
    title: str = ""

    @property
    def key(self) -> Key:
        """What the ledger knows the alert by."""
        return Key(f"{ALERT}{self.reason}", self.about)


def alerts(
    verdicts: Sequence[Verdict],
    seen: Iterable[Verdict],
    warnings: Iterable[ReportWarning],
    announced: Mapping[str, str],
    *,
    silence: bool,
) -> tuple[Alert, ...]:
    """All that wants a person now: one alert for each reason and session, notice or role, the earliest session first.

    ``verdicts`` are as they came out, and ``seen`` are those of all sessions that were looked at. ``announced`` are the
    sessions that were announced, by their ids in the calendar. With ``silence``, a notice without an event is told only
    once it is silent.
    """
    codes = _REASONS if silence else _REASONS | {WITHOUT_EVENT}
    texts: dict[Key, list[str]] = {}
    for reason, about, text in [*_of_verdicts(verdicts), *_of_warnings(warnings, codes, announced)]:
        texts.setdefault(Key(reason, about), []).append(text)
    sessions = {verdict.key.session: verdict for verdict in [*seen, *verdicts]}
    made = [_alert(key, lines, sessions.get(key.session)) for key, lines in texts.items()]
    starts = {session: verdict.start.timestamp() for session, verdict in sessions.items()}
    return tuple(sorted(made, key=lambda alert: (starts.get(alert.about, 0), alert.reason, alert.about)))


def due_alerts(wanted: Iterable[Alert], snapshot: LedgerSnapshot, now: datetime) -> dict[Alert, Announcement]:
    """The alerts to send now, each with what the ledger is to remember. What another run is sending is left out."""
    due = {}
    for alert in wanted:
        entry = snapshot.entry(alert.key)
        last = _last(entry)
        sending = entry.claim and not entry.claim.is_held(now)
        if not sending and (last is None or now >= last.presence.end):
            number = last.sequence + 1 if last else 0
            due[alert] = Announcement(Kind.NEW, Presence(now, now + REPEAT), frozenset(), number)
    return due


def claims_of(key: Key, announcement: Announcement, snapshot: LedgerSnapshot, run: str) -> Iterator[Step]:
    """The steps that claim the alert of the key. A claim that was held counts as sent: nobody is asked about it."""
    entry = snapshot.entry(key)
    if entry.claim:
        yield Resolve(key, arrived=True)
    yield Begin(key, run, _last(entry), announcement)


def settled_alerts(wanted: Iterable[Alert], snapshot: LedgerSnapshot, now: datetime) -> Iterator[Put]:
    """The steps that forget the alerts whose reason is over, so that they are told again if it begins anew."""
    lasting = {alert.key for alert in wanted}
    for key, entry in sorted(snapshot.entries.items(), key=lambda item: item[0]):
        sending = entry.claim and not entry.claim.is_held(now)
        if key.notice.startswith(ALERT) and key not in lasting and entry != Entry() and not sending:
            yield Put(key, entry, Entry())


def _last(entry: Entry) -> Announcement | None:
    return entry.claim.announcement if entry.claim else entry.announcement


def _of_verdicts(verdicts: Iterable[Verdict]) -> Iterator[tuple[str, str, str]]:
    """Reason, session and text of each verdict that wants a person."""
    for verdict in verdicts:
        notice, session = verdict.key.notice, verdict.key.session
        match verdict.state:
            case State.HELD:
                text = (
                    f"nobody knows whether the email of the notice {notice} left. Look into the Sent folder, and then"
                )
                closing = f"run 'sessionsmgmt resolve --notice {notice} --session {session}' with --sent or --resend"
                yield "held", session, f"{text} {closing}"
            case State.FAILED if verdict.notice:
                yield "failed", session, f"the email of the notice {notice} was not sent: {verdict.reason}"
            case State.FAILED:
                text = f"the notice {notice} is not sent: {verdict.reason}. Invite more people, or cancel the session"
                yield "require-unmet", session, text


def _of_warnings(
    warnings: Iterable[ReportWarning], codes: Iterable[str], announced: Mapping[str, str]
) -> Iterator[tuple[str, str, str]]:
    """Reason, session or notice or role, and text of each warning that is an alert."""
    for warning in warnings:
        if warning.code in codes or (warning.code in _LOST_SIGHT and warning.where in announced):
            yield warning.code, warning.about or announced.get(warning.where, warning.where), warning.sentence


def _alert(key: Key, texts: Iterable[str], verdict: Verdict | None) -> Alert:
    lines = tuple(dict.fromkeys(texts))
    if verdict is None:
        return Alert(key.notice, key.session, lines)
    begins = verdict.start if verdict.begins is None else verdict.begins
    return Alert(key.notice, key.session, lines, begins, verdict.title)
