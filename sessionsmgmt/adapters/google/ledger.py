"""The ledger in Google Calendar: what was said about a session stands, sealed, on its event (Calendar API v3).

What concerns the instances of a series stands on the event of the series: an instance that is deleted loses all its
properties, and writing to one would turn it into an exception of the series. An exception has a copy of what the series
bore when it was made; that copy counts for nothing.

An event that is deleted keeps its properties as long as it is in the calendar's bin; after that there is nothing left
to remember it by. The memory belongs to the calendar as sessions.yml calls it: the same calendar under another id
begins anew.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from http import HTTPStatus
from typing import Any

from googleapiclient.errors import HttpError

from sessionsmgmt.adapters.google.account import Account
from sessionsmgmt.adapters.google.calendar import LARGEST_PAGE, id_of
from sessionsmgmt.adapters.google.errors import STRANGE, explained, is_everywhere, nonsense, understood
from sessionsmgmt.adapters.google.event_ledger import Binding, Item, Page, earlier, entries, opened, turned
from sessionsmgmt.adapters.google.extended_properties import change
from sessionsmgmt.adapters.google.ledger_erase import wipe
from sessionsmgmt.adapters.google.paging import rows
from sessionsmgmt.adapters.http_session import POOL
from sessionsmgmt.adapters.ledger.retention import Retention
from sessionsmgmt.adapters.ledger.sealing import Keys
from sessionsmgmt.domain.delivery.claims import ByDigest, LedgerSnapshot, Refusal, Refused, Step
from sessionsmgmt.domain.model.notice import Key
from sessionsmgmt.domain.model.rule import Rule
from sessionsmgmt.domain.sessions.session_keys import first_event_id
from sessionsmgmt.errors import ConsentError, InputError, RefusedError, SessionsError, gravest
from sessionsmgmt.parallel import side_by_side
from sessionsmgmt.ports.ledger import Unwritten, WriteResult
from sessionsmgmt.retry import RetryLater, RetryPolicy, retry

WRITING = "writing the ledger into the calendar"
MARGIN = timedelta(days=1)
"""How much longer events are looked at than they are remembered."""
ITEM = "id,etag,recurringEventId,recurrence,summary,attendees(email),extendedProperties/private"
GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})

_INSTANCE = re.compile(r"(.+)_[0-9]{8}(?:T[0-9]{6}Z)?")
"""Google's id of an instance: that of its series, and its original start."""


@dataclass(frozen=True, slots=True)
class _Written:
    """One event whose steps were taken, or refused, and what it bears now."""

    page: Page
    not_taken: tuple[Refused | Unwritten, ...]


@dataclass(frozen=True, slots=True)
class _Failed:
    """One event that could not be written, and whether none could be for the same reason."""

    cause: SessionsError
    everywhere: bool


@dataclass(frozen=True, slots=True)
class _Version:
    """The events that a snapshot came from.

    ``series`` has the series of each exception. ``secrets`` are those that the pages were read with; more than one if
    two keys were used at the same time.
    """

    binding: Binding
    pages: Mapping[str, Page] = field(repr=False)
    series: Mapping[str, str]
    secrets: frozenset[bytes] = field(repr=False)

    def snapshot(self, secret: bytes, now: datetime) -> LedgerSnapshot:
        """All pages as one; what the earlier script remembers is known by digests of this secret."""
        all_entries = [entries(page, secret, self.binding, now) for page in self.pages.values()]
        return LedgerSnapshot(secret, {key: one for found in all_entries for key, one in found.items()}, version=self)

    def event_of(self, session: str) -> str:
        """The event that bears what is said of the session: its series, where it is an instance."""
        if session in self.pages:
            return session
        instance = _INSTANCE.fullmatch(session)
        return self.series.get(session, instance[1] if instance else session)


