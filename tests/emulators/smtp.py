"""A mail server on loopback, as RFC 5321, RFC 3207 and RFC 4954 have it, which can be made to fail at any phase.

It has a certificate of its own authority, which ``certificates`` writes; a client that verifies names it by
``SSL_CERT_FILE``. It checks what it is sent: commands in their order, no line of more than 7 bits or 998 octets, and
every line of the content ended by CRLF.
"""

from __future__ import annotations

import base64
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "coaches@example.org", "app pässword"
DROP, SILENT = "drop", "silent"


@dataclass(frozen=True, slots=True)
class SmtpMessage:
    """What arrived: the envelope, and the content as it was before its dots were stuffed."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes


@dataclass
class SmtpServer:
    """``replies`` has another reply for a phase: a line, ``DROP`` or ``SILENT``; a list gives one after the other.

    The phases are greeting, EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA, dot (the content was taken), refused dot (it was
    not) and RSET. ``once`` replies are used up. ``ends`` closes what a test has connected.
    """

    folder: Path
    implicit_tls: bool = False
    offers: tuple[str, ...] = ("STARTTLS", "AUTH PLAIN LOGIN", "8BITMIME", "SIZE 10000000")
    replies: dict[str, str] = field(default_factory=dict)
    once: dict[str, list[str]] = field(default_factory=dict)
    arrived: list[SmtpMessage] = field(default_factory=list)
    connections: int = 0
    sign_ins: int = 0
    seen: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    port: int = 0
    ends: ExitStack = field(default_factory=ExitStack)

    @property
    def trusted(self) -> Path:
        """The file with the authority of the server's certificate."""
        return self.folder / "authority.pem"

    def reply(self, phase: str, usual: str) -> str:
        """The reply of a phase."""
        if self.once.get(phase):
            return self.once[phase].pop(0)
        return self.replies.get(phase, usual)


@contextmanager
def serving(folder: Path, *, implicit_tls: bool = False, name: str = "localhost") -> Iterator[SmtpServer]:
    """A server at a port of its own. At the end it must have seen nothing that a server may refuse."""
    server = SmtpServer(folder, implicit_tls)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificates(folder, name))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server.port = listener.getsockname()[1]
        threading.Thread(target=_accept, args=(server, listener, context), daemon=True).start()
        try:
            yield server
        finally:
            server.ends.close()
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
    if server.violations:
        raise AssertionError(server.violations)


def _accept(server: SmtpServer, listener: socket.socket, context: ssl.SSLContext) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            server.connections += 1
            threading.Thread(target=_serve, args=(server, connection, context), daemon=True).start()


class _EndedError(Exception):
    """The connection is over."""


def _serve(server: SmtpServer, plain: socket.socket, context: ssl.SSLContext) -> None:
    peer = _Peer(server, plain)
    with suppress(OSError, _EndedError, ssl.SSLError), closing(peer):
        if server.implicit_tls:
            peer.encrypt(context)
        peer.say("greeting", "220 mail.example.org ready")
        while True:
            line = peer.line()
            word = line.split(" ")[0].upper()
            server.seen.append(word)
            if word == "STARTTLS":
                peer.say("STARTTLS", "220 go ahead")
                peer.encrypt(context)
            else:
                peer.command(word, line)


