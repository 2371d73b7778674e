"""``init``: a few answers become a commented sessions.yml, a template and the three workflows.

The command line asks ``questions`` and hands over what it was told; nothing here reads a keyboard. Nothing is touched
but the files named in ``plan``, and either all of them are written or none is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path

from sessionsmgmt.application.result import InitResult
from sessionsmgmt.application.setup.mantabots_import import Former
from sessionsmgmt.application.setup.write_all import write_all
from sessionsmgmt.characters import find_invisible
from sessionsmgmt.config.validators import address_problem, zone_problem
from sessionsmgmt.domain.addresses import fold
from sessionsmgmt.domain.model.people import Disclose
from sessionsmgmt.domain.model.rule import PresenceMode
from sessionsmgmt.errors import InputError

ACTION = "OWNER/sessionsmgmt@v1"
"""What the workflows use: the Action by its major version."""

DATA = Path(__file__).parent / "init_files"
WORKFLOWS = ("sessions-notify.yml", "sessions-preview.yml", "sessions-rotate.yml")
LONGEST = 100
"""Characters an answer may have: more than any team or calendar is called, and no more than sessions.yml allows."""

IGNORE = ".gitignore"
"""Keeps git away from what later commands make. One that is there already stays as it is."""

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


def init(answers: Answers, folder: Path, overwrite: Collection[Path], left_out: Collection[str] = ()) -> InitResult:
    """Write the files and say what comes next, and what was left out. Raises InputError as ``write`` does."""
    written = write(answers, folder, overwrite)
    listed = "".join(f"\n  {path}" for path in written)
    missed = f"\nLeft out, since nothing here is like it: {', '.join(left_out)}" if left_out else ""
    return InitResult(f"Wrote{listed}{missed}\n{_NEXT[answers.provider]}")


def in_the_way(answers: Answers, folder: Path) -> tuple[Path, ...]:
    """The files that are there already and would be replaced; samples and the .gitignore never are."""
    names = plan(answers).keys() - {*_samples(answers), IGNORE}
    return tuple(Path(name) for name in sorted(names) if (folder / name).exists() or (folder / name).is_symlink())


def write(answers: Answers, folder: Path, overwrite: Collection[Path] = ()) -> tuple[Path, ...]:
    """Write what ``plan`` says into the folder, and return the paths in it that were written.

    A file that is there already is in the way unless ``overwrite`` names it; a sample or a .gitignore is then left as
    it is. Raises InputError where something is in the way or can't be written, and nothing is changed then.
    """
    planned = plan(answers)
    for path in overwrite:
        if path.as_posix() not in planned:
            raise InputError(f"{path} is none of the files that init writes.", f"They are: {', '.join(planned)}.")
    wanted = {path.as_posix() for path in overwrite}
    there = {name for name in planned if (folder / name).exists() or (folder / name).is_symlink()}
    unasked = [path.as_posix() for path in in_the_way(answers, folder) if path.as_posix() not in wanted]
    if unasked:
        names = ", ".join(unasked)
        raise InputError(f"There already: {names}. Nothing was written.", "Move it away, or name it with --overwrite.")
    chosen = {name: content for name, content in planned.items() if name not in there or name in wanted}
    write_all(folder, chosen)
    return tuple(Path(name) for name in chosen)


def plan(answers: Answers) -> dict[str, bytes]:
    """Every file that is written, by its path in the folder, and its content."""
    calendar, contacts = _samples(answers)
    context = {
        "google": answers.provider is Source.GOOGLE,
        "team": answers.team,
        "timezone": answers.timezone,
        "calendar": answers.calendar,
        "match": answers.match,
        "recipients": answers.recipients,
        "presence": answers.presence.value,
        "disclose": answers.disclose.value,
        "within": answers.within,
        "sender": answers.sender,
        "worded": bool(answers.wording),
        "marked": answers.marked,
        "action": ACTION,
    }
    workflows = {f".github/workflows/{name}": _filled(name, context).encode() for name in WORKFLOWS}
    return {
        "sessions.yml": _filled("sessions.yml", context).encode(),
        "notice.md": answers.wording.encode() or (DATA / "notice.md").read_bytes(),
        IGNORE: _IGNORED.encode(),
        **workflows,
        calendar: _sample_calendar(_filled("calendar.ics", context), answers.match),
        contacts: _filled("contacts.vcf", context).replace("\n", "\r\n").encode(),  # RFC 6350, 3.2
    }


def _samples(answers: Answers) -> tuple[str, str]:
    """Where the invented sessions and people go: what previews use at Google, what everything uses on files."""
    return ("sample.ics", "sample.vcf") if answers.provider is Source.GOOGLE else (answers.calendar, "contacts.vcf")


def _filled(name: str, context: Mapping[str, object]) -> str:
    """A data file with the answers in it. Its marks are square, since workflows have curly ones of their own."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        block_start_string="[%",
        block_end_string="%]",
        variable_start_string="[[",
        variable_end_string="]]",
        comment_start_string="[#",
        comment_end_string="#]",
        trim_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - this writes YAML, and the filter quotes for that
    )
    environment.filters["yaml"] = _quoted
    return environment.from_string((DATA / f"{name}.j2").read_text(encoding="utf-8")).render(context)


def _quoted(text: str) -> str:
    """The text as a YAML scalar that is read back as just this text, whatever stands in it."""
    import yaml

    return str(yaml.safe_dump(text, default_style='"', allow_unicode=True, width=10**6)).strip()


def _sample_calendar(text: str, title: str) -> bytes:
    """The sample with its title and its time zone's rules, written as RFC 5545 wants it."""
    from icalendar import Calendar

    calendar = Calendar.from_ical(text)
    for event in calendar.events:
        event.add("SUMMARY", title)
    calendar.add_missing_timezones(first_date=date(2020, 1, 1))
    return bytes(calendar.to_ical(sorted=False))


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


_IGNORED = """\
# Made by sessionsmgmt, and for nobody else: it names people, or opens the club's account.
/.sessionsmgmt/
/client.json
/credential.json
/outbox/
/preview/
/report.json
"""
_NEXT = {
    Source.FILES: (
        "Next: sessionsmgmt preview --out preview\n"
        "It shows what would be sent about invented sessions. Then put your own calendar and contacts in their place."
    ),
    Source.GOOGLE: (
        "Next: sessionsmgmt auth login --client client.json --save credential.json\n"
        "It asks for the account's consent; docs/google.md says how to get the client.json. Then look at what would be "
        "sent: sessionsmgmt preview --out preview"
    ),
}
