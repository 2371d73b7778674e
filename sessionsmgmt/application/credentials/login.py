"""``auth login``: the account's owner agrees in a browser, and the credential is stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from pathlib import Path

from sessionsmgmt.application.arguments import LoginArguments
from sessionsmgmt.application.context import Context
from sessionsmgmt.application.credentials.rotation import preserve
from sessionsmgmt.application.new_file import new_file
from sessionsmgmt.application.result import LoginResult
from sessionsmgmt.errors import InputError
from sessionsmgmt.ports.console import Console
from sessionsmgmt.ports.credentials import ConsentFlow
from sessionsmgmt.secret_masking import Secret

Keep = Callable[[Secret], str]
"""Stores or prints the credential, and returns a sentence that says where it is."""


def login(context: Context, arguments: LoginArguments) -> LoginResult:
    """Explain, let the account's owner agree in a browser, and store or print the credential.

    The place for the credential is opened first, so that nobody agrees in vain. Raises InputError if there is no place
    for the credential, and otherwise as ``ports.credentials.ConsentFlow`` and ``SecretStore`` do.
    """
    if arguments.printed:
        context.request.console.check_printing()
    flow = context.services.consent_flow(arguments.client)
    visit = partial(_visit, context.request.console, browser=arguments.browser)
    if arguments.save or arguments.printed:
        with _place(context, arguments) as keep:
            context.request.console.say(flow.explanation())
            return LoginResult(keep(flow.obtain(visit)))
    if not context.services.may_store_credential():
        raise InputError(
            "Say where the credential goes: --save FILE or --print, but not both.",
            "Without them it goes straight into the secret, if sessions.yml has 'credentials' and SECRETS_TOKEN is "
            "set (docs/rotation.md).",
        )
    return _into_secret(context, flow, visit)


def _into_secret(context: Context, flow: ConsentFlow, visit: Callable[[str], None]) -> LoginResult:
    """Let the account's owner agree, and store the credential in the secret. The secret's key is asked for first."""
    clock = context.request.clock
    with context.services.secret() as store:
        clock()  # the clock starts at its first call; a recovery needs the instant at which storing failed
        store.seal(Secret("", mask=lambda _: None))  # asks for the key; an empty secret has nothing to hide
        context.request.console.say(f"{flow.explanation()}\nIt goes into {store.title}, and nowhere else.")
        lost = preserve(flow.obtain(visit), store, "You can also run 'auth login' again and agree once more.", clock)
        if lost is None:
            return LoginResult(f"The credential is stored in {store.title}.", stored=True)
        error, recovery = lost
        return LoginResult(f"error: {error}", error=error, recovery=recovery)


def _place(context: Context, arguments: LoginArguments) -> AbstractContextManager[Keep]:
    if arguments.save:
        return _file(arguments.save, context.config.root)
    return nullcontext(partial(_print, context.request.console))


@contextmanager
def _file(path: Path, root: Path) -> Iterator[Keep]:
    with new_file("--save", path, root) as save:

        def keep(credential: Secret) -> str:
            save(f"{credential.reveal()}\n")
            return f"The credential is in {path}. Store it as the secret GOOGLE_CREDENTIALS and delete the file."

        yield keep


def _print(console: Console, credential: Secret) -> str:
    console.print(credential.reveal())
    return ""


def _visit(console: Console, url: str, *, browser: bool) -> None:
    console.say(f"Agree at this address:\n{url}")
    if browser:
        console.visit(url)
