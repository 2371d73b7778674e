"""``init --from``: the configuration of MantaBots' earlier script, as answers to the questions of ``init``.

The configuration is a JSON file. Its keys are nested objects, or single names with dots (``mail.from.address``). Its
template is plain text with names in double braces. A key without a counterpart here is listed as left out.
"""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from sessionsmgmt.config.problems import shown_word
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.errors import InputError

LARGEST = 131_072
"""Bytes that either of the two files may have."""


@dataclass(frozen=True, slots=True)
class MantabotsConfig:
    """What the earlier configuration says.

    ``answers`` are by the questions' keys. ``sender``, ``within`` and ``wording`` (a template of this program)
    are empty where the configuration does not have them. ``left_out`` are its keys that have no counterpart.
    """

    answers: Mapping[str, str]
    sender: str = ""
    within: str = ""
    wording: str = ""
    left_out: tuple[str, ...] = ()


def conf_json(path: Path) -> MantabotsConfig:
    """Read the configuration at ``path``, and the template that it names. Raises InputError where one can't be used."""
    values = dict(_flat(_object(path)))
    answered = {question: _text(values, key) for question, key in _ANSWERS.items()}
    answered["presence"] = _presence(values)
    answered["recipients"] = ", ".join(_recipients(values))
    pattern = _text(values, "mail.pattern")
    return MantabotsConfig(
        # it could speak to Google or Microsoft, and it always wrote the names
        answers={"provider": "google", "disclose": "names", **{key: text for key, text in answered.items() if text}},
        sender=_text(values, "mail.from.address"),
        within=_within(values),
        wording=translated(_read(_beside(path, pattern))) if pattern else "",
        left_out=tuple(sorted({shown_word(key) for key in values.keys() - KNOWN})),
    )


def translated(pattern: str) -> str:
    """A template of the earlier script as a template of this program, which also says that a session is called off.

    The earlier script never said that a session is called off, and its text would say the opposite.
    """
    at = pattern.find("Subject:")
    subject, _, body = pattern[at:].removeprefix("Subject:").partition("\n") if at >= 0 else ("{{team}}", "", pattern)
    return _TEMPLATE.format(subject=_worded(subject.strip(), lists=False), body=_worded(body.strip(), lists=True))


def _worded(text: str, *, lists: bool) -> str:
    """The text with this program's names instead of the earlier ones. Other text that looks like a template is kept."""
    names = NAMES | (LISTS if lists else _COUNTS)
    pieces = _NAME.split(_lines(text))  # every second piece is a name
    literal = [_BRACE.sub(r'{{ "\g<0>" }}', piece) for piece in pieces]
    return "".join(names[piece] if number % 2 else literal[number] for number, piece in enumerate(pieces))


def _lines(text: str) -> str:
    """The text with its line breaks kept: Markdown takes a single line break for a space."""
    return _LINE_BREAK.sub("\\\\\n", text.replace("\r\n", "\n"))


def _object(path: Path) -> dict[str, object]:
    try:
        value = json.loads(_read(path))
    except (ValueError, RecursionError):
        raise InputError(
            f"{path} is not JSON.", "Name the configuration of the earlier script, its conf.json."
        ) from None
    if not isinstance(value, dict):
        raise InputError(f"{path} is no configuration: it holds no object.", "Name the earlier script's conf.json.")
    return value


def _flat(value: Mapping[str, object], before: str = "") -> Iterator[tuple[str, object]]:
    for key, inner in value.items():
        if isinstance(inner, dict):
            yield from _flat(inner, f"{before}{key}.")
        else:
            yield f"{before}{key}", inner


def _text(values: Mapping[str, object], key: str) -> str:
    value = values.get(key, "")
    if not isinstance(value, str):
        raise InputError(f"{key} must be text.", "Correct it in the earlier script's configuration.")
    return value.strip()


