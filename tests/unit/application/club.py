"""A club as a use case sees it: a request and ports in memory, without command line, network or environment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

from sessionsmgmt.application.context import Context, Request, Services, Surroundings
from sessionsmgmt.application.job import Job
from sessionsmgmt.config.model import Credentials
from sessionsmgmt.errors import SessionsError
from sessionsmgmt.ports.credentials import Renewal
from sessionsmgmt.ports.notifications import Note, NoteTexts, Notifier
from sessionsmgmt.ports.readers import Readers
from sessionsmgmt.ports.stop import UNSTOPPED
from sessionsmgmt.presenters.note_texts import IssueTexts
from sessionsmgmt.secret_masking import Secret
from tests.builders import NOW
from tests.settings import secret
from tests.unit.application.job import FakeMailer
from tests.unit.application.secret_world import World
from tests.unit.presenters.results import config


@dataclass
class FakeNotifier:
    """Notes that are kept in memory, or that can't be posted."""

    notes: dict[str, Note] = field(default_factory=dict)
    error: SessionsError | None = None

    def post(self, topic: str, note: Note) -> None:
        if self.error:
            raise self.error
        self.notes[topic] = note

    def clear(self, topic: str, _text: str) -> None:
        if self.error:
            raise self.error
        self.notes.pop(topic, None)


@dataclass
class FakeConsole:
    """A console that remembers what was said, shown and printed."""

    lines: list[str] = field(default_factory=list)
    encoding: str = "utf-8"
    at_terminal: bool = False

    def say(self, text: str) -> None:
        self.lines.append(text)

    def visit(self, url: str) -> None:
        self.lines.append(url)

    def progress(self, text: str) -> AbstractContextManager[None]:
        self.lines.append(text)
        return nullcontext()

    def check_printing(self) -> None:
        """It can always print."""

    def print(self, text: str) -> None:
        self.lines.append(text)


@dataclass(frozen=True)
class Home:
    """Surroundings in which the readers are known and nothing else."""

    readers_here: Readers = Readers.CLUB

    def readers(self) -> Readers:
        return self.readers_here

    def readers_of_repository(self) -> Readers:
        return self.readers_here


@dataclass
class ClubPorts:
    """The ports of a club whose job, mailer, notes and secret are given. ``used`` are the credentials it ran with."""

    jobs: Callable[[], Job]
    post: FakeMailer = field(default_factory=FakeMailer)
    wall: FakeNotifier = field(default_factory=FakeNotifier)
    world: World = field(default_factory=World)
    may_store: bool = True
    at_hand: str = "token 0"
    used: list[str] = field(default_factory=list)

    def job(self) -> Job:
        self.used.append(self.at_hand)
        return self.jobs()

    def mailer(self) -> FakeMailer:
        return self.post

    def run_id(self) -> str:
        return "this run"

    def notifiers(self) -> tuple[Notifier, ...]:
        return (self.wall,)

    def note_texts(self) -> NoteTexts:
        return IssueTexts(config())

    def credential(self) -> Secret:
        return secret(self.at_hand)

    def with_credential(self, credential: Secret) -> ClubPorts:
        return replace(self, at_hand=credential.reveal())

    def may_store_credential(self) -> bool:
        return self.may_store

    @contextmanager
    def renewal(self, _clock: Callable[[], datetime]) -> Iterator[Renewal]:
        yield Renewal(secret(self.at_hand), self.world, self.world, lambda: NOW, timedelta(days=7))


def context(ports: ClubPorts, home: Home | None = None, *, renews: bool = True) -> Context:
    """A use case's context; ``renews`` says whether sessions.yml has the credential renewed."""
    request = Request(
        Path("club/sessions.yml"),
        NOW,
        None,
        lambda: NOW,
        UNSTOPPED,
        FakeConsole(),
        cast(Surroundings, home or Home()),
    )
    settings = replace(config(), credentials=Credentials("GOOGLE_CREDENTIALS") if renews else None)
    return Context(request, settings, cast(Services, ports))
