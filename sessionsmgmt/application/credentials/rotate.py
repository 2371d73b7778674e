"""``rotate``: the credential is renewed and stored. ``run`` does that first, if it is due."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sessionsmgmt.application.arguments import RotateArguments
from sessionsmgmt.application.context import Context
from sessionsmgmt.application.credentials import rotation
from sessionsmgmt.application.notifications import notify_of_consent, notifying_of_lost_consent
from sessionsmgmt.application.result import RotateResult, Rotation
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.errors import InputError, SessionsError
from sessionsmgmt.ports.credentials import Renewal, SecretStore


def rotate(context: Context, arguments: RotateArguments) -> RotateResult:
    """Renew the credential, due or not, and post a note if the consent ends soon. With ``recover``, store a credential.

    Raises as ``rotation.rotate`` does, and as ``rotation.recover`` does.
    """
    services, clock = context.services, context.request.clock
    if arguments.recover:
        text = _text(arguments.recover)
        with services.secret() as store:
            return recover(text, store)
    if arguments.dry_run:
        with services.renewal(clock) as renewal:
            return rotate_dry_run(renewal, context.request.now)
    with notifying_of_lost_consent(context):
        with services.renewal(clock) as renewal:
            clock()  # the clock starts at its first call; a recovery needs the instant at which storing failed
            renewed = renew(renewal, clock)
            message = _sentence(renewed, renewal.store)
        unwritten = notify_of_consent(context, renewed)
        return RotateResult(message, renewed, warnings=(*renewed.warnings, *unwritten))


def renew_if_due(context: Context) -> tuple[Rotation | None, tuple[ReportWarning, ...]]:
    """Renew the credential if sessions.yml wants that and it is old enough. Without a rotation, the warnings say why.

    An error becomes the rotation's ``trouble`` and is not raised, since the job can go on with the present credential.
    Only InputError is raised: something that a person wrote is wrong, so the job must not go on.
    """
    if context.config.credentials is None:
        return None, ()
    if not context.services.may_store_credential():
        text = "the credential was not renewed: nothing is set here that may write secrets (docs/rotation.md)"
        return None, (ReportWarning("credential-not-renewed", text),)
    clock = context.request.clock
    try:
        with context.services.renewal(clock) as renewal:
            if not rotation.is_due(renewal.store.written(), renewal.after, clock()):
                return None, ()
            return renew(renewal, clock), ()
    except InputError:
        raise
    except SessionsError as error:
        return Rotation(context.services.credential(), trouble=error), ()


def renew(renewal: Renewal, clock: Callable[[], datetime]) -> Rotation:
    """Renew the credential now. Warns if it may not be the newest one. Raises as ``rotation.rotate`` does."""
    read = renewal.read()
    renewed = rotation.rotate(renewal.credential, renewal.store, renewal.token_refresher, read, clock)
    warnings = [_stale(renewal.store)] if renewed.stale else [] if read else [_unproven(renewal.store)]
    return replace(renewed, warnings=(*renewed.warnings, *warnings))


def rotate_dry_run(renewal: Renewal, now: datetime) -> RotateResult:
    """Say what rotating would do. Writes nothing. Does not ask the provider, which might issue a new credential."""
    store = renewal.store
    written = store.written()
    store.seal(renewal.credential)  # which asks for the key
    renewal.read()
    age = f"was last written on {written:%Y-%m-%d %H:%M} UTC" if written else "is not there yet"
    due = "is due" if rotation.is_due(written, renewal.after, now) else "is not due yet"
    text = (
        f"{_capitalized(store.title)} can be reached, and its key can be used; it {age}, and renewing it {due}.\n"
        "Nothing was changed, and the provider was not asked. Only a rotation shows whether the secret may be written."
    )
    return RotateResult(text)


def recover(text: str, store: SecretStore) -> RotateResult:
    """Store the credential that an earlier rotation could not store. Raises as ``rotation.recover`` does."""
    rotation.recover(*rotation.recovery(text), store)
    return RotateResult(f"The credential is stored in {store.title}.", stored=True)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path} can't be read ({error.strerror}).") from None
    except ValueError:
        raise InputError(f"{path} is no text.") from None


def _sentence(rotated: Rotation, store: SecretStore) -> str:
    if rotated.stale:
        return "Nothing was done."
    if rotated.trouble:
        return f"error: {rotated.trouble}"
    if rotated.issued:
        return f"The provider issued a new credential. It is stored in {store.title}, and it works."
    return f"The credential is renewed; the provider issued no other. It is stored again in {store.title}."


def _stale(store: SecretStore) -> ReportWarning:
    text = (
        f"{store.title} has been written since this run was given its copy, so that copy was not written over it; "
        "start a new run to renew it"
    )
    return ReportWarning("credential-stale", text)


def _unproven(store: SecretStore) -> ReportWarning:
    text = (
        "outside of GitHub Actions nobody can tell whether the credential at hand is the newest; it was taken for what "
        f"{store.title} holds"
    )
    return ReportWarning("credential-unproven", text)


def _capitalized(text: str) -> str:
    return text[:1].upper() + text[1:]
