"""What every place promises where the mail that left can be seen (see ``ports.SentFolder``)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import timedelta
from email.message import EmailMessage
from itertools import count
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sessionsmgmt.domain.addresses import fold
from sessionsmgmt.domain.delivery.reconciliation import MARK, Mail, mail_digest
from sessionsmgmt.domain.model.notice import Key, Session
from sessionsmgmt.domain.model.people import Disclose
from sessionsmgmt.email.compose import compose
from sessionsmgmt.email.model import Envelope, Wording
from tests.builders import NEW_YORK, SECRET, local, notice
from tests.contract.google_worlds import at_google
from tests.contract.sent_folders import GmailWorld, OutboxWorld, SentWorld, sent

MINUTE = timedelta(minutes=1)
START, END = local(2026, 11, 7, 17), local(2026, 11, 7, 20)
ROLES = {"adults": Disclose.NAMES, "students": Disclose.NAMES}
WORDING = Wording("MantaBots", "en_US", NEW_YORK, ROLES, "Subject: {{ session.title }}\n{{ team }}")


def gmail(stack: ExitStack, lag: timedelta = timedelta(0), *, keeps_own_headers: bool = True) -> SentWorld:
    club = at_google(stack)
    club.google.world.mailbox.sent_lag = lag
    club.google.world.mailbox.keeps_own_headers = keeps_own_headers
    return GmailWorld(club)


WORLDS: Mapping[str, Callable[[Path, ExitStack], SentWorld]] = {
    "outbox": lambda folder, _: OutboxWorld(folder / "outbox"),
    "google": lambda _, stack: gmail(stack),
    "google, without our headers": lambda _, stack: gmail(stack, keeps_own_headers=False),
    "google, late": lambda _, stack: gmail(stack, 5 * MINUTE),
}


@pytest.fixture(params=WORLDS)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SentWorld]:
    with ExitStack() as stack:
        yield WORLDS[request.param](tmp_path, stack)


@pytest.fixture(params=["outbox", "google, without our headers"], scope="module")
def lasting(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SentWorld]:
    with ExitStack() as stack:
        yield WORLDS[request.param](tmp_path_factory.mktemp("club"), stack)


NUMBERS = count()


def composed(
    world: SentWorld,
    title: str = "Team Session",
    to: tuple[str, ...] = ("office@example.org",),
    cc: tuple[str, ...] = (),
) -> EmailMessage:
    """A notice about a session that no other is about."""
    session = Session("lab", title, START, END)
    of = notice(key=Key("campus", f"session {next(NUMBERS)}"), session=session)
    return compose(of, WORDING, Envelope(to, cc, "coaches@example.org"), world.now)


def looks(email: EmailMessage) -> str:
    """What the ledger keeps of the email."""
    recipients = [one.addr_spec for name in ("To", "Cc") for one in getattr(email[name], "addresses", ())]
    return mail_digest(SECRET, recipients, str(email["Subject"]))


def seen(mail: Mail) -> str:
    return mail_digest(SECRET, mail.recipients, mail.subject)


def test_before_anything_was_sent_there_is_nothing(world: SentWorld) -> None:
    assert world.open().since(world.now - timedelta(days=1)) == ()


def test_what_was_sent_is_there_with_its_recipients_its_subject_its_time_and_its_mark(world: SentWorld) -> None:
    before, email = world.now, composed(world, to=("office@example.org", "Hall@example.org"), cc=("guard@example.org",))
    message_id = sent(world, email)
    world.settle()
    [mail] = world.open().since(before)

    assert mail.message_id == message_id
    assert {fold(recipient) for recipient in mail.recipients} == {
        "office@example.org",
        "hall@example.org",
        "guard@example.org",
    }
    assert mail.subject == "Team Session"
    assert mail.at == before
    assert mail.mark == (email[MARK] if world.keeps_marks else "")


def test_it_is_seen_whom_a_mail_is_from(world: SentWorld) -> None:
    message_id = sent(world, composed(world))
    world.settle()

    assert world.open().sender(message_id) == "coaches@example.org"


def test_of_a_mail_that_is_not_there_nothing_is_seen(world: SentWorld) -> None:
    assert world.open().sender("18b0000000009999") is None


def test_only_what_left_at_the_instant_or_later_is_there(world: SentWorld) -> None:
    ids = []
    for _ in range(3):
        ids.append(sent(world, composed(world)))
        world.advance(MINUTE)
    world.settle()
    middle = next(one.at for one in world.open().since(world.now - timedelta(days=1)) if one.message_id == ids[1])

    assert {one.message_id for one in world.open().since(middle)} == set(ids[1:])
    assert {one.message_id for one in world.open().since(middle + timedelta(seconds=1))} == set(ids[2:])
    assert world.open().since(world.now + MINUTE) == ()


def test_everything_is_there_however_many_pages_it_takes(world: SentWorld) -> None:
    before = world.now
    ids = {sent(world, composed(world)) for _ in range(13)}
    world.settle()
    world.pages(3, 0, 1, 2)

    mails = world.open().since(before)
    assert len(mails) == 13
    assert {mail.message_id for mail in mails} == ids


def test_looking_changes_nothing(world: SentWorld) -> None:
    before = world.now
    sent(world, composed(world))
    world.settle()

    assert world.open().since(before) == world.open().since(before) != ()


def test_mail_that_others_wrote_is_no_obstacle(world: SentWorld) -> None:
    before = world.now
    for headers in (
        {"To": "a@example.net"},
        {"To": '"office@example.org, the other" <b@example.net>', "Subject": "Büro: =?x?q?y?= \U0001f916"},
        {"Bcc": "c@example.net", "Subject": ""},
    ):
        email = EmailMessage()
        for name, value in {"Date": composed(world)["Date"], **headers}.items():
            email[name] = str(value)
        sent(world, email)
    ours = composed(world)
    message_id = sent(world, ours)
    world.settle()
    mails = world.open().since(before)

    assert len(mails) == 4
    assert [mail.message_id for mail in mails if seen(mail) == looks(ours)] == [message_id]


LOOK_ALIKES = [
    "=?utf-8?q?=0ABcc:_evil=40example.net?=",
    "=?utf-8?b?VGVhbSBTZXNzaW9u?= =?utf-8?b?VGVhbSBTZXNzaW9u?=",
    "a = ?utf-8?q?b?= c",
    "Séance d'équipe \u2014 5 PM \u2013 8 PM 🤖",
    "אבי גדול \u202eevil",
    "x" * 500,
    "é" * 149,
    "wörd " * 60,
    "a" * 66 + " b",
    "A\u030angstro\u0308m \u212b",
    "\r\nBcc: evil@example.net",
    "STRASSE straße",
]
TITLES = st.text(max_size=200) | st.text(alphabet=" =?_-utf8qbé\u202f\t\r\n,;:<>@\"'\\", max_size=120)
LOCALS = st.text(alphabet="abcXYZ019.+-_'", min_size=1, max_size=20).filter(
    lambda one: not one.startswith(".") and not one.endswith(".") and ".." not in one
)
ADDRESSES = st.lists(st.builds("{}@{}".format, LOCALS, st.sampled_from(["example.org", "Example.ORG"])), max_size=12)


def every_look_alike(test: Callable[..., None]) -> Callable[..., None]:
    for title in LOOK_ALIKES:
        test = example(title=title, to=["office@example.org"], cc=[])(test)
    return test


@every_look_alike
@given(title=TITLES, to=ADDRESSES.filter(bool), cc=ADDRESSES)
def test_whatever_a_mail_is_called_and_whoever_gets_it_it_is_known_again(
    lasting: SentWorld, title: str, to: list[str], cc: list[str]
) -> None:
    lasting.advance(timedelta(hours=1))
    before, email = lasting.now, composed(lasting, title, tuple(to), tuple(cc))
    message_id = sent(lasting, email)
    lasting.settle()
    [mail] = lasting.open().since(before)

    assert seen(mail) == looks(email)
    assert mail.message_id == message_id
    assert mail.mark == (email[MARK] if lasting.keeps_marks else "")
