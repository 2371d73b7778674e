"""The health check of the mail server."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sessionsmgmt.errors import SessionsError
from sessionsmgmt.ports.health import Finding, Health, failed
from sessionsmgmt.ports.mail import Mailer


def sign_in(mailer: Callable[[], Mailer]) -> Iterator[Finding]:
    """Whether the server can be reached, encrypts, and takes the password. Nothing is sent."""
    try:
        mailer().prepare()
    except SessionsError as error:
        yield failed("mail server", error)
        return
    yield Finding("mail server", Health.GOOD, "It encrypts the connection and takes the user name and the password.")
