"""The questions that ``init`` asks, and their answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

from sessionsmgmt.application.setup.mantabots_import import MantabotsConfig
from sessionsmgmt.characters import find_invisible
from sessionsmgmt.config.validators import address_problem, zone_problem
from sessionsmgmt.domain.addresses import fold
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.people import Disclose
from sessionsmgmt.domain.model.rule import PresenceMode
from sessionsmgmt.errors import InputError

LONGEST = 100
"""Characters of an answer: more than any name of a team or calendar has, and no more than sessions.yml allows."""

EarlierAnswers = Mapping[str, str]
"""The answers so far, by the questions' keys."""


class Source(StrEnum):
    """Where the club keeps its calendar and its people."""

    GOOGLE = "google"
    FILES = "files"


@dataclass(frozen=True, slots=True)
class Answers:
    """What the files are written from. ``calendar`` is a name at Google, or the path of an .ics file.

    The rest is not asked for. ``within`` is how far ahead sessions are announced; ``sender``, the address that emails
    are from if not the account's; ``wording``, a template to use. ``marked`` says that the calendar's events hold what
    MantaBots' earlier script announced. ``action`` is where the workflows take the Action from; empty if nobody knows.
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
    action: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One question: its prompt, why it matters, the default answer, and a check of an answer.

    ``default`` and ``check`` are given the answers so far. ``check`` returns what is wrong, empty if nothing is.
    """

    key: str
    prompt: str
    why: str
    default: Callable[[EarlierAnswers], str]
    check: Callable[[str, EarlierAnswers], str]
    choices: tuple[str, ...] = ()


def questions(zone: str) -> tuple[Question, ...]:
    """The questions, in the order in which they depend on each other. ``zone`` is the suggested time zone."""
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


def answers(earlier: EarlierAnswers, zone: str) -> Answers:
    """The answers, with the default where none is given. Raises InputError for an answer that can't be used."""
    known: dict[str, str] = {}
    for question in questions(zone):
        text = earlier.get(question.key) or question.default(known)
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


def as_before(answers: Answers, earlier: MantabotsConfig) -> Answers:
    """The answers, with what is not asked for taken from the configuration of the earlier script.

    Raises InputError where its sender is no address.
    """
    if earlier.sender and (fault := address_problem(earlier.sender)):
        raise InputError(f"mail.from.address {fault}.")
    return replace(
        answers,
        within=earlier.within or answers.within,
        sender=earlier.sender,
        wording=earlier.wording,
        marked=answers.provider is Source.GOOGLE,
    )


def guess_zone(time_zone: str, localtime: Path) -> str:
    """The machine's time zone by ``TZ`` or by where ``localtime`` (``/etc/localtime``) points; else ``UTC``."""
    pointed = str(localtime.readlink()) if localtime.is_symlink() else ""
    for name in (time_zone.removeprefix(":"), pointed.rpartition("zoneinfo/")[2]):
        if name and not zone_problem(name):
            return name
    return "UTC"


def _always(text: str) -> Callable[[EarlierAnswers], str]:
    return lambda _earlier: text


def _choice(key: str, prompt: str, why: str, options: type[StrEnum], default: StrEnum) -> Question:
    choices = tuple(option.value for option in options)

    def check(text: str, _earlier: EarlierAnswers) -> str:
        return "" if text in choices else f"choose one of {', '.join(choices)}."

    return Question(key, prompt, why, _always(default.value), check, choices)


def _calendar(earlier: EarlierAnswers) -> str:
    return "Team Calendar" if earlier.get("provider") == Source.GOOGLE else "calendar.ics"


def _calendar_fits(text: str, earlier: EarlierAnswers) -> str:
    if earlier.get("provider") == Source.GOOGLE or find_invisible(text):
        return _line(text, earlier)
    steps = text.split("/")
    if re.fullmatch(r"[\w. /-]+\.ics", text) and not {"", ".", ".."} & set(steps) and len(text) <= LONGEST:
        return ""
    return "write the path of an .ics file in this folder, such as calendar.ics."


def _line(text: str, _earlier: EarlierAnswers) -> str:
    if not text.strip() or len(text) > LONGEST:
        return f"write between 1 and {LONGEST} characters."
    if invisible := find_invisible(text):
        return f"it {invisible.predicate}."
    return "" if text.isprintable() else "leave out line breaks and control characters."


def _zone(text: str, _earlier: EarlierAnswers) -> str:
    invisible = find_invisible(text)
    fault = invisible.predicate if invisible else zone_problem(text)
    return f"this {fault}" if fault else ""


def _addresses(text: str) -> tuple[str, ...]:
    """The addresses in the text, each once: case does not tell two apart."""
    return tuple({fold(address): address.strip() for address in text.split(",")}.values())


def _addresses_fit(text: str, _earlier: EarlierAnswers) -> str:
    if ";" in text:
        return 'write a comma between two addresses, not ";": a@example.org, b@example.org.'
    fault = next(filter(None, map(address_problem, _addresses(text))), "")
    return f"one of them {fault}." if fault else ""