@dataclass
class _Peer:
    server: SmtpServer
    socket: socket.socket
    buffer: bytes = b""
    encrypted: bool = False
    signed_in: bool = False
    sender: str | None = None
    recipients: list[str] = field(default_factory=list)

    def encrypt(self, context: ssl.SSLContext) -> None:
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.buffer, self.encrypted = b"", True

    def close(self) -> None:
        self.socket.close()

    def line(self) -> str:
        while b"\r\n" not in self.buffer:
            received = self.socket.recv(65_536)
            if not received:
                raise _EndedError
            self.buffer += received
        line, _, self.buffer = self.buffer.partition(b"\r\n")
        if len(line) > 998 or not line.isascii():
            self.server.violations.append("a line that is too long or has more than 7 bits")
        return line.decode("ascii", "replace")

    def say(self, phase: str, usual: str) -> bool:
        """Send the reply of a phase, and return whether it is a good one."""
        reply = self.server.reply(phase, usual)
        if reply == DROP:
            self.socket.close()
            raise _EndedError
        if reply == SILENT:
            while self.socket.recv(65_536):
                pass
            raise _EndedError
        self.socket.sendall(f"{reply}\r\n".encode())
        if reply.startswith("421"):
            self.socket.close()
            raise _EndedError
        return reply[0] in "23"  # 354 asks for the content

    def command(self, word: str, line: str) -> None:
        commands: dict[str, Callable[[str], object]] = {
            "EHLO": self._ehlo,
            "AUTH": self._auth,
            "MAIL": self._mail,
            "RCPT": self._rcpt,
            "DATA": lambda _: self._data(),
            "RSET": lambda _: self._reset(),
        }
        if word in {"MAIL", "RCPT", "DATA"} and not (self.encrypted and self.signed_in):
            self.server.violations.append(f"{word} without encryption or sign-in")
        if word == "AUTH" and not self.encrypted:
            self.server.violations.append("a password without encryption")
        act = commands.get(word)
        if act is None:
            self.say(word, "221 bye")
        else:
            act(line)

    def _ehlo(self, _: str) -> None:
        offers = [offer for offer in self.server.offers if not (self.encrypted and offer == "STARTTLS")]
        offers = [offer for offer in offers if self.encrypted or not offer.startswith("AUTH")]
        lines = ["mail.example.org", *offers]
        self.say("EHLO", "\r\n".join(f"250{'-' if line is not lines[-1] else ' '}{line}" for line in lines))

    def _auth(self, line: str) -> None:
        self.server.sign_ins += 1
        _, mechanism, first = line.split(" ")
        if mechanism == "PLAIN":
            _, user, password = base64.b64decode(first).decode().split("\0")
        else:
            self.socket.sendall(b"334 UGFzc3dvcmQ6\r\n")
            user, password = base64.b64decode(first).decode(), base64.b64decode(self.line()).decode()
        good = (user, password) == (USER, PASSWORD)
        self.signed_in = self.say("AUTH", "235 welcome" if good else "535 5.7.8 no such account coaches@example.org")

    def _mail(self, line: str) -> None:
        if self.say("MAIL", "250 sender ok"):
            self.sender, self.recipients = line.partition("<")[2].partition(">")[0], []

    def _rcpt(self, line: str) -> None:
        address = line.partition("<")[2].partition(">")[0]
        if self.say("RCPT", "550 5.1.1 nobody@example.org is not here" if "nobody" in address else "250 recipient ok"):
            self.recipients.append(address)

    def _data(self) -> None:
        if not self.recipients or self.sender is None:
            self.server.violations.append("DATA without a sender and recipients")
        if not self.say("DATA", "354 go on"):
            return
        lines = []
        while (line := self.line()) != ".":
            lines.append(line.removeprefix("."))
        message = SmtpMessage(self.sender or "", tuple(self.recipients), "\r\n".join([*lines, ""]).encode())
        if "refused dot" in self.server.replies or self.server.once.get("refused dot"):
            self.say("refused dot", "554 no")
        else:
            self.server.arrived.append(message)
            self.say("dot", "250 2.0.0 Ok: queued as 4XyZ")
        self.sender, self.recipients = None, []

    def _reset(self) -> None:
        self.sender, self.recipients = None, []
        self.say("RSET", "250 reset")


def certificates(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate for the name by an authority of its own, and its key. The authority is ``authority.pem``."""
    now = datetime.now(UTC)
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of the tests")])
    day = timedelta(days=1)

    def builder(subject: x509.Name, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - day)
            .not_valid_after(now + day)
        )

    authority = (
        builder(issuer, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    names: list[x509.GeneralName] = [x509.DNSName(name)]
    if name == "localhost":
        names.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    own = (
        builder(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), key.public_key())
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    (folder / "authority.pem").write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    chain, secret = folder / "server.pem", folder / "server.key"
    chain.write_bytes(own.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return chain, secret
