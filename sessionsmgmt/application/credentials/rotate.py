"""``rotate``: the credential is renewed and stored; ``run`` does the same first, when it is due."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sessionsmgmt.application.credentials import rotation
from sessionsmgmt.application.credentials.rotation import Rotation
from sessionsmgmt.application.result import Result
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.errors import InputError, SessionsError, worst
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


def rotate(renewal: Renewal, clock: Callable[[], datetime]) -> tuple[Result, Rotation]:
    """Renew the credential, due or not. Raises as ``rotation.rotate`` does."""
    now = clock()
    rotated = renewal.rotate(clock)
    return _with(rotated, Result("rotate", now, message=_said(rotated, renewal.store))), rotated


def rotate_dry_run(renewal: Renewal, now: datetime) -> Result:
    """Say what rotating would do, without asking the provider, which may rotate, and without writing anything."""
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
    return Result("rotate", now, message=text)


def recover(text: str, store: SecretStore, now: datetime) -> Result:
    """Store what a rotation before could not. Raises as ``rotation.recover`` does."""
    rotation.recover(*rotation.recovery(text), store)
    return Result("rotate", now, message=f"The credential is stored in {store.title}.", rotated=True)


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


def after(rotated: Rotation | None, act: Callable[[], Result], now: datetime) -> Result:
    """Act, and add to the result what became of the credential before.

    Where the act fails, its error is raised, unless that would hide what a person has to know of the credential: then
    it is a part of the result.
    """
    if rotated is None:
        return act()
    try:
        result = act()
    except SessionsError as error:
        graver = rotated.trouble and rotated.trouble.exit < error.exit
        if not (rotated.issued or rotated.recovery or graver):
            raise
        result = Result("run", now, error.exit, message=f"error: {error}")
    if rotated.trouble:
        result = replace(result, warnings=(*result.warnings, ReportWarning("rotation-failed", str(rotated.trouble))))
    return _with(rotated, result)


def unrenewed(result: Result) -> Result:
    """The result of an act before which the credential could not even be looked at, and that this is so."""
    text = "the credential was not renewed: nothing is set here that may write secrets (docs/rotation.md)"
    return replace(result, warnings=(*result.warnings, ReportWarning("credential-not-renewed", text)))


def _with(rotated: Rotation, result: Result) -> Result:
    statuses = [result.exit, *([rotated.trouble.exit] if rotated.trouble else [])]
    return replace(
        result,
        exit=worst(statuses),
        warnings=(*result.warnings, *rotated.warnings),
        rotated=rotated.issued,
        recovery=rotated.recovery,
    )


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
