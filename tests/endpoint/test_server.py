"""The server against real sockets: callers that are many, silent, or speak something else."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from http.client import HTTPConnection
from typing import TYPE_CHECKING

import pytest
from tests.patience import PATIENCE_S, wait_until

from victron_console.endpoint import server as server_module
from victron_console.endpoint.address import address_from
from victron_console.endpoint.server import CONNECTIONS, CannotListen, HttpServer, text_answer

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment


def application(request: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
    if request["PATH_INFO"] == "/fault":
        raise ZeroDivisionError("a fault of ours")
    status, headers, body = text_answer("200 OK", "fine")
    start(status, headers)
    return [body]


@pytest.fixture
def server() -> Iterator[HttpServer]:
    with HttpServer(address_from("0"), application) as running:
        yield running


def ask(server: HttpServer, path: str = "/") -> tuple[int, bytes]:
    connection = HTTPConnection(str(server.address.host), server.address.port, timeout=PATIENCE_S)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_answers_on_the_port_that_it_took(server: HttpServer) -> None:
    assert ask(server) == (200, b"fine\n")


def test_an_address_that_is_taken_is_told_in_a_sentence(server: HttpServer) -> None:
    with pytest.raises(CannotListen, match=f"cannot listen on {server.address}: Address already in use"):
        HttpServer(server.address, application)


def test_silent_callers_take_no_more_than_their_places(server: HttpServer) -> None:
    where = (str(server.address.host), server.address.port)
    silent = [socket.create_connection(where, PATIENCE_S) for _ in range(CONNECTIONS)]
    with socket.create_connection(where, PATIENCE_S) as one_more:
        assert one_more.recv(1) == b""
    for caller in silent:
        caller.close()

    def answers() -> bool:
        try:
            return ask(server)[0] == 200
        except OSError:
            return False

    wait_until(answers)


def test_a_connection_ends_at_its_deadline_however_it_trickles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "DEADLINE_S", 0.05)
    monkeypatch.setattr(server_module._Handler, "timeout", None)  # or its silence would end it, too
    with (
        HttpServer(address_from("0"), application) as running,
        socket.create_connection((str(running.address.host), running.address.port), PATIENCE_S) as slow,
    ):
        slow.sendall(b"GET / HTTP/1.0\r\nX-Trickles: ")
        assert slow.recv(1) == b""


def test_what_is_no_http_and_what_fails_inside_takes_nothing_from_the_next(server: HttpServer) -> None:
    with socket.create_connection((str(server.address.host), server.address.port), PATIENCE_S) as strange:
        strange.sendall(b"\x16\x03\x01\x00\xff\x01\n\n")
        strange.recv(100)
    assert ask(server, "/fault")[0] == 500
    assert ask(server)[0] == 200


def test_closing_frees_the_port() -> None:
    with HttpServer(address_from("0"), application) as running:
        address = running.address
    with HttpServer(address, application) as again:
        assert ask(again)[0] == 200
