"""``init``: a few answers become a commented sessions.yml, a template and the three workflows.

The command line asks the ``questions`` beforehand; nothing here reads a keyboard. Only the ``planned_files`` are
written, without those that stay as they are, and either all of them or none.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from sessionsmgmt.application.arguments import InitArguments
from sessionsmgmt.application.context import Request
from sessionsmgmt.application.result import InitResult
from sessionsmgmt.application.setup.ignored import IGNORE, completed_ignore, new_ignore
from sessionsmgmt.application.setup.mantabots_import import MantabotsConfig, conf_json
from sessionsmgmt.application.setup.questions import Answers, Source, answers, as_before, guess_zone, questions
from sessionsmgmt.application.setup.write_all import write_all
from sessionsmgmt.errors import InputError

NAME, VERSION = "sessionsmgmt", "v1"
"""The Action's name at GitHub and its major version, where nothing else is said."""

NOBODY_KNOWS = f"OWNER/{NAME}@{VERSION}"
"""What the workflows say where nobody knows the account at GitHub that has the Action. A person replaces ``OWNER``."""

DATA = Path(__file__).parent / "init_files"
WORKFLOWS = ("sessions-notify.yml", "sessions-preview.yml", "sessions-rotate.yml")


def init(request: Request, arguments: InitArguments) -> InitResult:
    """Write the files into the folder of the request's sessions.yml, with a default for each answer that is not given.

    Raises InputError as ``answered`` and ``write`` do.
    """
    known, earlier = answered(arguments, suggested_zone(request))
    action = action_named(arguments.action or request.surroundings.origin())
    folder, to_keep = request.path.parent, arguments.keep
    return write_files(replace(known, action=action), folder, arguments.overwrite, earlier.left_out, to_keep)


def action_named(text: str) -> str:
    """The Action in the form of ``uses:``; empty if the text is. An account, or account and name, will do.

    Raises InputError for anything else.
    """
    if not text:
        return ""
    named = _ACTION.fullmatch(text.strip())
    if not named:
        raise InputError(
            "--action names no Action.", f"Write the account at GitHub that has it, or all of it, like {NOBODY_KNOWS}."
        )
    return f"{named['owner']}/{named['name'] or NAME}@{named['version'] or VERSION}"


def suggested_zone(request: Request) -> str:
    """The time zone that is suggested: the machine's."""
    return guess_zone(request.surroundings.time_zone(), Path("/etc/localtime"))


def mantabots(arguments: InitArguments) -> MantabotsConfig:
    """The MantaBots configuration that is to be translated, empty without one. Raises InputError as reading it does."""
    return conf_json(arguments.mantabots) if arguments.mantabots else MantabotsConfig({})


def given_answers(arguments: InitArguments, earlier: MantabotsConfig) -> dict[str, str]:
    """The answers that are given beforehand, by the questions' keys: as arguments, or by a MantaBots configuration."""
    by_key = {question.key: str(getattr(arguments, question.key)) for question in questions("UTC")}
    return {**earlier.answers, **{key: answer for key, answer in by_key.items() if answer}}


def answered(arguments: InitArguments, zone: str) -> tuple[Answers, MantabotsConfig]:
    """The answers of the arguments, and the MantaBots configuration that they come from, empty without one.

    Raises InputError where an answer or the configuration can't be used.
    """
    earlier = mantabots(arguments)
    known = answers(given_answers(arguments, earlier), zone)
    return (as_before(known, earlier) if arguments.mantabots else known), earlier


def write_files(
    answers: Answers,
    folder: Path,
    overwrite: Collection[Path],
    left_out: Collection[str] = (),
    keep: Collection[Path] = (),
) -> InitResult:
    """Write the files and say what comes next, and what was left out. Raises InputError as ``write`` does."""
    written = write(answers, folder, overwrite, keep)
    unwritten = [name for name in planned_files(answers) if Path(name) not in written]
    message = [f"Wrote{_list(map(str, written))}"]
    if unwritten:
        message.append(f"Kept as it was{_list(unwritten)}")
    if left_out:
        message.append(f"Left out, since there is no setting for it here: {', '.join(left_out)}")
    message += [_where_from(answers), _NEXT[answers.provider]]
    return InitResult("\n".join(message))


def in_the_way(answers: Answers, folder: Path) -> tuple[Path, ...]:
    """The files that are there already and would be replaced by something else.

    Samples are never replaced, and the .gitignore is added to.
    """
    planned = planned_files(answers)
    names = planned.keys() - {*_samples(answers), IGNORE}
    return tuple(Path(name) for name in sorted(names) if _is_in_the_way(folder / name, planned[name]))


