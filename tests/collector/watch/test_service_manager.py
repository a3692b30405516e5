"""What a service manager is told, on a real datagram socket."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.patience import PATIENCE_S

from victron_console.collector.watch.service_manager import ServiceManager


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(tmp_path / "notify"))
        heard.settimeout(PATIENCE_S)
        yield heard


def environ(manager: socket.socket, **more: str) -> dict[str, str]:
    return {"NOTIFY_SOCKET": manager.getsockname(), **more}


def told(manager: socket.socket) -> list[str]:
    """Everything that was said by now."""
    manager.setblocking(False)
    said = []
    while True:
        try:
            said.append(manager.recv(4096).decode())
        except BlockingIOError:
            return said


def test_a_service_is_ready_alive_three_times_in_the_limit_and_stopping(manager: socket.socket) -> None:
    service = ServiceManager(environ(manager, WATCHDOG_USEC="120000000", WATCHDOG_PID=str(os.getpid())))
    service.ready("polls 3 stations")
    for tenths in range(1200):
        service.alive(tenths / 10)
    service.stopping()
    assert told(manager) == ["READY=1\nSTATUS=polls 3 stations", *["WATCHDOG=1"] * 3, "STOPPING=1"]


def test_no_sign_of_life_is_given_where_none_is_asked_for_or_another_process_is_meant(manager: socket.socket) -> None:
    for more in ({}, {"WATCHDOG_USEC": "1000000", "WATCHDOG_PID": "1"}, {"WATCHDOG_USEC": "soon"}):
        ServiceManager(environ(manager, **more), pid=77).alive(10.0)
    assert told(manager) == []


def test_an_address_without_a_file_is_reached() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(f"\0victron-console-test-{os.getpid()}")
        ServiceManager({"NOTIFY_SOCKET": f"@victron-console-test-{os.getpid()}"}).stopping()
        assert told(heard) == ["STOPPING=1"]


def test_a_manager_that_is_gone_or_was_never_there_ends_nothing(tmp_path: Path) -> None:
    for address in ("", str(tmp_path / "gone"), "@"):
        service = ServiceManager({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "1000000"})
        service.ready("")
        service.alive(0.0)


@pytest.mark.slow
def test_the_collector_says_ready_then_that_it_lives_then_that_it_stops(manager: socket.socket, tmp_path: Path) -> None:
    config = tmp_path / "one.toml"
    config.write_text('[[station]]\nid = "alder"\nname = "Alder"\nurl = "http://127.0.0.1:1"\n')
    command = [sys.executable, "-m", "victron_console", "collect", "--config", str(config)]
    command += ["--store", str(tmp_path / "store.db")]
    collector = subprocess.Popen(command, env={**os.environ, **environ(manager, WATCHDOG_USEC="600000")})
    try:
        assert manager.recv(4096) == b"READY=1\nSTATUS=polls 1 stations"
        assert [manager.recv(4096) for _ in range(3)] == [b"WATCHDOG=1"] * 3
        collector.terminate()
        while (said := manager.recv(4096)) == b"WATCHDOG=1":
            pass
        assert said == b"STOPPING=1"
        assert collector.wait(PATIENCE_S) == 0
    finally:
        collector.kill()
        collector.wait()
