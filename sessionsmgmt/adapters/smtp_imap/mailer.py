"""A mail server as what sends (SMTP, RFC 5321; submission, RFC 6409).

The phases are driven by hand, because only the reply to the final dot decides: before the dot nothing can have left,
and without a reply to it nobody knows.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import getaddresses
from threading import Lock

from sessionsmgmt.adapters.service_message import shown_message
from sessionsmgmt.adapters.smtp_imap.connection import NotReadyError, signed_in, wrong_password
from sessionsmgmt.adapters.smtp_imap.sections import SmtpMail
from sessionsmgmt.domain.addresses import with_ascii_domain
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.errors import ConsentError, InputError, SessionsError, UnreachableError
from sessionsmgmt.ports.mail import Delivered, Outcome, Undelivered, Unknown
from sessionsmgmt.retry import RetryLater, RetryPolicy, retry
from sessionsmgmt.secret_masking import Secret

CONNECT_SECONDS = 30
"""How long a server may take to answer before the email is handed over."""

DOT_SECONDS = 120
"""How long the reply to the final dot is waited for. RFC 5321, 4.5.3.2.6, asks for more; a job does not have it."""

MOST_REFUSALS = 2
"""How often a password that is refused is tried in one run: a server may lock the account after more."""

_POLICY = SMTP.clone(cte_type="7bit")
"""Every server takes lines of 7 bits. Python's smtplib sends 8 bits also to one that does not."""

_OK, _WILL_FORWARD, _START, _CLOSING = 250, 251, 354, 421
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,250}>")
_UNPRINTABLE = re.compile(r"[^!-~]+")


