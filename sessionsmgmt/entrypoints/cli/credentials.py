"""Everything a club does with the credential itself, from its sessions.yml on: agree, renew, recover, take back.

The commands are the same whoever asks for them; what is real is made here and handed to them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from sessionsmgmt.application.credentials import consent as auth
from sessionsmgmt.application.credentials import rotate as rotating
from sessionsmgmt.application.credentials.rotation import Rotation
from sessionsmgmt.application.notifications import notify, notifying_of_consent
from sessionsmgmt.application.result import LoginResult, RevokeResult, RotateResult, RunResult
from sessionsmgmt.bootstrap import credentials
from sessionsmgmt.bootstrap.container import Container
from sessionsmgmt.bootstrap.github import notifiers
from sessionsmgmt.config.model import Config, topic
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.entrypoints.cli.invocation import Invocation
from sessionsmgmt.entrypoints.cli.new_file import new_file
from sessionsmgmt.errors import ConsentError, InputError
from sessionsmgmt.ports.notifications import Note
from sessionsmgmt.presenters.consent_issue import CONSENT, GIVEN_AGAIN, ended_note, ending_note

T = TypeVar("T")

Keeping = Callable[[Config], AbstractContextManager[Callable[[str], str]]]
"""Opens a place for a credential before anybody is asked for one; what puts it there says where it is."""


@dataclass(frozen=True, slots=True)
class Prompter:
    """How a person is spoken to: ``say`` shows a text, ``visit`` brings them to an address."""

    say: Callable[[str], None]
    visit: Callable[[str], None]


def rotate(call: Invocation, config: Config) -> RotateResult:
    """Renew the credential, due or not, and post how the consent stands."""

    def act() -> RotateResult:
        with credentials.renewal(call.container(config), call.clock) as renewal:
            result, rotation = rotating.rotate(renewal, call.clock)
        return replace(result, warnings=(*result.warnings, *_notified(call, config, rotation)))

    return _notifying(call, config, act)


def rotate_dry_run(call: Invocation, config: Config) -> RotateResult:
    """Say what ``rotate`` would do."""
    with credentials.renewal(call.container(config), call.clock) as renewal:
        return rotating.rotate_dry_run(renewal, call.now)


def recover(call: Invocation, path: Path, config: Config) -> RotateResult:
    """Store what is sealed in the file. Raises InputError where it can't be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path} can't be read ({error.strerror}).") from None
    except ValueError:
        raise InputError(f"{path} is no text.") from None
    with credentials.secret(call.container(config)) as store:
        return rotating.recover(text, store)


def renewed_first(call: Invocation, config: Config, act: Callable[[Container], RunResult]) -> RunResult:
    """Renew the credential if sessions.yml wants it and it is due, then act with the credential that came of it."""
    club = call.container(config)

    def both() -> RunResult:
        if config.credentials is None:
            return act(club)
        if not credentials.may_store(club):
            return rotating.unrenewed(act(club))
        renewing = credentials.renewal(club, call.clock)
        rotation = rotating.if_due(renewing, club.credential.reveal(), call.clock)
        if rotation is None:
            return act(club)
        renewed = club.with_credential(rotation.credential)
        result = rotating.after(rotation, lambda: act(renewed), call.now)
        unwritten = call.stop.unless_asked(lambda: _notified(call, config, rotation), tuple[ReportWarning, ...]())
        return replace(result, warnings=(*result.warnings, *unwritten))

    return _notifying(call, config, both)


def login(call: Invocation, client: Path, prompter: Prompter, keeping: Keeping | None, config: Config) -> LoginResult:
    """Let the account's owner agree; the credential goes where ``keeping`` has it, or straight into the secret.

    ``client`` is the file of Google's console. Raises InputError where there is neither.
    """
    club = call.container(config)
    consent = club.consent_flow(client)
    if keeping:
        with keeping(config) as keep:
            return auth.login(consent, prompter.say, prompter.visit, keep)
    if not credentials.may_store(club):
        raise InputError(
            "It is not said where the credential goes: --save FILE or --print, and only one of them.",
            "Without either it goes straight into the secret, if sessions.yml has 'credentials' and SECRETS_TOKEN is "
            "set (docs/rotation.md).",
        )
    with credentials.secret(club) as store:
        return auth.login_into(store, consent, prompter.say, prompter.visit, call.clock)


@contextmanager
def saving(path: Path, config: Config) -> Iterator[Callable[[str], str]]:
    """What keeps a credential in a new file that its owner alone can read, and says so."""
    with new_file("--save", path, config.root) as save:

        def keep(credential: str) -> str:
            save(f"{credential}\n")
            return f"The credential is in {path}. Store it as the secret GOOGLE_CREDENTIALS and delete the file."

        yield keep


def revoke(call: Invocation, config: Config) -> RevokeResult:
    """Withdraw the account's consent, and delete the secret where that can be done from here."""
    club = call.container(config)
    withdraw = club.withdrawal()
    secret = partial(credentials.secret, club) if credentials.may_store(club) else None
    return auth.revoke(withdraw, secret)


def revoke_dry_run(call: Invocation, config: Config) -> RevokeResult:
    """Say what ``revoke`` would do, and ask nobody."""
    club = call.container(config)
    club.withdrawal()
    stores = config.credentials if credentials.may_store(club) else None
    also = f", and the secret {stores.secret} deleted" if stores else ""
    return RevokeResult(f"The account's consent would be withdrawn{also}.")


def _notifying(call: Invocation, config: Config, act: Callable[[], T]) -> T:
    """Act; a person is notified where the account's owner must agree again."""
    return notifying_of_consent(notifiers(call.settings), _topic(config), ended_note, act)


def _notified(call: Invocation, config: Config, rotation: Rotation) -> tuple[ReportWarning, ...]:
    """Post how the consent stands, where renewing has shown it. Returns what could not be posted."""
    if isinstance(rotation.trouble, ConsentError):
        note: Note | None = ended_note(rotation.trouble)
    elif rotation.stale or rotation.trouble:
        return ()
    else:
        note = ending_note(rotation.ends, call.now, config)
    return notify(notifiers(call.settings), _topic(config), note, GIVEN_AGAIN)


def _topic(config: Config) -> str:
    return topic(CONSENT, config.folder)
