"""What the configuration of MantaBots' earlier script becomes."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.adapters.google.sections import GoogleCalendar, GoogleMail
from sessionsmgmt.application.setup.init import write
from sessionsmgmt.application.setup.mantabots_import import conf_json, translated
from sessionsmgmt.application.setup.questions import answers, as_before
from sessionsmgmt.config.model import CalendarStore, Config
from sessionsmgmt.domain.model.people import Disclose
from sessionsmgmt.domain.model.rule import PresenceMode, Unit, Within
from sessionsmgmt.email.template import check
from sessionsmgmt.errors import InputError
from tests.builders import ROLES
from tests.settings import load

PATTERN = """\
Subject: {{team}} in the building on {{date}}

Dear office,

{{team}} will be there from {{start_time}} to {{end_time}} with

{{adults}}

and

{{students}}

Yours,
the coaches
"""
NESTED: dict[str, Any] = {
    "team": "MantaBots",
    "mail": {
        "from": {"address": "coaches@example.org", "smtp_server": {"host": "smtp.example.org", "port": 587}},
        "to": "office@example.org",
        "pattern": "conf/mail-pattern.txt",
    },
    "calendar": {
        "name": "2024-2025 Team Calendar",
        "topic": "Robotics",
        "days": 3,
        "full_day": "False",
        "time_zone": "Europe/Paris",
    },
}
FLAT = {
    "team": "MantaBots",
    "mail.from.address": "coaches@example.org",
    "mail.from.smtp_server.host": "smtp.example.org",
    "mail.from.smtp_server.port": 587,
    "mail.to": "office@example.org",
    "mail.pattern": "conf/mail-pattern.txt",
    "calendar.name": "2024-2025 Team Calendar",
    "calendar.topic": "Robotics",
    "calendar.days": 3,
    "calendar.full_day": "False",
    "calendar.time_zone": "Europe/Paris",
}


@pytest.fixture
def conf(tmp_path: Path) -> Path:
    """Where the earlier script kept it: in a folder below its own, with the template beside."""
    folder = tmp_path / "script" / "conf"
    folder.mkdir(parents=True)
    (folder / "mail-pattern.txt").write_text(PATTERN, encoding="utf-8")
    return folder / "conf.json"


def club(conf: Path, values: object, folder: Path) -> Config:
    conf.write_text(json.dumps(values), encoding="utf-8")
    before = conf_json(conf)
    write(as_before(answers(before.answers, "UTC"), before), folder)
    return load(folder / "sessions.yml")


@pytest.mark.parametrize("values", [NESTED, FLAT], ids=["nested", "flat"])
def test_everything_it_said_is_said_here_too(conf: Path, values: object, tmp_path: Path) -> None:
    config = club(conf, values, tmp_path / "new")
    [notice] = config.notices

    assert (config.team, config.zone.key) == ("MantaBots", "Europe/Paris")
    assert config.first_calendar == GoogleCalendar(name="2024-2025 Team Calendar")
    assert (config.mail.transport, config.mail.sender) == (GoogleMail(), "coaches@example.org")
    assert (notice.rule.match, notice.rule.within) == ("Robotics", Within(3, Unit.DAYS))
    assert (notice.rule.presence, notice.to) == (PresenceMode.EVENT, ("office@example.org",))
    assert {role.name: role.disclose for role in config.roles} == {
        "adults": Disclose.NAMES,
        "students": Disclose.NAMES,
    }
    assert notice.template is not None


@pytest.mark.parametrize("values", [NESTED, FLAT], ids=["nested", "flat"])
def test_what_has_no_counterpart_is_named_and_left_out(conf: Path, values: object, tmp_path: Path) -> None:
    club(conf, values, tmp_path / "new")

    assert conf_json(conf).left_out == ("mail.from.smtp_server.host", "mail.from.smtp_server.port")


def test_a_key_that_could_be_somebodys_name_is_not_repeated(conf: Path) -> None:
    conf.write_text('{"someone@example.org": 1, "Ada Adult": 2}', encoding="utf-8")

    assert conf_json(conf).left_out == ("…",)


def test_what_was_announced_is_looked_up_where_the_earlier_script_wrote_it(conf: Path, tmp_path: Path) -> None:
    assert club(conf, NESTED, tmp_path / "new").ledger.store == CalendarStore()


def test_what_it_said_nothing_of_is_as_init_suggests(conf: Path, tmp_path: Path) -> None:
    config = club(conf, {}, tmp_path / "new")
    [notice] = config.notices

    assert (config.team, notice.to, notice.template) == ("Our Team", ("office@example.org",), None)
    assert (notice.rule.presence, notice.rule.within) == (PresenceMode.WHOLE_DAY, Within(2, Unit.DAYS))
    assert config.mail.sender == ""


@pytest.mark.parametrize(
    ("text", "presence"),
    [("True", "whole-day"), ("False", "event"), ("false", "event"), (True, "whole-day"), (False, "event")],
)
def test_a_whole_day_is_a_text(conf: Path, text: object, presence: str) -> None:
    conf.write_text(json.dumps({"calendar": {"full_day": text}}), encoding="utf-8")

    assert conf_json(conf).answers["presence"] == presence


@pytest.mark.parametrize("to", ["a@example.org, b@example.org", ["a@example.org", "b@example.org"]])
def test_several_recipients_stay_several(conf: Path, to: object) -> None:
    conf.write_text(json.dumps({"mail": {"to": to}}), encoding="utf-8")

    assert answers(conf_json(conf).answers, "UTC").recipients == ("a@example.org", "b@example.org")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"team": 3}, "team must be text"),
        ({"mail.to": 3}, "mail.to must be an address"),
        ({"mail.to": "office"}, "Who is told: one of them must be one email address"),
        ({"mail.from.address": "coach"}, "mail.from.address must be one email address"),
        ({"mail.pattern": "nowhere.txt"}, "nowhere.txt can't be read"),
        ({"calendar.days": 0}, "calendar.days must be a whole number"),
        ({"calendar.days": "soon"}, "calendar.days must be a whole number"),
        ({"calendar.full_day": "maybe"}, "calendar.full_day must be"),
        ({"calendar.time_zone": "Boston"}, "Time zone: this is not an IANA time zone"),
        ([], "is no configuration"),
    ],
)
def test_what_can_not_be_used_is_explained_and_nothing_is_written(
    conf: Path, values: object, sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=re.escape(sentence)):
        club(conf, values, tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("data", [b"{", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_json_is_told_so(conf: Path, data: bytes) -> None:
    conf.write_bytes(data)

    with pytest.raises(InputError, match=r"is not JSON|is no text"):
        conf_json(conf)


def test_a_file_without_end_is_not_read_to_it() -> None:
    with pytest.raises(InputError, match="is no file"):
        conf_json(Path("/dev/zero"))


def test_its_template_becomes_ours() -> None:
    text = translated(PATTERN)

    assert text.startswith('Subject: {% if kind == "cancelled" %}Cancelled: {% endif %}{{ team }} in the building on')
    assert "from {{ start }} to {{ end }} with" in text  # it wrote the day along with the time
    assert "{% for person in students %}\n- {{ person.name }}\n{% endfor %}" in text
    assert "Yours,\\\nthe coaches" in text
    assert list(check(text, ROLES)) == []


def test_a_session_that_is_off_is_not_told_of_as_if_it_took_place() -> None:
    off, _, on = translated(PATTERN).partition("{% else %}")

    assert "will not be in the building" in off
    assert "will be there" in on


def test_a_template_without_a_subject_gets_one() -> None:
    text = translated("Hello {{adults}}")

    assert text.splitlines()[0].endswith("{{ team }}")
    assert list(check(text, ROLES)) == []


def test_names_that_it_did_not_know_stand_for_themselves_as_they_did_there() -> None:
    text = translated("Subject: {{ team }} {{nobody}}\n\n{% raw %} {# {{adults}}")

    assert '{{ "{{" }} team {{ "}}" }}' in text
    assert list(check(text, ROLES)) == []


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200), st.sampled_from(["{{adults}}", "{{date}}", ""]))
def test_whatever_its_template_was_it_is_no_danger_here(text: str, name: str) -> None:
    faults = [fault for *_, fault in check(translated(f"Subject: {name}{text}\n{text}{name}\n{text}"), ROLES)]

    assert [fault for fault in faults if not re.search(r"picture|a link must|subject|Subject|blank|empty", fault)] == []


@pytest.mark.parametrize(
    "pattern",
    ["/proc/self/environ", "../secret.txt", "linked.txt", "linked/secret.txt", "/etc/hostname", "a/../../secret.txt"],
)
def test_a_template_outside_of_the_configurations_folder_is_not_copied(tmp_path: Path, pattern: str) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "secret.txt").write_text("hush", encoding="utf-8")
    (tmp_path / "conf" / "linked.txt").symlink_to(tmp_path / "secret.txt")
    (tmp_path / "conf" / "linked").symlink_to(tmp_path)
    (tmp_path / "conf" / "conf.json").write_text(json.dumps({"mail.pattern": pattern}), encoding="utf-8")

    with pytest.raises(InputError, match=r"leads out of the folder|can't be read"):
        conf_json(tmp_path / "conf" / "conf.json")


def test_neither_a_configuration_nor_a_template_that_is_a_pipe_is_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "conf.json").write_text(json.dumps({"mail.pattern": "pipe"}), encoding="utf-8")

    for path in (tmp_path / "pipe", tmp_path / "conf.json"):
        with pytest.raises(InputError, match="is no file"):
            conf_json(path)
