from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from sessionsmgmt.adapters.all_calendars import AllCalendars
from sessionsmgmt.adapters.files.calendar import IcsFile
from sessionsmgmt.adapters.files.contacts import VcardFile
from sessionsmgmt.adapters.files.outbox import Outbox
from sessionsmgmt.bootstrap.container import Container, run_id
from sessionsmgmt.config.model import Config
from sessionsmgmt.domain.delivery.claims import Begin
from sessionsmgmt.domain.model.notice import Key
from sessionsmgmt.errors import InputError
from tests.builders import NOW, announcement, unmasked
from tests.end_to_end.harness import ROOT, SESSIONS_YML, make_club
from tests.ledger_run import LedgerRun
from tests.settings import load, settings

CREDENTIAL = {
    "type": "authorized_user",
    "client_id": "an id",
    "client_secret": "an invented one",
    "refresh_token": "an invented one",
}
GOOGLE = {"GOOGLE_CREDENTIALS": json.dumps(CREDENTIAL)}
CALENDAR = "{provider: ics, path: calendar.ics}"
CONTACTS = "{provider: vcard, path: contacts.vcf}"
MAIL = "{provider: outbox, path: outbox, from: coach@example.org}"
LEDGER = "ledger: {store: file, path: .sessionsmgmt/ledger.json}\n"


def config(folder: Path, changes: Mapping[str, str] | None = None) -> Config:
    club, text = make_club(folder), SESSIONS_YML
    for before, after in (changes or {}).items():
        assert before in text
        text = text.replace(before, after)
    club.write("sessions.yml", text)
    return load(folder / "sessions.yml")


def container(club: Config, environ: Mapping[str, str]) -> Container:
    return Container(club, settings(environ), unmasked)


def test_a_club_on_files_needs_no_account_and_touches_nothing(tmp_path: Path) -> None:
    club = config(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    wired = container(club, {}).wire()

    assert isinstance(wired.job.calendar, AllCalendars)
    assert [type(entry.calendar) for entry in wired.job.calendar.calendars] == [IcsFile]
    assert isinstance(wired.job.contacts, VcardFile)
    assert wired.mailer == Outbox(club.path.parent / "outbox")
    assert wired.checks == ()
    [mailing] = wired.job.mailings
    assert (mailing.rule.id, mailing.envelope.to, mailing.envelope.sender) == (
        "campus",
        ("office@example.org",),
        "coach@example.org",
    )
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("changes", "checks"),
    [
        ({CALENDAR: "{provider: google, name: Team}"}, 1),
        ({CONTACTS: "{provider: google}"}, 1),
        ({MAIL: "{provider: google}"}, 2),
    ],
)
def test_any_part_at_google_needs_the_credential_and_is_checked(
    tmp_path: Path, changes: dict[str, str], checks: int
) -> None:
    club = config(tmp_path, changes)

    assert len(container(club, GOOGLE).wire().checks) == checks
    with pytest.raises(InputError, match="GOOGLE_CREDENTIALS"):
        container(club, {}).wire()


def test_the_default_ledger_is_a_file_below_the_folder_of_sessions_yml(tmp_path: Path) -> None:
    club = config(tmp_path, {LEDGER: ""})
    LedgerRun(container(club, {}).ledger()).write([Begin(Key("campus", "lab"), "a run", None, announcement())], NOW)

    assert (tmp_path / ".sessionsmgmt" / "ledger.json").is_file()


def test_a_file_that_sessions_yml_names_is_the_ledger_in_actions_too(tmp_path: Path) -> None:
    club = config(tmp_path, {".sessionsmgmt/ledger.json": "kept/here.json"})
    ledger = container(club, {"GITHUB_ACTIONS": "true"}).ledger()
    LedgerRun(ledger).write([Begin(Key("campus", "lab"), "a run", None, announcement())], NOW)

    assert (tmp_path / "kept" / "here.json").is_file()


def test_a_club_without_an_account_has_nothing_to_agree_to_or_withdraw(tmp_path: Path) -> None:
    club = config(tmp_path)
    with pytest.raises(InputError):
        container(club, {}).consent_flow(tmp_path / "client.json")
    with pytest.raises(InputError):
        container(club, {}).withdrawal()


def test_no_two_processes_have_the_same_run_id_and_it_names_the_workflow_run() -> None:
    actions = settings({"GITHUB_RUN_ID": "123", "GITHUB_RUN_ATTEMPT": "2"})

    assert len({run_id(actions) for _ in range(100)}) == 100
    assert run_id(actions).startswith("123.2.")
    assert run_id(settings({})) != run_id(settings({}))


def test_a_club_on_files_starts_without_the_sdks_of_google(tmp_path: Path) -> None:
    club = config(tmp_path)
    code = (
        "import sys; from sessionsmgmt.entrypoints.cli.main import main; "
        f"status = main(['run', '--now', '2026-11-06T12:00:00-05:00', '--config', {str(club.path)!r}]); "
        "found = {'googleapiclient', 'google.auth', 'httplib2', 'requests'} & set(sys.modules); "
        "sys.exit(status or ' '.join(sorted(found)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
