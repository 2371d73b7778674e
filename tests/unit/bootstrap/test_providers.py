"""What is said of providers elsewhere, held equal to their specs; and a provider that is registered here alone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml

from sessionsmgmt.adapters.google.sections import GoogleMail
from sessionsmgmt.adapters.microsoft.sections import MicrosoftMail
from sessionsmgmt.adapters.provider_spec import AccountSpec, ProviderContext, ProviderSpec
from sessionsmgmt.application.notices.run import send_due
from sessionsmgmt.application.setup.doctor import check
from sessionsmgmt.application.setup.questions import Source
from sessionsmgmt.bootstrap.container import Container
from sessionsmgmt.bootstrap.data_inventory import account_places
from sessionsmgmt.bootstrap.providers import PROVIDERS, Providers
from sessionsmgmt.config import schema
from sessionsmgmt.config.document import parse
from sessionsmgmt.config.model import CalendarEntry, Config, Mail
from sessionsmgmt.config.paths import find_club_folder
from sessionsmgmt.config.problems import ProblemList
from sessionsmgmt.config.providers import SectionReader, read_section
from sessionsmgmt.config.sections import Section
from sessionsmgmt.domain.model.event import Event
from sessionsmgmt.domain.model.notice import State
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.entrypoints.action.inputs import INPUTS
from sessionsmgmt.errors import InputError
from sessionsmgmt.ports.credentials import Renewed
from sessionsmgmt.ports.health import Finding, Health
from sessionsmgmt.ports.mail import Delivered, Outcome
from sessionsmgmt.secret_masking import Mask, Secret
from tests.builders import ANN, NOW, SAM, event, unmasked
from tests.end_to_end.harness import ROOT, SESSIONS_YML, make_club
from tests.settings import load, secret
from tests.unit.application.job import FakeCalendar, FakeContacts, calendar_of, contacts_of, states

SECTIONS: Mapping[str, Mapping[str, SectionReader]] = {
    "calendar": PROVIDERS.sections.calendar,
    "contacts": PROVIDERS.sections.contacts,
    "mail": PROVIDERS.sections.mail,
}
"""How to read a section of sessions.yml, by its key and by the provider's name."""

CREDENTIALS = "TOY_CREDENTIALS"
CHOICES = [(section, name) for section, readers in SECTIONS.items() for name in readers]


@pytest.mark.parametrize("section", SECTIONS)
def test_the_schema_offers_the_providers_that_are_registered(section: str) -> None:
    offered = schema.schema_at((section, "provider"))["enum"]

    assert sorted(offered) == sorted(SECTIONS[section])


@pytest.mark.parametrize(("section", "name"), CHOICES)
def test_a_section_is_read_by_the_provider_that_it_names(section: str, name: str, tmp_path: Path) -> None:
    given = Section({"provider": name}, (section,), ProblemList("sessions.yml", parse("version: 1")))

    assert read_section(given, find_club_folder(tmp_path / "sessions.yml"), SECTIONS[section]).provider == name


def test_each_secret_of_a_provider_is_an_input_of_the_action() -> None:
    inputs = {one.environ: one.name for one in INPUTS}
    described = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))["inputs"]

    assert {inputs[secret] for spec in PROVIDERS.specs for secret in (spec.credential, *spec.secrets) if secret} <= set(
        described
    )


def test_init_offers_files_and_the_accounts_that_have_everything() -> None:
    whole = {spec.name for spec in PROVIDERS.specs if spec.account and spec.calendar and spec.contacts and spec.mailer}

    assert {source.value for source in Source} == whole | {"files"}


def test_each_account_has_a_page_that_leads_through_its_set_up() -> None:
    index = (ROOT / "docs" / "README.md").read_text("utf-8")
    for spec in PROVIDERS.specs:
        if spec.account:
            assert (ROOT / "docs" / f"{spec.name}.md").is_file()
            assert f"({spec.name}.md)" in index


