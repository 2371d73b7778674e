from __future__ import annotations

import queue
import signal
import socket
import subprocess
import sys

import pytest
import requests

from tests.emulators.github import UNAVAILABLE, Break, GitHubEmulator
from tests.emulators.google import GoogleEmulator
from tests.unit.emulators.client import Client
from tests.unit.emulators.hub import HERE, ask, furnished

CALL = "repos/create-or-update-file-contents"
BODY = {"message": "m", "content": "YQ=="}
CLIENT = """
import http.client, json, sys
host, path, token = sys.argv[1:]
connection = http.client.HTTPConnection(host)
headers = {"Authorization": "Bearer " + token, "User-Agent": "somebody"}
connection.request("PUT", path, json.dumps({"message": "m", "content": "YQ=="}), headers)
connection.getresponse().read()
"""


def test_whoever_watches_is_told_before_something_is_done_and_after() -> None:
    world, seen = furnished(), []

    def watch(moment: str, call: str) -> None:
        seen.append((moment, call, world.repository().objects.at(world.repository().head(), "a.txt") is not None))

    with GitHubEmulator(world, watch=watch) as github:
        ask(github, world.job_token({"contents": "write"}), "PUT", f"{HERE}/contents/a.txt", BODY)
    assert seen == [("before", CALL, False), ("after", CALL, True)]


def test_what_is_not_done_has_no_afterwards() -> None:
    world, seen = furnished(), []
    with GitHubEmulator(world, watch=lambda moment, call: seen.append((moment, call))) as github:
        token = world.job_token({"contents": "write"})
        github.fail(CALL, UNAVAILABLE)
        github.fail(CALL, UNAVAILABLE.though_done())
        github.fail(CALL, Break.CLOSE_BEFORE_READING)
        ask(github, token, "PUT", f"{HERE}/contents/a.txt", BODY)
        ask(github, token, "PUT", f"{HERE}/contents/a.txt", BODY)
        with pytest.raises(requests.ConnectionError):
            ask(github, token, "PUT", f"{HERE}/contents/a.txt", BODY)
    assert seen == [("before", CALL), ("before", CALL), ("after", CALL)]


def test_the_other_emulator_is_watched_in_the_same_way() -> None:
    seen: list[tuple[str, str]] = []
    with GoogleEmulator(watch=lambda moment, call: seen.append((moment, call))) as google, Client(google):
        assert google.requests
    assert seen == [("before", "oauth.token"), ("after", "oauth.token")]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_client_that_is_killed_at_a_moment_leaves_the_emulator_standing(moment: str) -> None:
    world = furnished()
    clients: queue.Queue[subprocess.Popen[bytes]] = queue.Queue()

    def kill(now: str, call: str) -> None:
        if now == moment and call == CALL:
            client = clients.get(timeout=300)
            client.send_signal(signal.SIGKILL)
            client.wait()

    with GitHubEmulator(world, watch=kill) as github:
        token = world.job_token({"contents": "write"})
        host = github.root.removeprefix("http://")
        client = subprocess.Popen([sys.executable, "-c", CLIENT, host, f"{HERE}/contents/a.txt", token])
        clients.put(client)
        assert client.wait(10) == -signal.SIGKILL
        assert ask(github, token, "GET", HERE).status_code == 200
    assert world.repository().read("a.txt") == b"a"  # what was read whole is done, though nobody waits for the answer
    assert not github.violations


@pytest.mark.parametrize("length", [3, 40, 100, 190])
def test_a_request_that_breaks_off_is_no_request(length: int) -> None:
    world = furnished()
    with GitHubEmulator(world) as github:
        head = f"PUT {HERE}/contents/a.txt HTTP/1.1\r\nHost: h\r\nUser-Agent: somebody\r\nContent-Length: 200\r\n\r\n"
        whole = head.encode().ljust(200, b" ")
        port = int(github.root.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=300) as connection:
            connection.sendall(whole[:length])
            connection.shutdown(socket.SHUT_WR)
            assert connection.recv(1) == b""
    assert not github.requests
    assert not github.violations