class CalendarLedger:
    """What was announced, in the private properties of the events of one calendar, found by its id or by its name.

    ``scopes`` are those of the reading stage, with ``tokens.EVENTS_WRITE`` among them. ``rules`` are those of
    sessions.yml in their order: they tell what the earlier script's marks are about. What ``retention`` does
    not keep any more is forgotten with the next write.
    """

    def __init__(
        self,
        account: Account,
        scopes: frozenset[str],
        keys: Keys,
        retention: Retention,
        rules: Sequence[Rule],
        id: str = "",  # noqa: A002  the word sessions.yml has
        name: str = "",
    ) -> None:
        self._account = account
        self._scopes = scopes
        self._name = name
        self._binding = Binding(id, keys, rules, retention)

    def read(self, now: datetime, earlier: LedgerSnapshot | None = None) -> LedgerSnapshot:
        """The ledger as it stands, in one request a page of the calendar; see ``ports.Ledger``.

        One more is made for each series that is not listed although an exception of it is. Raises RefusedError where
        an event's part of the ledger does not open, and ConsentError or InputError as the calendar does.
        """
        version = self._read(now)
        begin_with = earlier.secret if earlier else _derived_secret(version.binding)
        return version.snapshot(min(version.secrets, default=begin_with), now)

    def write(self, snapshot: LedgerSnapshot, steps: Sequence[Step], now: datetime) -> WriteResult:
        """Take the steps, each event's in one request of its own, several at once; see ``ports.Ledger``.

        An event that fails leaves the others alone: its steps come back as Unwritten. Raises only where none could be
        written and none can: the consent is gone or too small.
        """
        version = self._version_of(snapshot) or self._read(now)
        writing = _Writing(self._api, version, snapshot.secret, now, self._account.connection.retry_policy)
        grouped = writing.grouped(steps)
        if not grouped:
            return WriteResult(snapshot)
        with side_by_side(POOL) as threads:
            results = dict(
                zip(grouped, threads.map(lambda event: writing.tried(event, grouped[event]), grouped), strict=True)
            )
        written = {event: one for event, one in results.items() if isinstance(one, _Written)}
        failed = {event: one for event, one in results.items() if isinstance(one, _Failed)}
        if not written and any(one.everywhere for one in failed.values()):
            raise gravest(one.cause for one in failed.values() if one.everywhere)
        not_taken = [one for done in written.values() for one in done.not_taken]
        not_taken += [
            Unwritten(key, one.cause) for event, one in failed.items() for key in writing.keys(event, grouped[event])
        ]
        pages = {**version.pages, **{event: one.page for event, one in written.items()}}
        return WriteResult(replace(version, pages=pages).snapshot(snapshot.secret, now), tuple(not_taken))

    def erase(self) -> bool:
        """Take what is ours off every event of the calendar, and nothing else; see ``ports.ErasableLedger``.

        Copies on duplicated events are ours as well. What MantaBots' earlier script wrote is not.
        """
        with understood("finding the ledger in the calendar"):
            calendar = self._calendar()
        return wipe(self._api, calendar, self._account.connection.retry_policy)

    @cached_property
    def _api(self) -> Any:
        return self._account.guarded("calendar", self._scopes)

    def _calendar(self) -> str:
        return self._binding.calendar or id_of(self._name, self._account, self._api)

    def _version_of(self, snapshot: LedgerSnapshot) -> _Version | None:
        """The events that a snapshot of this calendar came from."""
        if not isinstance(snapshot.version, _Version):
            return None
        with understood("finding the ledger in the calendar"):
            own = (self._calendar(), self._binding.keys)
        version = snapshot.version
        return version if (version.binding.calendar, version.binding.keys) == own else None

    def _read(self, now: datetime) -> _Version:
        with understood("reading the ledger in the calendar"):
            binding = replace(self._binding, calendar=self._calendar())
            since = binding.retention.instant(now) - binding.retention.keep - MARGIN
            items = {item["id"]: item for item in _listed(self._api, binding.calendar, since)}
            items |= {item["id"]: item for item in _unlisted(self._api, binding.calendar, items)}
            series = {id_: item["recurringEventId"] for id_, item in items.items() if _is_exception(item, items)}
            pages = {id_: opened(item, binding) for id_, item in items.items() if id_ not in series}
            for id_, master in series.items():
                pages[master] = pages[master].remembering(earlier(items[id_], binding.rules))
            secrets = frozenset(page.snapshot.secret for page in pages.values() if page.snapshot)
            return _Version(binding, pages, series, secrets)


