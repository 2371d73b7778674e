from __future__ import annotations

import socket
import threading
import time
from email.message import Message

import pytest
import requests

from tests.emulators.http import (
    Break,
    Exchange,
    Fault,
    Instead,
    LoopbackServer,
    Request,
    Response,
    Script,
    longest_chain,
)

SILENT = [one for one in Break if one.silent]


class Echo:
    """An application that says what was asked and counts what it did."""

    def __init__(self) -> None:
        self.script: Script[Fault] = Script()
        self.done: list[Request] = []
        self.seen: list[Request] = []

    def call(self, method: str, path: str) -> str:
        return f"{method} {path}"

    def fault(self, call: str) -> Fault | None:
        return self.script.take(call)

    def inspect(self, request: Request) -> None:
        self.seen.append(request)

    def answer(self, request: Request) -> Response:
        self.done.append(request)
        if request.path == "/crash":
            raise ZeroDivisionError
        return Response(200, {"Content-Type": "text/plain"}, request.body or b"nothing at all")


def test_a_request_arrives_as_it_was_sent_and_the_answer_comes_back() -> None:
    echo = Echo()
    with LoopbackServer(echo) as server:
        answer = requests.post(f"{server.root}/a%2Fb", params={"x": "1 2", "y": ""}, data=b"ping", timeout=300)
    assert (answer.status_code, answer.text, answer.headers["Content-Length"]) == (200, "ping", "4")
    (request,) = echo.done
    assert (request.method, request.path, request.query) == ("POST", "/a%2Fb", (("x", "1 2"), ("y", "")))


def test_a_connection_is_used_again_and_its_number_tells() -> None:
    with LoopbackServer(Echo()) as server, requests.Session() as session:
        session.get(server.root, timeout=300)
        session.get(server.root, timeout=300)
        requests.get(server.root, timeout=300)
        assert [one.connection for one in server.exchanges] == [1, 1, 2]


def test_calls_do_not_wait_for_delayed_acknowledgements() -> None:
    with LoopbackServer(Echo()) as server, requests.Session() as session:
        took = []
        for _ in range(60):
            began = time.monotonic()
            session.post(server.root, data=b"x" * 100, timeout=300)
            took.append(time.monotonic() - began)
        assert min(took[20:]) < 0.02  # each would take 0.04 at least, and on a busy machine some take longer


@pytest.mark.parametrize("how", [one for one in SILENT if "hang" not in one.value])
def test_a_broken_connection_gives_no_answer_and_only_an_accepted_request_is_done(how: Break) -> None:
    echo = Echo()
    echo.script.add("POST *", how)
    with LoopbackServer(echo) as server, requests.Session() as session:
        with pytest.raises(requests.ConnectionError) as caught:
            session.post(server.root, data=b"ping", timeout=300)
        assert session.post(server.root, data=b"again", timeout=300).text == "again"
    if not how.unread:  # a reset that comes while the body is on its way may look like either
        assert ("reset" in str(caught.value)) is how.value.startswith("reset")
    assert [one.body for one in echo.done] == ([b"ping"] if "after" in how.value else []) + [b"again"]
    assert len(echo.seen) == (how in {Break.RESET_BEFORE_ACCEPTING, Break.CLOSE_BEFORE_ACCEPTING})
    first, second = server.exchanges
    assert (first.status, first.fault, first.accepted) == (0, how, "after" in how.value)
    assert (second.status, second.fault, second.accepted) == (200, None, True)


@pytest.mark.parametrize("how", [Break.HANG_BEFORE_ACCEPTING, Break.HANG_AFTER_ACCEPTING])
def test_a_hanging_connection_lasts_until_the_client_gives_up(how: Break) -> None:
    echo = Echo()
    echo.script.add("*", how)
    with LoopbackServer(echo) as server, requests.Session() as session:
        with pytest.raises(requests.ReadTimeout):
            session.post(server.root, data=b"ping", timeout=0.05)
        while how is Break.HANG_AFTER_ACCEPTING and not echo.done:
            time.sleep(0.001)
    assert len(echo.done) == (how is Break.HANG_AFTER_ACCEPTING)


