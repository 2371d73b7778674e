"""The questions that ``init`` asks, and their answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from sessionsmgmt.application.setup.mantabots_import import Former
from sessionsmgmt.characters import find_invisible
from sessionsmgmt.config.validators import address_problem, zone_problem
from sessionsmgmt.domain.addresses import fold
from sessionsmgmt.domain.model.people import Disclose
from sessionsmgmt.domain.model.rule import PresenceMode
from sessionsmgmt.errors import InputError

LONGEST = 100
"""Characters an answer may have: more than any team or calendar is called, and no more than sessions.yml allows."""

Given = Mapping[str, str]
"""What has been answered so far, by the questions' keys."""


class Source(StrEnum):
    """Where the club keeps its calendar and its people."""

    GOOGLE = "google"
    FILES = "files"


@dataclass(frozen=True, slots=True)
class Answers:
    """What has to be known to write the files. ``calendar`` is a name at Google, or the path of an .ics file.

    Nobody is asked for the rest: ``within`` is how far ahead to look, ``sender`` whom the emails are from if not from
    the account, ``wording`` a template to use. ``marked`` says that the calendar's events bear what MantaBots' earlier
    script announced.
    """

    team: str
    timezone: str
    provider: Source
    calendar: str
    match: str
    recipients: tuple[str, ...]
    presence: PresenceMode
    disclose: Disclose
    within: str = "2 days"
    sender: str = ""
    wording: str = ""
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask: what, why it matters, what is taken without an answer, and what is wrong with an answer.

    ``default`` and ``check`` are told what was answered before; ``check`` returns a sentence, empty if all is well.
    """

    key: str
    prompt: str
    why: str
    default: Callable[[Given], str]
    check: Callable[[str, Given], str]
    choices: tuple[str, ...] = ()


def questions(zone: str) -> tuple[Question, ...]:
    """The questions in the order they build on each other; ``zone`` is the time zone to suggest."""
    return (
        Question("team", "Team", "It stands in every email.", _always("Our Team"), _line),
        Question("timezone", "Time zone", "The clock on the wall of the premises (IANA name).", _always(zone), _zone),
        _choice("provider", "Where are calendar and contacts?", "'files' needs no account.", Source, Source.FILES),
        Question(
            "calendar", "Calendar", "Its name at Google, or the path of an .ics file here.", _calendar, _calendar_fits
        ),
        Question(
            "match", "Text in the title of every session", "Other events are ignored.", _always("Team Session"), _line
        ),
        Question(
            "recipients",
            "Who is told?",
            "The premises owner's addresses, with commas between them.",
            _always("office@example.org"),
            _addresses_fit,
        ),
        _choice(
            "presence",
            "Which times are announced?",
            "'whole-day' lets times move within the day without another email; 'event' says the session's own.",
            PresenceMode,
            PresenceMode.WHOLE_DAY,
        ),
        _choice(
            "disclose",
            "How are students named?",
            "They are minors: choose the least that the premises owner can do with.",
            Disclose,
            Disclose.COUNT,
        ),
    )


def answers(given: Given, zone: str) -> Answers:
    """The answers with the defaults where none was given. Raises InputError for one that won't do."""
    known: dict[str, str] = {}
    for question in questions(zone):
        text = given.get(question.key) or question.default(known)
        wrong = question.check(text, known)
        if wrong:
            raise InputError(f"{question.prompt.rstrip('?')}: {wrong}")
        known[question.key] = text
    return Answers(
        team=known["team"],
        timezone=known["timezone"],
        provider=Source(known["provider"]),
        calendar=known["calendar"],
        match=known["match"],
        recipients=_addresses(known["recipients"]),
        presence=PresenceMode(known["presence"]),
        disclose=Disclose(known["disclose"]),
    )


def as_before(answers: Answers, before: Former) -> Answers:
    """The answers with what the earlier script's configuration says of what nobody is asked for.

    Raises InputError where its sender is no address.
    """
    if before.sender and (fault := address_problem(before.sender)):
        raise InputError(f"mail.from.address {fault}.")
    return replace(
        answers,
        within=before.within or answers.within,
        sender=before.sender,
        wording=before.wording,
        marked=answers.provider is Source.GOOGLE,
    )


def guess_zone(time_zone: str, localtime: Path) -> str:
    """The machine's time zone by ``TZ`` or by where ``localtime`` (``/etc/localtime``) points; else ``UTC``."""
    pointed = str(localtime.readlink()) if localtime.is_symlink() else ""
    for name in (time_zone.removeprefix(":"), pointed.rpartition("zoneinfo/")[2]):
        if name and not zone_problem(name):
            return name
    return "UTC"


def _always(text: str) -> Callable[[Given], str]:
    return lambda _given: text


def _choice(key: str, prompt: str, why: str, options: type[StrEnum], default: StrEnum) -> Question:
    choices = tuple(option.value for option in options)

    def check(text: str, _given: Given) -> str:
        return "" if text in choices else f"choose one of {', '.join(choices)}."

    return Question(key, prompt, why, _always(default.value), check, choices)


def _calendar(given: Given) -> str:
    return "Team Calendar" if given.get("provider") == Source.GOOGLE else "calendar.ics"


def _calendar_fits(text: str, given: Given) -> str:
    if given.get("provider") == Source.GOOGLE or find_invisible(text):
        return _line(text, given)
    steps = text.split("/")
    if re.fullmatch(r"[\w. /-]+\.ics", text) and not {"", ".", ".."} & set(steps) and len(text) <= LONGEST:
        return ""
    return "write the path of an .ics file in this folder, such as calendar.ics."


def _line(text: str, _given: Given) -> str:
    if not text.strip() or len(text) > LONGEST:
        return f"write between 1 and {LONGEST} characters."
    if found := find_invisible(text):
        return f"it {found.predicate}."
    return "" if text.isprintable() else "leave out line breaks and control characters."


def _zone(text: str, _given: Given) -> str:
    found = find_invisible(text)
    fault = found.predicate if found else zone_problem(text)
    return f"this {fault}" if fault else ""


def _addresses(text: str) -> tuple[str, ...]:
    """The addresses in the text, each once: case does not tell two apart."""
    return tuple({fold(address): address.strip() for address in text.split(",")}.values())


def _addresses_fit(text: str, _given: Given) -> str:
    fault = next(filter(None, map(address_problem, _addresses(text))), "")
    return f"one of them {fault}." if fault else ""