@dataclass(frozen=True, slots=True)
class _Writing:
    """One write: the pages that it begins with, and the secret that the digests of its steps were made with."""

    api: Any
    version: _Version
    secret: bytes = field(repr=False)
    now: datetime
    retry_policy: RetryPolicy

    def grouped(self, steps: Sequence[Step]) -> dict[str, list[Step]]:
        """The steps by the event they are written on, and the events that have something to forget or to seal anew."""
        grouped: dict[str, list[Step]] = {}
        for step in steps:
            grouped.setdefault(self.version.event_of(first_event_id(step.key)), []).append(step)
        for event, page in self.version.pages.items():
            if turned(page, (), self.secret, self.version.binding, self.now).properties != page.properties:
                grouped.setdefault(event, [])
        return grouped

    def keys(self, event: str, steps: Sequence[Step]) -> list[Key]:
        """What a failure is about: the steps, or else what was to be forgotten."""
        page = self.version.pages.get(event)
        if steps or page is None or page.snapshot is None:
            return list(dict.fromkeys(step.key for step in steps))
        return list(page.snapshot.entries)

    def tried(self, event: str, steps: Sequence[Step]) -> _Written | _Failed:
        """What became of the steps on one event."""
        try:
            return self._written(event, steps)
        except HttpError as error:
            if error.resp.status in GONE:
                return _Failed(RefusedError(_LOST, _RESTORE), everywhere=False)
            return _Failed(explained(error, WRITING), is_everywhere(error))
        except SessionsError as error:
            return _Failed(error, isinstance(error, ConsentError | InputError))
        except STRANGE as error:
            return _Failed(nonsense(error, WRITING), everywhere=False)

    def _written(self, event: str, steps: Sequence[Step]) -> _Written:
        """Take the steps on what the event bears, and anew on what it bears then if it was changed in between.

        A reply that was lost looks like such a change. What was written then is found, and not written twice. Where the
        steps would change nothing, the event is looked at once more: a refusal is about what is true now.
        """
        binding = self.version.binding
        page, is_current = self.version.pages.get(event), False

        def attempt() -> _Written | RetryLater:
            nonlocal page, is_current
            if page is None:
                page, is_current = self._current(event), True
            known = [step for step in steps if self._knows(page) or not isinstance(step, ByDigest)]
            foreign = [Refused(step.key, Refusal.ANOTHER_LEDGER_SECRET) for step in steps if step not in known]
            then = turned(page, known, self.secret, binding, self.now)
            not_taken = (*then.not_taken, *foreign)
            asked = change(page.properties, then.properties)
            if not asked and steps and not is_current:
                page, is_current = self._current(event).following(page), True
                return attempt()
            if not asked:
                return _Written(page, not_taken)
            try:
                return _Written(self._patched(page, asked), not_taken)
            except HttpError as error:
                if error.resp.status != HTTPStatus.PRECONDITION_FAILED:
                    raise
            page, is_current = self._current(event).following(page), True
            if page.properties == then.properties:
                return _Written(page, not_taken)
            return RetryLater("it was being changed all the time")

        return retry(attempt, "An event of the calendar", self.retry_policy)

    def _current(self, event: str) -> Page:
        return opened(_asked_for(self.api, self.version.binding.calendar, event), self.version.binding)

    def _knows(self, page: Page) -> bool:
        """Whether people will be recognised on that page by digests of the secret."""
        if self.version.secrets and self.secret not in self.version.secrets:
            return False
        return page.snapshot is None or page.snapshot.secret in self.version.secrets | {self.secret}

    def _patched(self, page: Page, asked: Mapping[str, str | None]) -> Page:
        request = self.api.events().patch(
            calendarId=self.version.binding.calendar,
            eventId=page.event,
            sendUpdates="none",
            body={"extendedProperties": {"private": asked}},
            fields=ITEM,
        )
        request.headers["If-Match"] = page.etag
        return opened(request.execute(), self.version.binding).following(page)


def _derived_secret(binding: Binding) -> bytes:
    """The secret of a ledger that is not begun: the same for all who begin it at the same time."""
    return hmac.new(binding.keys.current, f"sessionsmgmt people {binding.calendar}".encode(), "sha256").digest()


def _unlisted(api: Any, calendar: str, items: Mapping[str, Item]) -> list[Item]:
    """The series of listed exceptions that are not listed themselves, as far as the calendar has them.

    Somebody who is invited to one instance alone has that, and no series.
    """
    ids = sorted({item["recurringEventId"] for item in items.values() if "recurringEventId" in item} - items.keys())
    with side_by_side(POOL) as threads:
        return [item for item in threads.map(lambda event: _if_there(api, calendar, event), ids) if item]


def _if_there(api: Any, calendar: str, event: str) -> Item | None:
    try:
        return _asked_for(api, calendar, event)
    except HttpError as error:
        if error.resp.status in GONE:
            return None
        raise


def _asked_for(api: Any, calendar: str, event: str) -> Item:
    item: Item = api.events().get(calendarId=calendar, eventId=event, fields=ITEM).execute()
    return item


def _listed(api: Any, calendar: str, since: datetime) -> Iterator[Item]:
    """Every single event that ends after ``since``, deleted ones too, every series that does, and its exceptions."""

    def page(token: str | None) -> Item:
        reply: Item = (
            api.events()
            .list(
                calendarId=calendar,
                singleEvents=False,
                showDeleted=True,
                timeMin=since.isoformat(),
                maxResults=LARGEST_PAGE,
                pageToken=token,
                fields=f"nextPageToken,items({ITEM})",
            )
            .execute()
        )
        return reply

    return rows(page, "items")


def _is_exception(item: Item, items: Mapping[str, Item]) -> bool:
    """Whether it belongs to a series that is there to bear what is said of it."""
    return "recurringEventId" not in items.get(item.get("recurringEventId", ""), {"recurringEventId": ""})


_LOST = "What is said about this event can't be remembered: it is not in the calendar any more."
_RESTORE = "If it was deleted by mistake, restore it from the calendar's bin."
