"""A connection to a mail server: encrypted, and signed in (RFC 3207, RFC 8314, RFC 4954)."""

from __future__ import annotations

import base64
import smtplib
import ssl

from sessionsmgmt.adapters.smtp_imap.sections import SmtpMail
from sessionsmgmt.errors import ConsentError, UnreachableError
from sessionsmgmt.secret_masking import Secret

_OK, _READY, _AUTHENTICATED, _CONTINUE = 250, 220, 235, 334
_REFUSED_PASSWORD = frozenset({530, 534, 535, 538})


class NotReadyError(Exception):
    """The server refused before it was asked to send anything. It may take the next connection."""


def signed_in(server: SmtpMail, password: Secret, tls: ssl.SSLContext, seconds: float) -> smtplib.SMTP:
    """A new connection, on which every reply is waited for as many seconds.

    Raises ConsentError where the password is refused, UnreachableError where the server does not encrypt or knows no
    way to sign in, NotReadyError where it refuses for now, and OSError and SMTPException as the network has it.
    """
    if server.security == "tls":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=seconds, context=tls)
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=seconds)
    try:
        _greet(connection)
        if server.security != "tls":
            _encrypt(connection, tls)
        _sign_in(connection, server.username.encode(), password.reveal().encode())
    except BaseException:
        connection.close()
        raise
    return connection


def wrong_password() -> ConsentError:
    """The error of a password that is refused."""
    return ConsentError(
        "The mail server refuses the user name or the password.",
        "Make a new app password with your mail provider, and store it as the secret SMTP_PASSWORD.",
    )


def _greet(connection: smtplib.SMTP) -> None:
    code, _ = connection.ehlo()
    if code != _OK:
        raise NotReadyError(f"it answered {code} to the greeting")


def _encrypt(connection: smtplib.SMTP, tls: ssl.SSLContext) -> None:
    """Encrypt the connection. Without the offer nothing is said: somebody in between may have taken it out."""
    if not connection.has_extn("starttls"):
        raise UnreachableError(
            "The mail server does not offer STARTTLS, and nothing is said without encryption.",
            "Try security: tls and port: 465, or ask whoever runs the server.",
        )
    code, _ = connection.starttls(context=tls)
    if code != _READY:
        raise NotReadyError("it refused to encrypt")
    _greet(connection)


def _sign_in(connection: smtplib.SMTP, user: bytes, password: bytes) -> None:
    """Sign in by PLAIN or LOGIN. Both texts are in UTF-8; Python's own sign-in takes ASCII only."""
    offered = str(connection.esmtp_features.get("auth", "")).upper().split()
    if "PLAIN" in offered:
        both = _coded(b"\0" + user + b"\0" + password)
        code, _ = connection.docmd("AUTH", f"PLAIN {both}")
    elif "LOGIN" in offered:
        code, _ = connection.docmd("AUTH", f"LOGIN {_coded(user)}")
        if code == _CONTINUE:
            code, _ = connection.docmd(_coded(password))
    else:
        raise UnreachableError(
            "The mail server offers no way to sign in that this program knows (PLAIN, LOGIN).",
            "Check mail.host, mail.port and mail.security with what your mail provider says about SMTP.",
        )
    if code in _REFUSED_PASSWORD:
        raise wrong_password()
    if code != _AUTHENTICATED:
        raise NotReadyError(f"it answered {code} to the sign-in")


def _coded(text: bytes) -> str:
    return base64.b64encode(text).decode("ascii")
