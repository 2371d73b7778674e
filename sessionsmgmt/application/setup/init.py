"""``init``: a few answers become a commented sessions.yml, a template and the three workflows.

The command line asks the ``questions`` beforehand; nothing here reads a keyboard. Only the ``planned_files`` are
written, and either all of them or none.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path

from sessionsmgmt.application.arguments import InitArguments
from sessionsmgmt.application.context import Request
from sessionsmgmt.application.result import InitResult
from sessionsmgmt.application.setup.mantabots_import import MantabotsConfig, conf_json
from sessionsmgmt.application.setup.questions import Answers, Source, answers, as_before, guess_zone, questions
from sessionsmgmt.application.setup.write_all import write_all
from sessionsmgmt.errors import InputError

ACTION = "OWNER/sessionsmgmt@v1"
"""The Action that the workflows use, by its major version."""

DATA = Path(__file__).parent / "init_files"
WORKFLOWS = ("sessions-notify.yml", "sessions-preview.yml", "sessions-rotate.yml")
IGNORE = ".gitignore"
"""Tells git to ignore what later commands write. A .gitignore that is there already is kept."""


def init(request: Request, arguments: InitArguments) -> InitResult:
    """Write the files into the folder of the request's sessions.yml, with a default for each answer that is not given.

    Raises InputError as ``answered`` and ``write`` do.
    """
    known, earlier = answered(arguments, suggested_zone(request))
    return write_files(known, request.path.parent, arguments.overwrite, earlier.left_out)


def suggested_zone(request: Request) -> str:
    """The time zone that is suggested: the machine's."""
    return guess_zone(request.surroundings.time_zone(), Path("/etc/localtime"))


def mantabots(arguments: InitArguments) -> MantabotsConfig:
    """The MantaBots configuration that is to be translated, empty without one. Raises InputError as reading it does."""
    return conf_json(arguments.mantabots) if arguments.mantabots else MantabotsConfig({})


def given(arguments: InitArguments, earlier: MantabotsConfig) -> dict[str, str]:
    """The answers that are given beforehand, by the questions' keys: as arguments, or by a MantaBots configuration."""
    by_key = {question.key: str(getattr(arguments, question.key)) for question in questions("UTC")}
    return {**earlier.given, **{key: answer for key, answer in by_key.items() if answer}}


def answered(arguments: InitArguments, zone: str) -> tuple[Answers, MantabotsConfig]:
    """The answers of the arguments, and the MantaBots configuration that they come from, empty without one.

    Raises InputError where an answer or the configuration can't be used.
    """
    earlier = mantabots(arguments)
    known = answers(given(arguments, earlier), zone)
    return (as_before(known, earlier) if arguments.mantabots else known), earlier


def write_files(
    answers: Answers, folder: Path, overwrite: Collection[Path], left_out: Collection[str] = ()
) -> InitResult:
    """Write the files and say what comes next, and what was left out. Raises InputError as ``write`` does."""
    written = write(answers, folder, overwrite)
    listed = "".join(f"\n  {path}" for path in written)
    missed = f"\nLeft out, since there is no setting for it here: {', '.join(left_out)}" if left_out else ""
    return InitResult(f"Wrote{listed}{missed}\n{_NEXT[answers.provider]}")


def in_the_way(answers: Answers, folder: Path) -> tuple[Path, ...]:
    """The files that are there already and would be replaced. Samples and the .gitignore are never replaced."""
    names = planned_files(answers).keys() - {*_samples(answers), IGNORE}
    return tuple(Path(name) for name in sorted(names) if (folder / name).exists() or (folder / name).is_symlink())


def write(answers: Answers, folder: Path, overwrite: Collection[Path] = ()) -> tuple[Path, ...]:
    """Write the files of ``planned_files`` into the folder, and return the paths in it that were written.

    A file that is there already is in the way unless ``overwrite`` names it. A sample or a .gitignore that is there is
    kept. Raises InputError where a file is in the way or can't be written; nothing is changed then.
    """
    planned = planned_files(answers)
    for path in overwrite:
        if path.as_posix() not in planned:
            raise InputError(f"{path} is none of the files that init writes.", f"They are: {', '.join(planned)}.")
    wanted = {path.as_posix() for path in overwrite}
    there = {name for name in planned if (folder / name).exists() or (folder / name).is_symlink()}
    unasked = [path.as_posix() for path in in_the_way(answers, folder) if path.as_posix() not in wanted]
    if unasked:
        names = ", ".join(unasked)
        raise InputError(
            f"These files exist already: {names}. Nothing was written.", "Move it away, or name it with --overwrite."
        )
    chosen = {name: content for name, content in planned.items() if name not in there or name in wanted}
    write_all(folder, chosen)
    return tuple(Path(name) for name in chosen)


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


_IGNORED = """\
# Made by sessionsmgmt, and for nobody else: it names people, or opens the club's account.
/.sessionsmgmt/
/client.json
/credential.json
/outbox/
/preview/
/report.json
"""
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