@dataclass(slots=True)
class SmtpMailer:
    """See ``ports.Mailer``. All emails of a run share one connection, as long as the server keeps it.

    ``sender`` is the address that emails are from where they name none. ``tls`` makes the settings of an encrypted
    connection, which verifies the server's certificate.
    """

    server: SmtpMail
    password: Secret
    sender: str
    retry_policy: RetryPolicy = field(default_factory=RetryPolicy)
    tls: Callable[[], ssl.SSLContext] = ssl.create_default_context
    seconds: float = CONNECT_SECONDS
    dot_seconds: float = DOT_SECONDS
    _connection: smtplib.SMTP | None = None
    _refusals: int = 0
    _lock: Lock = field(default_factory=Lock)

    def prepare(self) -> None:
        """Connect and sign in. See ``ports.Mailer``."""
        with self._lock:
            self._open()

    def warnings(self) -> tuple[ReportWarning, ...]:
        """Nothing: a server says what it has to say in its replies."""
        return ()

    def send(self, message: EmailMessage) -> Outcome:
        """See ``ports.Mailer``. All recipients get the email in one transaction, or none does."""
        try:
            content, sender, recipients = self._written(message)
        except (MessageError, ValueError, LookupError, TypeError, AttributeError):
            return Undelivered(
                InputError("The message can't be written as mail.", "Check its template and recipients.")
            )
        if not all(address.isascii() for address in (sender, *recipients)):
            return Undelivered(
                InputError("An address has letters that mail servers don't take.", "Write it with the letters a to z.")
            )
        with self._lock:
            try:
                connection = self._begun(sender)
            except SessionsError as error:
                return Undelivered(error, everywhere=True)
            except _RefusedError as refusal:
                return self._not_sent(refusal)
            try:
                for recipient in recipients:
                    _expect(connection.rcpt(recipient), _OK, _RECIPIENT)
                _expect(connection.docmd("DATA"), _START, _AS_IT_IS)
                connection.send(content)
            except _RefusedError as refusal:
                return self._not_sent(refusal)
            except (OSError, smtplib.SMTPException):
                self.close()
                return Undelivered(UnreachableError("The mail server broke off before it had the email.", _LATER))
            return self._ended(connection)

    def close(self) -> None:
        """End the connection, if there is one. A later email opens it anew. Nothing depends on the end being said."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _ended(self, connection: smtplib.SMTP) -> Outcome:
        """Send the final dot, and return what its reply says."""
        try:
            if connection.sock:
                connection.sock.settimeout(self.dot_seconds)
            connection.send(b".\r\n")
            code, text = connection.getreply()
            if connection.sock:
                connection.sock.settimeout(self.seconds)
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            return Unknown(f"the mail server did not answer after it had the email ({type(error).__name__})")
        if code == _OK:
            return Delivered(_kept(text))
        return self._not_sent(_RefusedError(code, text, _AS_IT_IS))

    def _begun(self, sender: str) -> smtplib.SMTP:
        """The connection, with the transaction begun. It is opened anew where the server has closed it meanwhile.

        Raises _RefusedError where the server does not take the sender, and otherwise as ``_open``.
        """
        for last in (False, True):
            connection = self._open()
            try:
                _expect(connection.mail(sender), _OK, _SENDER)
            except _RefusedError as refusal:
                if refusal.code != _CLOSING or last:
                    raise
                self.close()
            except (OSError, smtplib.SMTPException):
                self.close()
            else:
                return connection
        raise UnreachableError("The mail server breaks off again and again.", _LATER)

    def _open(self) -> smtplib.SMTP:
        """The open connection, signed in.

        Raises ConsentError where the password is refused, and UnreachableError where the server can't be reached, does
        not encrypt, or has a certificate that is not trusted.
        """
        if self._connection is None:
            if self._refusals >= MOST_REFUSALS:
                raise wrong_password()
            self._connection = retry(self._attempt, "The mail server", self.retry_policy)
        return self._connection

    def _attempt(self) -> smtplib.SMTP | RetryLater:
        try:
            return signed_in(self.server, self.password, self.tls(), self.seconds)
        except ssl.SSLCertVerificationError:
            raise UnreachableError(
                "The mail server's certificate is not trusted.",
                "Check mail.host. For a server of your own, SSL_CERT_FILE names the certificates to trust.",
            ) from None
        except ConsentError:
            self._refusals += 1
            raise
        except (OSError, smtplib.SMTPException, NotReadyError) as error:
            return RetryLater(str(error) if isinstance(error, NotReadyError) else type(error).__name__)

    def _not_sent(self, refusal: _RefusedError) -> Undelivered:
        """The outcome of a refusal, after which the connection serves the next email."""
        if refusal.code == _CLOSING or self._connection is None:
            self.close()
        else:
            try:
                self._connection.rset()
            except (OSError, smtplib.SMTPException):
                self.close()
        quoted = shown_message(refusal.text.decode("utf-8", "replace"))
        said = f'The mail server says "{refusal.code} {quoted}". ' if quoted else f"It answered {refusal.code}. "
        return Undelivered(InputError(f"{said}{refusal.about.text}", refusal.about.advice))

    def _written(self, message: EmailMessage) -> tuple[bytes, str, Sequence[str]]:
        """The lines of the email with dots stuffed (RFC 5321, 4.5.2), its sender and its recipients."""
        copy = deepcopy(message)
        if not copy["From"]:
            del copy["From"]
            copy["From"] = self.sender
        headers = [str(value) for name in ("To", "Cc") for value in copy.get_all(name, ())]
        recipients = dict.fromkeys(with_ascii_domain(address) for _, address in getaddresses(headers) if address)
        [(_, sender)] = getaddresses([str(copy["From"])])
        lines = copy.as_bytes(policy=_POLICY)
        stuffed = re.sub(rb"(?m)^\.", b"..", lines)
        return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n", with_ascii_domain(sender), tuple(recipients)


@dataclass(frozen=True, slots=True)
class _About:
    """What a refusal is about, and what to do."""

    text: str
    advice: str


class _RefusedError(Exception):
    """The server refused a command of the transaction, so the email did not leave."""

    def __init__(self, code: int, text: bytes, about: _About) -> None:
        super().__init__(code)
        self.code, self.text, self.about = code, text, about


def _expect(reply: tuple[int, bytes], wanted: int, about: _About) -> None:
    code, text = reply
    if code != wanted and (wanted, code) != (_OK, _WILL_FORWARD):
        if code < 0:  # smtplib's code where the server closed the connection
            raise smtplib.SMTPServerDisconnected
        raise _RefusedError(code, text, about)


def _kept(text: bytes) -> str:
    """What the ledger keeps of the reply: the Message-ID that some servers put into it, else its text in one word."""
    said = text.decode("ascii", "replace")
    found = _MESSAGE_ID.search(said)
    return found[0] if found else _UNPRINTABLE.sub("_", said).strip("_")[:250] or "accepted"


_LATER = "Nothing is lost; the next run tries again."
_SENDER = _About(
    "It does not let the account send as this address.",
    "mail.from, or mail.username, must be an address of the account.",
)
_RECIPIENT = _About("It does not take a recipient, so the email went to nobody.", "Check 'to' and 'cc' of the notice.")
_AS_IT_IS = _About("It does not take the email as it is.", "The next run tries again; look at what the server says.")