def _recipients(values: Mapping[str, object]) -> list[str]:
    value = values.get("mail.to", [])
    entries = value.split(",") if isinstance(value, str) else value
    if not isinstance(entries, list) or not all(isinstance(entry, str) for entry in entries):
        raise InputError("mail.to must be an address, or a list of addresses.")
    return [entry.strip() for entry in entries if entry.strip()]


def _presence(values: Mapping[str, object]) -> str:
    """The earlier script had "True" and "False", and a whole day if nothing was said."""
    value = str(values.get("calendar.full_day", True)).strip().casefold()
    if value not in {"true", "false"}:
        raise InputError('calendar.full_day must be "True" or "False".')
    return "whole-day" if value == "true" else "event"


def _within(values: Mapping[str, object]) -> str:
    days = str(values.get("calendar.days", "")).strip()
    if days and not re.fullmatch(r"[1-9][0-9]{0,2}", days):
        raise InputError("calendar.days must be a whole number of days, at least 1.")
    return f"{days} {'day' if days == '1' else 'days'}" if days else ""


def _beside(conf: Path, pattern: str) -> Path:
    """The path of the template. The earlier script looked from its own folder, which the configuration is in or below.

    Raises InputError for a template outside of the configuration's folder: the configuration may be somebody else's,
    and the text of the file that it names is copied.
    """
    home = Path(os.path.realpath(conf.parent))
    places = [Path(os.path.realpath(folder / pattern)) for folder in (home, *home.parents)]
    inside = [place for place in places if place.is_relative_to(home)]
    if not inside:
        raise InputError(
            "mail.pattern leads out of the folder of the configuration.", "Put the template beside it, and name that."
        )
    return next((place for place in inside if place.is_file()), conf.parent / pattern)


def _read(path: Path) -> str:
    """The text of a regular file: reading anything else may never end."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise InputError(f"{path} is no file.", "Name the file itself.")
            data = file.read(LARGEST + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"{path} can't be read ({error.strerror}).") from None
    except ValueError:
        raise InputError(f"{path} is no text in UTF-8.") from None
    if len(data) > LARGEST:
        raise InputError(f"{path} is too large: {LARGEST} bytes is the most.")
    return text


_ANSWERS = {"team": "team", "timezone": "calendar.time_zone", "calendar": "calendar.name", "match": "calendar.topic"}
KNOWN = frozenset(
    {*_ANSWERS.values(), "calendar.full_day", "calendar.days"} | {"mail.from.address", "mail.to", "mail.pattern"}
)
"""The keys of the earlier configuration that are translated, with dots between their parts."""
NAMES = {
    "team": "{{ team }}",
    "date": "{{ date }}",
    "start_time": "{{ start }}",  # it wrote the day along with the time
    "end_time": "{{ end }}",
    "event_id": "{{ session.id }}",
}
"""What stands in a template of ours for each name of an earlier template."""
LISTS = {
    role: f"{{% for person in {role} %}}\n- {{{{ person.name }}}}\n{{% endfor %}}" for role in ("adults", "students")
}
"""The same for the names that stood for a list of people."""
_COUNTS = {role: f"{{{{ {role} | length }}}}" for role in ("adults", "students")}
_NAME = re.compile(r"\{\{(team|date|start_time|end_time|event_id|adults|students)\}\}")
_BRACE = re.compile(r"\{[{%#]|[}%#]\}")
_LINE_BREAK = re.compile(
    r"(?<=[^\n])(?<!\{\{adults\}\})(?<!\{\{students\}\})\n(?=[^\n-])(?!\{\{adults\}\}|\{\{students\}\})"
)
"""A line break between two lines of text: not beside a blank line, and not beside a list."""
_TEMPLATE = """\
Subject: {{% if kind == "cancelled" %}}Cancelled: {{% endif %}}{subject}

{{% if kind == "cancelled" %}}
**{{{{ team }}}}** will not be in the building on {{{{ date }}}} as announced. Nobody is expected.
{{% else %}}
{body}
{{% endif %}}
"""
