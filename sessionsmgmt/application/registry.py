"""Every command of the product, once: its name, summary, parameters, permission, effect and handler.

The command line, the Action's ``command`` input, the help and the README's table are made from this table. To add a
command, write its use case, its arguments in ``arguments``, and its entry here. A handler imports its use case when it
is called, so that a command starts without the modules of the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sessionsmgmt.application.arguments import (
    ExportArguments,
    ForgetArguments,
    InitArguments,
    LoginArguments,
    NoArguments,
    PlanArguments,
    PreviewArguments,
    ResolveArguments,
    RevokeArguments,
    RotateArguments,
    RunArguments,
)
from sessionsmgmt.application.command import Command, Effect, Permission

if TYPE_CHECKING:
    from sessionsmgmt.application.context import Context, Request
    from sessionsmgmt.application.result import Result
    from sessionsmgmt.errors import SessionsError


def _init(request: Request, arguments: InitArguments) -> Result:
    from sessionsmgmt.application.setup.init import init

    return init(request, arguments)


def _validate(context: Context, arguments: NoArguments) -> Result:
    from sessionsmgmt.application.setup.validate import validate

    return validate(context, arguments)


def _preview(context: Context, arguments: PreviewArguments) -> Result:
    from sessionsmgmt.application.notices.preview import preview

    return preview(context, arguments)


def _preview_failed(request: Request, arguments: PreviewArguments, error: SessionsError) -> SessionsError:
    from sessionsmgmt.application.notices.preview import preview_failed

    return preview_failed(request, arguments, error)


def _run(context: Context, arguments: RunArguments) -> Result:
    from sessionsmgmt.application.notices.run import run

    return run(context, arguments)


def _rotate(context: Context, arguments: RotateArguments) -> Result:
    from sessionsmgmt.application.credentials.rotate import rotate

    return rotate(context, arguments)


def _status(context: Context, arguments: NoArguments) -> Result:
    from sessionsmgmt.application.notices.status import status

    return status(context, arguments)


def _doctor(context: Context, arguments: NoArguments) -> Result:
    from sessionsmgmt.application.setup.doctor import doctor

    return doctor(context, arguments)


def _login(context: Context, arguments: LoginArguments) -> Result:
    from sessionsmgmt.application.credentials.login import login

    return login(context, arguments)


def _revoke(context: Context, arguments: RevokeArguments) -> Result:
    from sessionsmgmt.application.credentials.revoke import revoke

    return revoke(context, arguments)


def _resolve(context: Context, arguments: ResolveArguments) -> Result:
    from sessionsmgmt.application.notices.resolve import resolve

    return resolve(context, arguments)


def _plan(request: Request, arguments: PlanArguments) -> Result:
    from sessionsmgmt.application.setup.plan import plan

    return plan(arguments.root, arguments.batch, request.surroundings.checkout())


def _export(context: Context, arguments: ExportArguments) -> Result:
    from sessionsmgmt.application.privacy.export import export

    return export(context, arguments)


def _forget(context: Context, arguments: ForgetArguments) -> Result:
    from sessionsmgmt.application.privacy.forget import forget

    return forget(context, arguments)


COMMANDS: tuple[Command, ...] = (
    Command(
        "init",
        "Ask a few questions and write sessions.yml, a template and the workflows.",
        Permission.WRITE,
        Effect.WRITE,
        InitArguments,
        prepare=_init,
    ),
    Command(
        "validate",
        "Check sessions.yml and its templates; touch nothing else.",
        Permission.READ,
        Effect.READ,
        NoArguments,
        _validate,
        uses_secrets=False,
    ),
    Command(
        "preview",
        "Compose every notice that 'run' would send now, and show it; with --mail, in your own inbox.",
        Permission.READ,
        Effect.READ,
        PreviewArguments,
        _preview,
        failed=_preview_failed,
    ),
    Command("run", "Send every notice that is due, once.", Permission.WRITE, Effect.WRITE, RunArguments, _run),
    Command(
        "rotate",
        "Renew the stored credential, and write it into the secret it came from.",
        Permission.ADMIN,
        Effect.WRITE,
        RotateArguments,
        _rotate,
    ),
    Command(
        "status",
        "List the sessions ahead and what has been said about each.",
        Permission.READ,
        Effect.READ,
        NoArguments,
        _status,
    ),
    Command(
        "doctor",
        "Say what is configured, reachable and permitted, and how to mend what is not.",
        Permission.READ,
        Effect.READ,
        NoArguments,
        _doctor,
    ),
    Command(
        "auth login",
        "Agree, in a browser, to what the club's account is used for. The credential goes straight into the secret.",
        Permission.ADMIN,
        Effect.WRITE,
        LoginArguments,
        _login,
    ),
    Command(
        "auth revoke",
        "Withdraw the account's consent: its credential is worth nothing afterwards.",
        Permission.ADMIN,
        Effect.WRITE,
        RevokeArguments,
        _revoke,
    ),
    Command(
        "resolve",
        "Close a notice that is held, after looking whether its mail arrived.",
        Permission.WRITE,
        Effect.WRITE,
        ResolveArguments,
        _resolve,
    ),
    Command(
        "plan",
        "Print the clubs below a folder as the JSON matrix of a workflow.",
        Permission.READ,
        Effect.READ,
        PlanArguments,
        prepare=_plan,
    ),
    Command(
        "export",
        "Show everything that is kept, as JSON.",
        Permission.ADMIN,
        Effect.READ,
        ExportArguments,
        _export,
    ),
    Command(
        "forget",
        "Delete everything that is kept, and say what was deleted and what stays.",
        Permission.ADMIN,
        Effect.WRITE,
        ForgetArguments,
        _forget,
    ),
)
"""The commands in the order in which the README lists them."""

GROUPS = {"auth": "Agree to what the club's account is used for, or take it back."}
"""The first words that several commands share, with a summary for each."""
