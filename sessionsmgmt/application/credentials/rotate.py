"""``rotate``: the credential is renewed and stored; ``run`` does the same first, when it is due."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sessionsmgmt.application.credentials import rotation
from sessionsmgmt.application.credentials.rotation import Rotation
from sessionsmgmt.application.result import RotateResult, RunResult
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.errors import InputError, SessionsError, gravity
from sessionsmgmt.ports.credentials import SecretStore, TokenRefresher


@dataclass(frozen=True, slots=True)
class Renewal:
    """All that renewing takes.

    ``read`` tells the earliest instant at which the credential at hand can have been read from the store, None where
    nobody knows; ``after`` is how old a stored credential may get.
    """

    credential: str = field(repr=False)
    token_refresher: TokenRefresher
    store: SecretStore
    read: Callable[[], datetime | None]
    after: timedelta

    def rotate(self, clock: Callable[[], datetime]) -> Rotation:
        """Renew it, now. Raises as ``rotation.rotate`` does."""
        read = self.read()
        rotated = rotation.rotate(self.credential, self.store, self.token_refresher, read, clock)
        said = [_stale(self.store)] if rotated.stale else [] if read else [_unproven(self.store)]
        return replace(rotated, warnings=(*rotated.warnings, *said))


def rotate(renewal: Renewal, clock: Callable[[], datetime]) -> tuple[RotateResult, Rotation]:
    """Renew the credential, due or not. Raises as ``rotation.rotate`` does."""
    clock()  # counts from its first call: a recovery says when storing was given up
    rotated = renewal.rotate(clock)
    return RotateResult(_said(rotated, renewal.store), rotated, warnings=rotated.warnings), rotated


def rotate_dry_run(renewal: Renewal, now: datetime) -> RotateResult:
    """Say what rotating would do. Writes nothing, and does not ask the provider, which may issue a new credential."""
    store = renewal.store
    written = store.written()
    store.seal(renewal.credential)  # which takes its key
    renewal.read()
    age = f"was last written on {written:%Y-%m-%d %H:%M} UTC" if written else "is not there yet"
    due = "is due" if rotation.is_due(written, renewal.after, now) else "is not due yet"
    text = (
        f"{_first(store.title)} can be reached and sealed for; it {age}, and renewing it {due}.\n"
        "Nothing was changed, and the provider was not asked. Whether the secret may be written shows when it is."
    )
    return RotateResult(text)


def recover(text: str, store: SecretStore) -> RotateResult:
    """Store what an earlier rotation could not store. Raises as ``rotation.recover`` does."""
    rotation.recover(*rotation.recovery(text), store)
    return RotateResult(f"The credential is stored in {store.title}.", stored=True)


def if_due(
    renewing: AbstractContextManager[Renewal], credential: str, clock: Callable[[], datetime]
) -> Rotation | None:
    """Renew the credential if it is old enough; None if it is not.

    What keeps it from being renewed is the outcome's trouble and not raised, so that the job goes on with the
    ``credential`` at hand. Only InputError is raised: then nothing may be done at all.
    """
    try:
        with renewing as renewal:
            if not rotation.is_due(renewal.store.written(), renewal.after, clock()):
                return None
            return renewal.rotate(clock)
    except InputError:
        raise
    except SessionsError as error:
        return Rotation(credential, trouble=error)


def after(rotated: Rotation | None, act: Callable[[], RunResult], now: datetime) -> RunResult:
    """Act, and add to the result what became of the credential before.

    Where the act fails, its error is raised, unless a person must know what became of the credential: then the error is
    a part of the result.
    """
    if rotated is None:
        return act()
    try:
        result = act()
    except SessionsError as error:
        graver = rotated.trouble is not None and gravity(rotated.trouble) < gravity(error)
        if not (rotated.issued or rotated.recovery or graver):
            raise
        result = RunResult(now, error=error)
    failed = (ReportWarning("rotation-failed", str(rotated.trouble)),) if rotated.trouble else ()
    return replace(result, rotation=rotated, warnings=(*result.warnings, *failed, *rotated.warnings))


def unrenewed(result: RunResult) -> RunResult:
    """The result with a warning that nothing is set that may write secrets, so that the credential was not renewed."""
    text = "the credential was not renewed: nothing is set here that may write secrets (docs/rotation.md)"
    return replace(result, warnings=(*result.warnings, ReportWarning("credential-not-renewed", text)))


def _said(rotated: Rotation, store: SecretStore) -> str:
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


def _first(text: str) -> str:
    return text[:1].upper() + text[1:]
