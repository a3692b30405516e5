"""The server over real loopback: the same manners as the real one, measured on version 3.2.0."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from tests.patience import PATIENCE_S, wait_until

from victron_console.model.clock import SystemClock
from victron_console.simulator.scenario import Faults
from victron_console.simulator.server import StationServer

BATTERY, SETTINGS = "com.victronenergy.battery.ttyUSB0", "com.victronenergy.settings"
BUS: dict[str, dict[str, Any]] = {
    BATTERY: {"Dc/0/Voltage": 26.4, "Dc/0/Current": [], "Soc": 81},
    SETTINGS: {"Settings/System/TimeZone": "UTC"},
}


@contextmanager
def serving(
    faults: Callable[[], Faults] = Faults, bus: dict[str, dict[str, Any]] = BUS, hang_s: float = 50.0
) -> Iterator[StationServer]:
    server = StationServer(bus=lambda: bus, faults=faults, now=lambda: 1.8e9, clock=SystemClock(), host="127.0.0.1",
                           port=0, hang_s=hang_s)  # fmt: skip
    server.start()
    try:
        yield server
    finally:
        server.stop()


def ask(server: StationServer, target: str, method: str = "GET", timeout_s: float = PATIENCE_S) -> tuple[int, str, str]:
    """Status, head and body of one request over a bare socket."""
    with socket.create_connection((server.host, server.port), timeout=timeout_s) as connection:
        connection.sendall(f"{method} {target} HTTP/1.0\r\nContent-Length: 0\r\n\r\n".encode())
        raw = b""
        while chunk := connection.recv(65536):
            raw += chunk
    head, _, body = raw.decode().partition("\r\n\r\n")
    return int(head.split()[1]), head, body


def test_answers_are_http_1_0_without_length() -> None:
    with serving() as server:
        status, head, body = ask(server, "/health")
    assert status == 200
    assert head.startswith("HTTP/1.0 200")
    assert "content-length" not in head.lower()
    assert "keep-alive" not in head.lower()
    assert "Date: Fri, 15 Jan 2027 08:00:00 GMT" in head
    assert json.loads(body)["status"] == "healthy"
    assert body.startswith('{\n  "service"')


def test_root_names_the_program_and_services_are_counted() -> None:
    with serving() as server:
        assert json.loads(ask(server, "/")[2])["name"] == "Victron DBus API Server"
        services = json.loads(ask(server, "/services")[2])
    assert services == {"services": [BATTERY, SETTINGS], "count": 2, "success": True}


def test_values_come_whole_as_branch_or_alone() -> None:
    with serving() as server:
        whole, branch, leaf = (
            json.loads(ask(server, f"/value?service={BATTERY}&path={path}")[2])
            for path in ("/", "/Dc/0", "/Dc/0/Voltage")
        )
        text = json.loads(ask(server, f"/text?service={BATTERY}&path=/Soc")[2])
    assert whole == {"service": BATTERY, "path": "/", "value": BUS[BATTERY], "success": True}
    assert branch["value"] == {"Voltage": 26.4, "Current": []}
    assert leaf["value"] == 26.4
    assert text["text"] == "81"


def test_missing_path_and_unknown_service_give_the_same_404() -> None:
    with serving() as server:
        path = ask(server, f"/value?service={BATTERY}&path=/Nope")
        service = ask(server, "/value?service=com.victronenergy.nope&path=/Nope")
    assert path[0] == service[0] == 404
    assert json.loads(path[2])["value"] is None
    assert json.loads(path[2]) | {"service": "", "error": ""} == json.loads(service[2]) | {"service": "", "error": ""}


def test_missing_parameter_is_400_and_unknown_address_404() -> None:
    with serving() as server:
        assert ask(server, "/value?service=x")[0] == 400
        assert ask(server, "/nope")[0] == 404


def test_settings_are_described_with_a_leading_slash() -> None:
    with serving() as server:
        settings = json.loads(ask(server, "/settings")[2])["settings"]
    assert settings["/Settings/System/TimeZone"]["Value"] == "UTC"


def test_writing_is_refused_and_other_methods_are_unknown() -> None:
    with serving() as server:
        assert ask(server, "/value", "POST")[0] == 403
        assert ask(server, "/value", "PUT")[0] == 501
        assert ask(server, "/ai-write-status")[0] == 200


def test_an_idle_connection_blocks_everyone_else() -> None:
    with serving() as server:
        with socket.create_connection((server.host, server.port)), pytest.raises(TimeoutError):
            ask(server, "/health", timeout_s=0.4)
        assert ask(server, "/health")[0] == 200


def test_a_hung_service_blocks_the_server_and_then_reads_as_missing() -> None:
    with serving(lambda: Faults(hung_class="battery"), hang_s=0.6) as server:
        started, answers = time.monotonic(), []
        slow = threading.Thread(target=lambda: answers.append(ask(server, f"/value?service={BATTERY}&path=/")))
        slow.start()
        wait_until(lambda: server.connections)
        assert ask(server, "/health")[0] == 200
        waited = time.monotonic() - started
        slow.join()
    assert waited > 0.5
    assert answers[0][0] == 404


def test_hung_settings_answer_empty_with_success() -> None:
    with serving(lambda: Faults(hung_class="settings"), hang_s=0.05) as server:
        assert json.loads(ask(server, "/settings")[2]) == {"settings": {}, "success": True}


def is_up(server: StationServer) -> bool:
    try:
        return ask(server, "/health")[0] == 200
    except (ConnectionError, IndexError):
        return False


@pytest.mark.slow
def test_lost_communication_refuses_and_comes_back_on_the_same_port() -> None:
    lost = threading.Event()
    with serving(lambda: Faults(comms_lost=lost.is_set())) as server:
        assert ask(server, "/health")[0] == 200
        lost.set()
        wait_until(lambda: not is_up(server))
        with pytest.raises(ConnectionRefusedError):
            ask(server, "/health")
        lost.clear()
        wait_until(lambda: is_up(server))


def test_stopping_lets_go_of_an_idle_client() -> None:
    with serving() as server, socket.create_connection((server.host, server.port)) as idle:
        wait_until(lambda: server.connections)
        server.stop()
        assert idle.recv(1) == b""


def test_a_taken_port_is_an_error_at_once() -> None:
    with serving() as server, pytest.raises(OSError):
        StationServer(bus=lambda: BUS, faults=Faults, now=lambda: 0.0, clock=SystemClock(), host=server.host,
                      port=server.port)  # fmt: skip
