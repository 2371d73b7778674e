"""What composing needs to know besides the notice itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sessionsmgmt.domain.model.people import Disclose


@dataclass(frozen=True, slots=True)
class Wording:
    """How a rule's emails read: the club's name, its language and zone, what is disclosed of whom, and its template.

    ``template`` is the text of the club's own template (first line ``Subject: …``, the rest Markdown), or None for
    the built-in wording. ``locale`` is a CLDR name such as ``en_US`` or ``fr``.
    """

    team: str
    locale: str
    zone: ZoneInfo
    disclose: Mapping[str, Disclose]
    template: str | None = None
    attach_calendar: bool = True


@dataclass(frozen=True, slots=True)
class Envelope:
    """Whom a rule's emails are from and to. ``sender`` may be empty: the account that sends fills it in."""

    to: tuple[str, ...]
    cc: tuple[str, ...] = ()
    sender: str = ""
    reply_to: tuple[str, ...] = ()
