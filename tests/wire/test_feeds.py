"""Feeds over real sockets: what ends well, what ends in an error, and hostile hosts, all of them within bounds."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sessionsmgmt.adapters.feeds.calendar import SubscribedCalendar
from sessionsmgmt.adapters.feeds.download import MAX_BYTES, MAX_REDIRECTS, Download, Resolve
from sessionsmgmt.adapters.files.calendar import IcsReader
from sessionsmgmt.errors import ConsentError, InputError, SessionsError, UnreachableError
from sessionsmgmt.retry import RetryPolicy
from tests.builders import NEW_YORK, local
from tests.clock import ManualClock
from tests.contract.calendars import ics
from tests.emulators.feed import PATH, FeedServer
from tests.emulators.http import Break, Instead, Response
from tests.emulators.stranger import LARGE, NONSENSE, SLOW, Say, Stranger

FEED = ics("BEGIN:VEVENT", "UID:a@example.org", "DTSTART:20261107T170000Z", "SUMMARY:Lab", "END:VEVENT")
SOON = 0.5
"""Seconds that a download may take here."""

ONCE = RetryPolicy(total=0)


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as running:
        running.feed = FEED
        yield running


def content(address: str, download: Download | None = None) -> bytes:
    return (download or Download("CALENDAR_URL", True, ONCE)).content(address)


def refusal(address: str, download: Download | None = None) -> SessionsError:
    """The error, which never shows the address."""
    with pytest.raises(SessionsError) as error:
        content(address, download)
    assert address not in str(error.value)
    assert "private-0a1b2c3d" not in str(error.value)
    return error.value


def redirect(location: str, status: int = 302) -> Response:
    return Response(status, {"Location": location})


def test_a_feed_is_read_packed_or_not(server: FeedServer) -> None:
    assert content(server.address) == FEED
    server.others[PATH] = Response(200, {"Content-Encoding": "gzip"}, gzip.compress(FEED))
    assert content(server.address) == FEED


def test_the_address_is_told_to_nobody_but_the_host(server: FeedServer) -> None:
    server.others["/moved"] = Response(200, {}, FEED)
    server.others[PATH] = redirect("/moved")

    assert content(f"{server.address}?key=0a1b") == FEED
    first, second = server.requests
    assert (first.query, second.query) == ((("key", "0a1b"),), ())
    assert "Referer" not in second.headers
    assert second.headers["Host"] == server.root.removeprefix("http://")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_on_the_feeds_own_host_are_followed(server: FeedServer, status: int) -> None:
    for number in range(MAX_REDIRECTS):
        server.others[f"/{number}"] = redirect(f"/{number + 1}", status)
    server.others[f"/{MAX_REDIRECTS}"] = Response(200, {}, FEED)

    assert content(f"{server.root}/0") == FEED


def test_more_redirects_than_five_are_an_error(server: FeedServer) -> None:
    server.others["/0"] = redirect("/0")

    assert isinstance(refusal(f"{server.root}/0"), UnreachableError)
    assert len(server.requests) == MAX_REDIRECTS + 1


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::ffff:169.254.169.254]/",
        "https://[2002:a9fe:a9fe::1]/",
        "https://[fd00:ec2::254]/",
        "https://127.0.0.2/",
        "http://127.0.0.2/",
        "https://10.0.0.1/",
        "https://100.100.100.200/",
        "http://example.org/",
        "https://user:secret@example.org/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "https://0/",
        "https://[::1",
    ],
)
def test_a_redirect_to_a_private_or_unsafe_address_is_refused_before_anybody_is_asked(
    server: FeedServer, location: str
) -> None:
    server.others[PATH] = redirect(location)

    error = refusal(server.address)
    assert isinstance(error, UnreachableError)
    assert location not in str(error)
    assert len(server.requests) == 1


@dataclass
class Names:
    """A resolver whose answers change: the last one of a name stays."""

    answers: dict[str, list[Sequence[str]]]
    asked: list[str] = field(default_factory=list)

    def resolve(self, host: str, _: int) -> Sequence[str]:
        self.asked.append(host)
        known = self.answers.get(host, [])
        if not known:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return known.pop(0) if len(known) > 1 else known[0]


def resolving(resolve: Resolve, may_be_private: bool = True) -> Download:
    return Download("CALENDAR_URL", may_be_private, ONCE, resolve=resolve)


def test_a_name_whose_answer_changes_to_another_private_address_is_refused(server: FeedServer) -> None:
    names = Names({"localhost": [["127.0.0.1"], ["127.0.0.2"]]})
    server.others[PATH] = redirect("/again")
    address = server.address.replace("127.0.0.1", "localhost")

    assert "private network" in refusal(address, resolving(names.resolve)).text
    assert (names.asked, len(server.requests)) == (["localhost", "localhost"], 1)


def test_a_name_that_leads_into_a_private_network_is_refused_on_the_way_and_as_url(server: FeedServer) -> None:
    names = Names({"127.0.0.1": [["127.0.0.1"]], "rebind.example.org": [["192.168.0.1"]]})
    server.others[PATH] = redirect("https://rebind.example.org/team.ics")

    assert isinstance(refusal(server.address, resolving(names.resolve)), UnreachableError)
    error = refusal("https://rebind.example.org/", resolving(names.resolve, may_be_private=False))
    assert isinstance(error, InputError)


def test_the_connection_goes_to_the_address_that_was_checked(server: FeedServer) -> None:
    names = Names({"localhost": [["127.0.0.1"], ["192.0.2.1"]]})

    assert content(server.address.replace("127.0.0.1", "localhost"), resolving(names.resolve)) == FEED
    assert names.asked == ["localhost"]
    assert server.requests[0].headers["Host"].startswith("localhost:")


def test_the_next_ip_address_is_tried_where_one_does_not_answer(server: FeedServer) -> None:
    names = Names({"localhost": [["127.0.0.9", "127.0.0.1"]]})

    assert content(server.address.replace("127.0.0.1", "localhost"), resolving(names.resolve)) == FEED


def test_a_name_that_nobody_knows_or_says_in_time_is_unreachable() -> None:
    unknown = refusal("https://nowhere.example.org/a.ics", resolving(Names({}).resolve))
    assert isinstance(unknown, UnreachableError)
    assert "nobody knows the name of its host" in unknown.text
    over = threading.Event()

    def silent(_: str, __: int) -> Sequence[str]:
        over.wait(30)
        return ()

    began = time.monotonic()
    error = refusal("https://slow.example.org/", replace(resolving(silent), seconds=SOON))
    over.set()
    assert isinstance(error, UnreachableError)
    assert time.monotonic() - began < 10 * SOON


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, ConsentError),
        (403, ConsentError),
        (404, UnreachableError),
        (410, UnreachableError),
        (204, UnreachableError),
        (400, UnreachableError),
        (500, UnreachableError),
        (503, UnreachableError),
    ],
)
def test_a_refusal_ends_as_the_contract_says(server: FeedServer, status: int, kind: type[SessionsError]) -> None:
    server.others[PATH] = Response(status, {}, b"private-0a1b2c3d")

    assert type(refusal(server.address)) is kind
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "trouble", [Break.RESET_BEFORE_READING, Break.CLOSE_AFTER_ACCEPTING, Break.TRUNCATE, Instead(Response(503))]
)
def test_what_passes_is_tried_again(server: FeedServer, trouble: Break | Instead) -> None:
    server.script.add("*", trouble, times=2)

    assert content(server.address, Download("CALENDAR_URL", True, ManualClock().retry_policy())) == FEED
    assert server.script.left == ()


def test_a_wait_that_is_longer_than_a_minute_ends_at_once(server: FeedServer) -> None:
    server.others[PATH] = Response(429, {"Retry-After": "61"})
    clock = ManualClock()

    assert isinstance(refusal(server.address, Download("CALENDAR_URL", True, clock.retry_policy())), UnreachableError)
    assert clock.naps == []


def test_a_feed_larger_than_ten_mebibytes_is_an_error_and_not_tried_again(server: FeedServer) -> None:
    for body in (bytes(MAX_BYTES + 1), gzip.compress(bytes(8 * MAX_BYTES))):
        packed = {"Content-Encoding": "gzip"} if len(body) < MAX_BYTES else {}
        server.others[PATH] = Response(200, packed, body)
        error = refusal(server.address, Download("CALENDAR_URL", True, ManualClock().retry_policy()))
        assert isinstance(error, UnreachableError)
        assert "larger than 10 MiB" in error.text
    assert len(server.requests) == 2


@pytest.mark.parametrize("say", [*LARGE.values(), *SLOW.values(), *NONSENSE.values()], ids=[*LARGE, *SLOW, *NONSENSE])
def test_a_hostile_host_is_given_up_within_bounds(say: Say) -> None:
    began = time.monotonic()
    with Stranger(say).listening() as stranger:
        error = refusal(f"{stranger.root}{PATH}", Download("CALENDAR_URL", True, ONCE, seconds=3))
    assert isinstance(error, UnreachableError)
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    ("feed", "kind"),
    [
        (b"<!doctype html><title>Sign in</title>", InputError),
        (b"", InputError),
        (FEED.replace(b"Lab", b"L\xe4b"), InputError),
        (FEED[:-20], UnreachableError),
        (FEED[:40], UnreachableError),
    ],
)
def test_what_is_no_whole_calendar_is_an_error(server: FeedServer, feed: bytes, kind: type[SessionsError]) -> None:
    server.feed = feed
    reader = IcsReader("CALENDAR_URL", NEW_YORK)
    calendar = SubscribedCalendar(server.address, Download("CALENDAR_URL", True, ONCE), reader)

    assert server.address not in repr(calendar)
    with pytest.raises(kind) as error:
        calendar.read(local(2026, 11, 1), local(2026, 12, 1), ())
    assert error.value.text.startswith("CALENDAR_URL is ")


HOST = "feed.example.org"


@contextmanager
def secured(folder: Path) -> Iterator[int]:
    """A server with a certificate for HOST on a port of loopback, which answers each request with the feed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (folder / "trusted.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "key.pem").write_bytes(key.private_bytes(pem, form, serialization.NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "trusted.pem", folder / "key.pem")
    reply = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(FEED), FEED)
    with socket.create_server(("127.0.0.1", 0)) as port:

        def serve() -> None:
            while True:
                try:
                    connection, _ = port.accept()
                except OSError:
                    return
                try:
                    with context.wrap_socket(connection, server_side=True) as talk:
                        talk.recv(65_536)
                        talk.sendall(reply)
                except OSError:
                    connection.close()

        server = threading.Thread(target=serve, daemon=True)
        server.start()
        try:
            yield port.getsockname()[1]
        finally:
            port.shutdown(socket.SHUT_RDWR)
            server.join()


def test_the_certificate_is_verified_by_the_hosts_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = Names({HOST: [["127.0.0.1"]], "other.example.org": [["127.0.0.1"]]})
    with secured(tmp_path) as port:
        untrusted = refusal(f"https://{HOST}:{port}{PATH}", resolving(names.resolve))
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))
        assert content(f"https://{HOST}:{port}{PATH}", resolving(names.resolve)) == FEED
        wrong_name = refusal(f"https://other.example.org:{port}{PATH}", resolving(names.resolve))
    assert [type(error) for error in (untrusted, wrong_name)] == [UnreachableError] * 2
    assert "SSLError" in untrusted.text