def test_a_hanging_connection_does_not_outlive_the_server() -> None:
    echo = Echo()
    echo.script.add("*", Break.HANG_BEFORE_ACCEPTING)
    failures: list[BaseException] = []

    def wait(root: str) -> None:
        try:
            requests.get(root, timeout=300)
        except requests.ConnectionError as error:
            failures.append(error)

    with LoopbackServer(echo) as server:
        client = threading.Thread(target=wait, args=(server.root,))
        client.start()
        while not server.exchanges:
            time.sleep(0.001)
    client.join(timeout=300)
    assert len(failures) == 1


def test_a_truncated_answer_is_shorter_than_it_says() -> None:
    echo = Echo()
    echo.script.add("*", Break.TRUNCATE)
    with LoopbackServer(echo) as server, pytest.raises(requests.exceptions.ChunkedEncodingError):
        requests.get(server.root, timeout=300)
    assert len(echo.done) == 1


def test_a_garbled_answer_is_a_web_page() -> None:
    echo = Echo()
    echo.script.add("*", Break.GARBLE)
    with LoopbackServer(echo) as server:
        answer = requests.get(server.root, timeout=300)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html")
    assert len(echo.done) == 1


def test_another_answer_takes_the_place_of_the_right_one() -> None:
    echo = Echo()
    echo.script.add("*", Instead(Response(503, {"Retry-After": "7"})))
    echo.script.add("*", Instead(Response(503), accepted=True))
    with LoopbackServer(echo) as server, requests.Session() as session:
        first, second = (
            session.post(server.root, data=b"1", timeout=300),
            session.post(server.root, data=b"2", timeout=300),
        )
    assert (first.status_code, first.headers["Retry-After"], second.status_code) == (503, "7", 503)
    assert ([one.body for one in echo.seen], [one.body for one in echo.done]) == ([b"1"], [b"2"])


def test_nobody_listens_after_the_last_answer_until_told_to() -> None:
    echo = Echo()
    echo.script.add("*", Break.REFUSE_AFTERWARDS)
    with LoopbackServer(echo) as server, requests.Session() as session:
        for _ in range(3):
            assert session.get(server.root, timeout=300).status_code == 200
            with pytest.raises(requests.ConnectionError, match="refused"):
                session.get(server.root, timeout=300)
            server.listen()
            assert session.get(server.root, timeout=300).status_code == 200
            echo.script.add("*", Break.REFUSE_AFTERWARDS)
    assert [one.status for one in server.exchanges] == [200] * 6


def test_refusing_breaks_the_connections_that_are_open() -> None:
    with LoopbackServer(Echo()) as server, requests.Session() as session:
        session.get(server.root, timeout=300)
        server.refuse()
        with pytest.raises(requests.ConnectionError, match="refused"):
            session.get(server.root, timeout=300)


def test_the_port_is_free_and_the_threads_are_gone_afterwards() -> None:
    before = threading.active_count()
    with LoopbackServer(Echo()) as server:
        requests.get(server.root, timeout=300)
        port = int(server.root.rpartition(":")[2])
    assert threading.active_count() == before
    with socket.socket() as other:
        assert other.connect_ex(("127.0.0.1", port)) != 0


def test_latency_comes_before_the_answer() -> None:
    with LoopbackServer(Echo(), latency=0.03) as server:
        began = time.monotonic()
        requests.get(server.root, timeout=300)
        assert time.monotonic() - began >= 0.03


def test_a_crash_of_the_application_is_no_answer_of_the_service() -> None:
    with pytest.raises(ZeroDivisionError), LoopbackServer(Echo()) as server:
        assert requests.get(f"{server.root}/crash", timeout=300).status_code == 500


def test_a_script_lets_some_calls_by_and_ends() -> None:
    script: Script[str] = Script()
    script.add("a.*", "first", times=2, after=1)
    script.add("*", "then")
    assert len(script.left) == 2
    taken = [script.take(call) for call in ("a.x", "b.x", "a.x", "a.y", "a.z")]
    assert taken == ["then", None, "first", "first", None]
    assert not script.left


def exchange(began: float, ended: float) -> Exchange:
    return Exchange("x", Request("GET", "/", (), Message(), b""), 1, 200, None, True, began, ended)


def test_the_longest_chain_counts_what_had_to_wait() -> None:
    side_by_side = [exchange(1, 2), exchange(1.5, 2.5), exchange(1.2, 2.2)]
    assert longest_chain([exchange(0, 1), *side_by_side, exchange(3, 4)]) == 3
    assert longest_chain([]) == 0
