"""``auth revoke``: the account's consent is withdrawn, and the secret with the credential is deleted."""

from __future__ import annotations

from sessionsmgmt.application.arguments import RevokeArguments
from sessionsmgmt.application.context import Context
from sessionsmgmt.application.result import RevokeResult
from sessionsmgmt.errors import SessionsError


def revoke(context: Context, arguments: RevokeArguments) -> RevokeResult:
    """Withdraw the consent, delete the secret that holds the credential, and say what a person still has to delete.

    A person must delete the secret if no token or App that may do so is set. The consent is withdrawn even if the
    secret can't be deleted. Raises as ``Services.withdrawal`` does.
    """
    withdraw = context.services.withdrawal()
    if arguments.dry_run:
        return _dry_run(context)
    was = "The consent is withdrawn" if withdraw() else "The consent had ended already"
    worthless = f"{was}. No copy of the credential can be used to read or send anything any more."
    if not context.services.may_store_credential():
        return RevokeResult(f"{worthless} Delete the secret that holds it.")
    try:
        with context.services.secret() as store:
            gone = "is deleted" if store.delete() else "was not there any more"
            left = f"{store.title} {gone}"
    except SessionsError as error:
        text = f"{worthless}\nerror: the secret that holds it could not be deleted: {error}"
        return RevokeResult(text, error)
    return RevokeResult(f"{worthless}\n{left[:1].upper()}{left[1:]}. {_LEFT}")


def _dry_run(context: Context) -> RevokeResult:
    """Say what would be done."""
    stored = context.config.credentials if context.services.may_store_credential() else None
    also = f", and the secret {stored.secret} deleted" if stored else ""
    return RevokeResult(f"The account's consent would be withdrawn{also}.")


_LEFT = (
    "What stays are the client in your Google project, the token or App that wrote the secret, the other secrets, and "
    "the ledger, which names nobody."
)