def test_the_specs_are_read_without_any_library_of_a_provider() -> None:
    code = (
        "import sys; import sessionsmgmt.bootstrap.providers; "
        "heavy = {'googleapiclient', 'google.auth', 'requests', 'github', 'nacl', 'jsonschema', 'jinja2'}; "
        "sys.exit(' '.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


def test_what_this_version_lacks_is_said_with_what_it_has(tmp_path: Path) -> None:
    club = replace(config(tmp_path), mail=Mail(MicrosoftMail()))
    with pytest.raises(InputError) as absent:
        Container(club, PROVIDERS.read_settings({}, lambda _: None), lambda _: None).wire()

    assert (absent.value.text, absent.value.hint) == (
        "This version does not have 'mail.provider: microsoft' yet.",
        (
            "It has calendars from google, ics and subscription, contacts from google, vcard and csv, and mail by "
            "google, outbox and smtp."
        ),
    )


@dataclass(frozen=True, slots=True)
class ToyCalendar:
    """``calendar: {provider: toy}``."""

    provider: ClassVar[str] = "toy"


@dataclass(frozen=True, slots=True)
class ToyContacts:
    """``contacts: {provider: toy}``."""

    provider: ClassVar[str] = "toy"


@dataclass(frozen=True, slots=True)
class ToyMail:
    """``mail: {provider: toy}``."""

    provider: ClassVar[str] = "toy"


@dataclass
class ToyService:
    """A service in memory with a calendar, an address book and a mailer; ``key`` opens its accounts."""

    key: str = "an invented one"
    events: tuple[Event, ...] = ()
    sent: list[EmailMessage] = field(default_factory=list)
    mask: Mask = unmasked

    def spec(self) -> ProviderSpec[ToyAccount]:
        return ProviderSpec(
            name="toy",
            read_calendar=lambda _, __: ToyCalendar(),
            read_contacts=lambda _, __: ToyContacts(),
            read_mail=lambda _, __: ToyMail(),
            credential=CREDENTIALS,
            base_urls=("TOY_ROOT",),
            connect=self.connect,
            calendar=lambda account, _, __, ___: account.calendar(),
            contacts=lambda account, _, __: account.contacts(),
            mailer=lambda account, _, __: account.service,
            checks=lambda account, _: (account.check,),
            account=AccountSpec(
                scopes=lambda _: frozenset({"everything"}),
                consent_flow=lambda _, scopes, __: ToyConsent(scopes),
                token_refresher=lambda _, __, ___: self,
                revoke=ToyAccount.revoke,
            ),
        )

    def connect(self, context: ProviderContext) -> ToyAccount:
        given = context.settings.provider_secrets[CREDENTIALS].reveal()
        if given != self.key:
            raise InputError(f"{CREDENTIALS} is not the key.")
        return ToyAccount(self, context.settings.provider_base_urls["TOY_ROOT"])

    def renew(self, credential: Secret) -> Renewed:
        return Renewed(Secret(f"{credential.reveal()}, renewed", self.mask))

    def meanwhile(self) -> str:
        return "The old key goes on working."

    def prepare(self) -> None:
        """There is nothing to sign in to."""

    def warnings(self) -> tuple[ReportWarning, ...]:
        return ()

    def send(self, message: EmailMessage) -> Outcome:
        self.sent.append(message)
        return Delivered(f"<{len(self.sent)}@toy.example.org>")


@dataclass(frozen=True)
class ToyAccount:
    """The club's account at the service."""

    service: ToyService
    root: str

    def calendar(self) -> FakeCalendar:
        return calendar_of(*self.service.events)

    def contacts(self) -> FakeContacts:
        return contacts_of(ANN, SAM)

    def check(self) -> Iterable[Finding]:
        return (Finding("toy", Health.GOOD, f"It is at {self.root}."),)

    def revoke(self) -> bool:
        self.service.key = ""
        return True


@dataclass(frozen=True)
class ToyConsent:
    """The consent of the account's owner."""

    scopes: frozenset[str]

    def explanation(self) -> str:
        return f"You agree to {', '.join(self.scopes)}."

    def obtain(self, visit: Callable[[str], None]) -> Secret:
        visit("https://toy.example.org")
        return secret("an invented one")


def config(folder: Path, **changes: Any) -> Config:
    make_club(folder).write("sessions.yml", SESSIONS_YML)
    return replace(load(folder / "sessions.yml"), **changes)


@dataclass(frozen=True)
class ToyClub:
    """A club with everything at the toy service, and the container that knows that provider."""

    service: ToyService
    container: Container
    masked: list[str]


@pytest.fixture
def toy(tmp_path: Path) -> ToyClub:
    masked = list[str]()
    service = ToyService(events=(event(),), mask=masked.append)
    providers = Providers((*PROVIDERS.specs, service.spec()))
    club = config(
        tmp_path,
        calendars=(CalendarEntry(ToyCalendar()),),
        contacts=ToyContacts(),
        mail=Mail(ToyMail(), "coach@example.org"),
    )
    environ = {CREDENTIALS: service.key, "TOY_ROOT": "https://toy.example.org"}
    settings = providers.read_settings(environ, masked.append)
    return ToyClub(service, Container(club, settings, masked.append, providers), masked)


def test_a_provider_that_is_only_registered_runs_from_end_to_end(toy: ToyClub) -> None:
    for expected in (State.SENT, State.SKIPPED):
        wired = toy.container.wire()
        result = send_due(wired.job, wired.mailer, "a run", clock=lambda: NOW)
        assert states(result) == {"lab": expected}

    [message] = toy.service.sent
    assert message["To"] == "office@example.org"
    assert message["From"] == "coach@example.org"


def test_its_secret_is_masked_and_its_checks_are_made(toy: ToyClub) -> None:
    wired = toy.container.wire()
    rows = check(wired.job, wired.checks, NOW).findings

    assert toy.masked == [toy.service.key]
    assert [row.text for row in rows if row.topic == "toy"] == ["It is at https://toy.example.org."]


def test_its_account_is_agreed_to_renewed_and_taken_back(toy: ToyClub) -> None:
    container = toy.container

    assert container.consent_flow(Path("client.json")).explanation() == "You agree to everything."
    renewed = container.token_refresher(lambda: NOW).renew(container.credential)
    assert container.with_credential(renewed.credential).credential.reveal() == "an invented one, renewed"
    assert "an invented one, renewed" in toy.masked
    assert [place.topic for place in account_places(container)] == ["consent"]
    assert container.withdrawal()()
    with pytest.raises(InputError, match=CREDENTIALS):
        container.wire()


def test_accounts_of_two_providers_are_refused_since_the_credential_of_one_is_renewed(toy: ToyClub) -> None:
    club = replace(toy.container.config, mail=Mail(GoogleMail()))
    with pytest.raises(InputError, match="accounts of toy and google"):
        replace(toy.container, config=club).token_refresher(lambda: NOW)


def test_what_it_does_not_have_is_said_by_its_name(toy: ToyClub) -> None:
    lacking = replace(toy.service.spec(), contacts=None)
    container = replace(toy.container, providers=Providers((*PROVIDERS.specs, lacking)))
    with pytest.raises(
        InputError, match=r"'contacts\.provider: toy'.*calendars from google, ics, subscription and toy"
    ):
        container.wire()
