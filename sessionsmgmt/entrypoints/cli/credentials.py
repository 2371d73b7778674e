"""Everything a club does with the credential itself, from its sessions.yml on: agree, renew, recover, take back.

The commands are the same whoever asks for them; what is real is made here and handed to them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sessionsmgmt.application.credentials import consent as auth
from sessionsmgmt.application.credentials import rotate as rotating
from sessionsmgmt.application.credentials.rotation import Rotation
from sessionsmgmt.application.notifications import tell, telling
from sessionsmgmt.application.result import Result
from sessionsmgmt.bootstrap import credentials
from sessionsmgmt.bootstrap.container import Container
from sessionsmgmt.bootstrap.github import notifiers
from sessionsmgmt.config.model import Config, topic
from sessionsmgmt.entrypoints.cli.invocation import Invocation
from sessionsmgmt.entrypoints.cli.new_file import new_file
from sessionsmgmt.errors import ConsentError, InputError
from sessionsmgmt.ports.notifications import Note
from sessionsmgmt.presenters.consent_issue import CONSENT, GIVEN_AGAIN, ended_note, ending_note

Keeping = Callable[[Config], AbstractContextManager[Callable[[str], str]]]
"""Opens a place for a credential before anybody is asked for one; what puts it there says where it is."""


@dataclass(frozen=True, slots=True)
class Prompter:
    """How a person is spoken to: ``say`` shows a text, ``visit`` brings them to an address."""

    say: Callable[[str], None]
    visit: Callable[[str], None]


def rotate(call: Invocation, config: Config) -> Result:
    """Renew the credential, due or not, and tell on the board how the consent stands."""

    def act() -> Result:
        with credentials.renewal(call.container(config), call.clock) as renewal:
            result, rotation = rotating.rotate(renewal, call.clock)
        return _told(call, config, rotation, result)

    return _telling(call, config, act)


def rotate_dry_run(call: Invocation, config: Config) -> Result:
    """Say what ``rotate`` would do."""
    with credentials.renewal(call.container(config), call.clock) as renewal:
        return rotating.rotate_dry_run(renewal, call.now)


def recover(call: Invocation, path: Path, config: Config) -> Result:
    """Store what is sealed in the file. Raises InputError where it can't be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path} can't be read ({error.strerror}).") from None
    except ValueError:
        raise InputError(f"{path} is no text.") from None
    with credentials.secret(call.container(config)) as store:
        return rotating.recover(text, store, call.now)


def renewed_first(call: Invocation, config: Config, act: Callable[[Container], Result]) -> Result:
    """Renew the credential if sessions.yml wants it and it is due, then act with the credential that came of it."""
    club = call.container(config)

    def both() -> Result:
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
        return call.stop.unless_asked(lambda: _told(call, config, rotation, result), result)

    return _telling(call, config, both)


def login(call: Invocation, client: Path, prompter: Prompter, keeping: Keeping | None, config: Config) -> Result:
    """Let the account's owner agree; the credential goes where ``keeping`` has it, or straight into the secret.

    ``client`` is the file of Google's console. Raises InputError where there is neither.
    """
    club = call.container(config)
    consent = club.consent_flow(client)
    if keeping:
        with keeping(config) as keep:
            return auth.login(consent, prompter.say, prompter.visit, keep, call.now)
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


def revoke(call: Invocation, config: Config) -> Result:
    """Withdraw the account's consent, and delete the secret where that can be done from here."""
    club = call.container(config)
    withdraw = club.withdrawal()
    secret = partial(credentials.secret, club) if credentials.may_store(club) else None
    return auth.revoke(withdraw, secret, call.now)


def revoke_dry_run(call: Invocation, config: Config) -> Result:
    """Say what ``revoke`` would do, and ask nobody."""
    club = call.container(config)
    club.withdrawal()
    stores = config.credentials if credentials.may_store(club) else None
    also = f", and the secret {stores.secret} deleted" if stores else ""
    return Result("auth revoke", call.now, message=f"The account's consent would be withdrawn{also}.")


def _telling(call: Invocation, config: Config, act: Callable[[], Result]) -> Result:
    """Act; that the account's owner has to agree again is told where a person sees it."""
    return telling(notifiers(call.settings), _topic(config), ended_note, act)


def _told(call: Invocation, config: Config, rotation: Rotation, result: Result) -> Result:
    """Say on the board how the consent stands, where renewing has shown it."""
    if isinstance(rotation.trouble, ConsentError):
        note: Note | None = ended_note(rotation.trouble)
    elif rotation.stale or rotation.trouble:
        return result
    else:
        note = ending_note(rotation.ends, call.now, config)
    for notifier in notifiers(call.settings):
        result = tell(notifier, _topic(config), note, GIVEN_AGAIN, result)
    return result


def _topic(config: Config) -> str:
    return topic(CONSENT, config.folder)