def write(
    answers: Answers, folder: Path, overwrite: Collection[Path] = (), keep: Collection[Path] = ()
) -> tuple[Path, ...]:
    """Write the files of ``planned_files`` into the folder, and return the paths in it that were written.

    A file that is there already is in the way unless ``overwrite`` or ``keep`` names it. A sample that is there is
    kept. A .gitignore that is there gets the lines that it lacks. Raises InputError where a file is in the way or can't
    be written; nothing is changed then.
    """
    planned = planned_files(answers)
    for path in (*overwrite, *keep):
        if path.as_posix() not in planned:
            raise InputError(f"{path} is none of the files that init writes.", f"They are: {', '.join(planned)}.")
    to_overwrite, to_keep = ({path.as_posix() for path in paths} for paths in (overwrite, keep))
    there = {name for name in planned if (folder / name).exists() or (folder / name).is_symlink()}
    unasked = [path.as_posix() for path in in_the_way(answers, folder) if path.as_posix() not in to_overwrite | to_keep]
    if unasked:
        raise InputError(
            f"These files exist already: {', '.join(unasked)}. Nothing was written.",
            "Name each with --overwrite to replace it, or with --keep to leave it as it is.",
        )
    chosen = {name: content for name, content in planned.items() if name not in there or name in to_overwrite - to_keep}
    if IGNORE in there - to_overwrite - to_keep and (complete := completed_ignore(folder / IGNORE)):
        chosen[IGNORE] = complete
    write_all(folder, chosen)
    return tuple(Path(name) for name in planned if name in chosen)


def _is_in_the_way(path: Path, content: bytes) -> bool:
    """Whether something else than this content is at the path."""
    if path.is_symlink() or not path.is_file():
        return path.is_symlink() or path.exists()
    with path.open("rb") as file:
        return file.read(len(content) + 1) != content


def _list(names: Iterable[str]) -> str:
    return "".join(f"\n  {name}" for name in names)


def _where_from(answers: Answers) -> str:
    if answers.action:
        return f"The workflows take sessionsmgmt from {answers.action}."
    return (
        f"For GitHub Actions: the workflows say {NOBODY_KNOWS}. In each file of .github/workflows, replace OWNER by "
        "the account at GitHub that you have sessionsmgmt from (github.com/OWNER/sessionsmgmt)."
    )


def planned_files(answers: Answers) -> dict[str, bytes]:
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
        "action": answers.action or NOBODY_KNOWS,
        "action_known": bool(answers.action),
    }
    workflows = {f".github/workflows/{name}": _filled(name, context).encode() for name in WORKFLOWS}
    return {
        "sessions.yml": _filled("sessions.yml", context).encode(),
        "notice.md": answers.wording.encode() or (DATA / "notice.md").read_bytes(),
        IGNORE: new_ignore(),
        **workflows,
        calendar: _sample_calendar(_filled("calendar.ics", context), answers.match),
        contacts: _filled("contacts.vcf", context).replace("\n", "\r\n").encode(),  # RFC 6350, 3.2
    }


def _samples(answers: Answers) -> tuple[str, str]:
    """The files of the invented sessions and people: for previews at Google, for everything on files."""
    return ("sample.ics", "sample.vcf") if answers.provider is Source.GOOGLE else (answers.calendar, "contacts.vcf")


def _filled(name: str, context: Mapping[str, object]) -> str:
    """A data file with the answers in it. Its placeholders are in square brackets, since workflows use curly ones."""
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
    """The text as a YAML scalar that is read back as exactly this text."""
    import yaml

    return str(yaml.safe_dump(text, default_style='"', allow_unicode=True, width=10**6)).strip()


def _sample_calendar(text: str, title: str) -> bytes:
    """The sample calendar with the title and the rules of its time zone, as RFC 5545 requires."""
    from icalendar import Calendar

    calendar = Calendar.from_ical(text)
    for event in calendar.events:
        event.add("SUMMARY", title)
    calendar.add_missing_timezones(first_date=date(2020, 1, 1))
    return bytes(calendar.to_ical(sorted=False))


_ACTION = re.compile(
    r"(?:https://github\.com/)?(?P<owner>[A-Za-z0-9](?:[A-Za-z0-9-]{0,38}))"
    r"(?:/(?P<name>[\w.-]{1,100}?)(?:\.git)?/?)?(?:@(?P<version>[\w./-]{1,100}))?",
    re.ASCII,
)
_IN_INBOX = "sessionsmgmt preview --mail you@example.org"
_NEXT = {
    Source.FILES: (
        "Next: sessionsmgmt preview --out preview\n"
        "It shows what would be sent about invented sessions. Then put your own calendar and contacts in their place.\n"
        f"Once sessions.yml names an account that sends mail, see an email in your own inbox first: {_IN_INBOX}"
    ),
    Source.GOOGLE: (
        "Next: sessionsmgmt auth login --client client.json --save credential.json\n"
        "It asks for the account's consent; docs/google.md says how to get the client.json. Then look at what would be "
        "sent: sessionsmgmt preview --out preview\n"
        f"See an email in your own inbox before anybody else gets one: {_IN_INBOX}"
    ),
}
