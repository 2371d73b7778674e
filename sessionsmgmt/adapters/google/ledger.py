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
from dataclasses import dataclass, replace
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
from sessionsmgmt.domain.delivery.claims import ByDigest, LedgerSnapshot, Refused, Step
from sessionsmgmt.domain.model.notice import Key
from sessionsmgmt.domain.model.rule import Rule
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.domain.sessions.keys import first_event_id
from sessionsmgmt.errors import ConsentError, InputError, RefusedError, SessionsError, gravest
from sessionsmgmt.parallel import side_by_side
from sessionsmgmt.ports.ledger import Unwritten
from sessionsmgmt.retry import RetryLater, retry

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
    missed: tuple[Refused | Unwritten, ...]


@dataclass(frozen=True, slots=True)
class _Failed:
    """One event that could not be written, and whether none could be for the same reason."""

    cause: SessionsError
    everywhere: bool


class CalendarLedger:
    """What was said, in the private properties of the events of one calendar, found by its id or else by its name.

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
        self._pages: dict[str, Page] = {}
        self._series: dict[str, str] = {}  # of each exception
        self._begun_with: bytes | None = None
        self._found: frozenset[bytes] = frozenset()  # the secrets on the pages; more than one if two keys were at it

    def begin_with(self, secret: bytes) -> None:
        """The secret to begin the ledger with, if it is not begun yet: that of the one it takes over from."""
        self._begun_with = secret

    def read(self, now: datetime) -> LedgerSnapshot:
        """The book as it stands, in one request a page of the calendar; see ``ports.Ledger``.

        One more is made for each series that is not listed although an exception of it is. Raises RefusedError where
        an event's part of the ledger does not open, and ConsentError or InputError as the calendar does.
        """
        with understood("reading the ledger in the calendar"):
            if not self._binding.calendar:
                self._binding = replace(self._binding, calendar=id_of(self._name, self._account, self._api))
            retention = self._binding.retention
            since = retention.instant(now) - retention.keep - MARGIN
            items = {item["id"]: item for item in _listed(self._api, self._binding.calendar, since)}
            items |= {item["id"]: item for item in self._unlisted(items)}
            self._series = {id_: item["recurringEventId"] for id_, item in items.items() if _is_exception(item, items)}
            self._pages = {id_: opened(item, self._binding) for id_, item in items.items() if id_ not in self._series}
            for id_, master in self._series.items():
                page = self._pages[master]
                self._pages[master] = page.remembering(earlier(items[id_], self._binding.rules))
            self._found = frozenset(page.snapshot.secret for page in self._pages.values() if page.snapshot)
            found = [entries(page, self._secret, self._binding, now) for page in self._pages.values()]
            return LedgerSnapshot(self._secret, {key: entry for one in found for key, entry in one.items()})

    def write(self, steps: Sequence[Step], now: datetime) -> tuple[Refused | Unwritten, ...]:
        """Take the steps, each event's in one request of its own, several at once; see ``ports.Ledger``.

        An event that fails leaves the others alone: its steps come back as Unwritten. Raises only where none could be
        written and none can: the consent is gone or too small.
        """
        grouped = self._grouped(steps, now)
        if not grouped:
            return ()
        with side_by_side(POOL) as threads:
            results = dict(
                zip(grouped, threads.map(lambda one: self._tried(one, grouped[one], now), grouped), strict=True)
            )
        written = {event: one for event, one in results.items() if isinstance(one, _Written)}
        failed = {event: one for event, one in results.items() if isinstance(one, _Failed)}
        self._pages |= {event: one.page for event, one in written.items()}
        if not written and any(one.everywhere for one in failed.values()):
            raise gravest(one.cause for one in failed.values() if one.everywhere)
        missed = [one for done in written.values() for one in done.missed]
        missed += [Unwritten(key, one.cause) for event, one in failed.items() for key in self._keys(event, grouped)]
        return tuple(missed)

    def warnings(self) -> tuple[ReportWarning, ...]:
        """There are none; see ``ports.LedgerWithWarnings``."""
        return ()

    def erase(self) -> bool:
        """Take what is ours off every event of the calendar, and nothing else; see ``ports.Erasable``.

        Copies on duplicated events are ours as well. What MantaBots' earlier script wrote is not.
        """
        with understood("finding the ledger in the calendar"):
            calendar = self._binding.calendar or id_of(self._name, self._account, self._api)
        was = wipe(self._api, calendar, self._account.connection.retry_policy)
        self._pages, self._series, self._found, self._begun_with = {}, {}, frozenset(), None
        return was

    @property
    def _secret(self) -> bytes:
        """What people's digests are made with: what the pages say, and the same for all who begin at the same time."""
        if self._found:
            return min(self._found)
        derived = hmac.new(
            self._binding.keys.current, f"sessionsmgmt people {self._binding.calendar}".encode(), "sha256"
        )
        return self._begun_with or derived.digest()

    @cached_property
    def _api(self) -> Any:
        return self._account.guarded("calendar", self._scopes)

    def _unlisted(self, items: Mapping[str, Item]) -> list[Item]:
        """The series of listed exceptions that are not listed themselves, as far as the calendar has them.

        Somebody who is invited to one instance alone has that, and no series.
        """
        ids = sorted({item["recurringEventId"] for item in items.values() if "recurringEventId" in item} - items.keys())
        with side_by_side(POOL) as threads:
            return [item for item in threads.map(self._if_there, ids) if item]

    def _if_there(self, event: str) -> Item | None:
        try:
            return self._asked_for(event)
        except HttpError as error:
            if error.resp.status in GONE:
                return None
            raise

    def _asked_for(self, event: str) -> Item:
        item: Item = self._api.events().get(calendarId=self._binding.calendar, eventId=event, fields=ITEM).execute()
        return item

    def _grouped(self, steps: Sequence[Step], now: datetime) -> dict[str, list[Step]]:
        """The steps by the event they are written on, and the events that have something to forget or to seal anew."""
        grouped: dict[str, list[Step]] = {}
        for step in steps:
            grouped.setdefault(self._event_of(first_event_id(step.key)), []).append(step)
        for event, page in self._pages.items():
            if turned(page, (), self._secret, self._binding, now).properties != page.properties:
                grouped.setdefault(event, [])
        return grouped

    def _event_of(self, session: str) -> str:
        """The event that bears what is said of the session: its series, where it is an instance."""
        if session in self._pages:
            return session
        instance = _INSTANCE.fullmatch(session)
        return self._series.get(session, instance[1] if instance else session)

    def _keys(self, event: str, grouped: Mapping[str, Sequence[Step]]) -> list[Key]:
        """What a failure is about: the steps, or else what was to be forgotten."""
        snapshot = self._pages[event].snapshot if event in self._pages else None
        return list(dict.fromkeys(step.key for step in grouped[event]) or (snapshot.entries if snapshot else ()))

    def _tried(self, event: str, steps: Sequence[Step], now: datetime) -> _Written | _Failed:
        try:
            return self._written(event, steps, now)
        except HttpError as error:
            if error.resp.status in GONE:
                return _Failed(RefusedError(_LOST, _RESTORE), everywhere=False)
            return _Failed(explained(error, WRITING), is_everywhere(error))
        except SessionsError as error:
            return _Failed(error, isinstance(error, ConsentError | InputError))
        except STRANGE as error:
            return _Failed(nonsense(error, WRITING), everywhere=False)

    def _written(self, event: str, steps: Sequence[Step], now: datetime) -> _Written:
        """Take the steps on what the event bears, and anew on what it bears then if it was changed in between.

        A reply that was lost looks like such a change. What was written then is found, and not written twice.
        """
        page = self._pages.get(event)

        def attempt() -> _Written | RetryLater:
            nonlocal page
            page = page or opened(self._asked_for(event), self._binding)
            known = [one for one in steps if self._knows(page) or not isinstance(one, ByDigest)]
            strange = [Refused(one.key, _STRANGE) for one in steps if one not in known]
            then = turned(page, known, self._secret, self._binding, now)
            missed = (*then.missed, *strange)
            asked = change(page.properties, then.properties)
            if not asked:
                return _Written(page, missed)
            try:
                return _Written(self._patched(page, asked), missed)
            except HttpError as error:
                if error.resp.status != HTTPStatus.PRECONDITION_FAILED:
                    raise
            page = opened(self._asked_for(event), self._binding).following(page)
            if page.properties == then.properties:
                return _Written(page, missed)
            return RetryLater("it was being changed all the time")

        return retry(attempt, "An event of the calendar", self._account.connection.retry_policy)

    def _knows(self, page: Page) -> bool:
        """Whether people will be recognised on that page by what was read."""
        return page.snapshot is None or page.snapshot.secret in self._found | {self._secret}

    def _patched(self, page: Page, asked: Mapping[str, str | None]) -> Page:
        request = self._api.events().patch(
            calendarId=self._binding.calendar,
            eventId=page.event,
            sendUpdates="none",
            body={"extendedProperties": {"private": asked}},
            fields=ITEM,
        )
        request.headers["If-Match"] = page.etag
        return opened(request.execute(), self._binding).following(page)


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


_STRANGE = "another run has just begun the ledger"
_LOST = "What is said about this event can't be remembered: it is not in the calendar any more."
_RESTORE = "If it was deleted by mistake, restore it from the calendar's bin."
