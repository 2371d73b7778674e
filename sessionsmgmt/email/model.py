"""The settings that an email is composed with, besides the notice itself."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.people import Disclose, ResponsiblePerson


@dataclass(frozen=True, slots=True)
class Wording:
    """The wording of a rule's emails: the club's name, language and time zone, and what each role discloses.

    ``template`` is the text of the club's own template (the first line is ``Subject: …``, the rest is Markdown), or
    None for the built-in wording. ``locale`` is a CLDR name such as ``en_US`` or ``fr``. ``contact`` is who is
    responsible on site. ``signature`` is Markdown that stands under the email; empty for none.
    """

    team: str
    locale: str
    zone: ZoneInfo
    disclose: Mapping[str, Disclose]
    template: str | None = None
    attach_calendar: bool = True
    contact: ResponsiblePerson | None = None
    signature: str = ""


@dataclass(frozen=True, slots=True)
class Envelope:
    """The addresses of a rule's emails. If ``sender`` is empty, the account that sends fills it in."""

    to: tuple[str, ...]
    cc: tuple[str, ...] = ()
    sender: str = ""
    reply_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AlertWording:
    """The settings that an email to the coaches is composed with; see ``Wording``. The emails are in English."""

    team: str
    zone: ZoneInfo
    signature: str = ""
