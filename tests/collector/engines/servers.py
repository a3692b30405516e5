"""Real databases for time series on loopback, and what they hold."""

from __future__ import annotations

import csv
import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.patience import wait_until

Point = tuple[str, int]
"""Station and series (`alder/battery/258/Soc`), and moment, ms."""
PROGRAMS = {"victoriametrics": "victoria-metrics", "influx": "influxd"}


def needs(kind: str) -> pytest.MarkDecorator:
    """Skips a test, with a line that says so, where a server is not installed."""
    program = PROGRAMS[kind]
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")


KINDS = [pytest.param(kind, marks=needs(kind), id=kind) for kind in PROGRAMS]


class Server:
    """One server, with its data in a folder."""

    def __init__(
        self, kind: str, folder: Path, *, options: tuple[str, ...] = (), login: tuple[str, str] | None = None
    ) -> None:
        self.kind = kind
        self._folder = folder
        self._options = options
        self._login = login
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Begin, and wait until it answers."""
        self._folder.mkdir(exist_ok=True)
        words = self._influx() if self.kind == "influx" else self._victoria()
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(words, stdout=log, stderr=log)
        wait_until(self._answers)
        if self.kind == "influx":
            httpx.post(f"{self.url}/query", params={"q": 'CREATE DATABASE "venus"'}, trust_env=False)

    def kill(self) -> None:
        """End it as a power cut of its own would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self._folder / "log").read_text()[-2000:]
        try:
            path = "/ping" if self.kind == "influx" else "/health"
            return httpx.get(self.url + path, trust_env=False, auth=self._login).is_success
        except httpx.HTTPError:
            return False

    def _victoria(self) -> list[str]:
        return [
            "victoria-metrics", f"-httpListenAddr=127.0.0.1:{self.port}", f"-storageDataPath={self._folder / 'data'}",
            "-retentionPeriod=100y", "-dedup.minScrapeInterval=1ms", *self._options,
        ]  # fmt: skip

    def _influx(self) -> list[str]:
        config = self._folder / "influx.toml"
        config.write_text(
            f"""reporting-enabled = false
bind-address = "127.0.0.1:{free_port()}"
[meta]
dir = "{self._folder}/meta"
[data]
dir = "{self._folder}/data"
wal-dir = "{self._folder}/wal"
[monitor]
store-enabled = false
[http]
bind-address = "127.0.0.1:{self.port}"
log-enabled = false
"""
        )
        return ["influxd", "run", "-config", str(config)]

    def write(self, line: str) -> None:
        """Put a point of somebody else's into an Influx."""
        answer = httpx.post(
            f"{self.url}/write", params={"db": "venus", "precision": "ms"}, content=line, trust_env=False
        )
        assert answer.is_success, answer.text

    # ---- what it holds

    def points(self) -> dict[Point, list[float]]:
        """The good numbers of every series and moment; more than one where it has it twice."""
        found: dict[Point, list[float]] = {}
        for name, at_ms, value in self._influx_points() if self.kind == "influx" else self._victoria_points():
            found.setdefault((name, at_ms), []).append(value)
        return found

    def ask(self, path: str, **params: str) -> httpx.Response:
        """An answer to a question."""
        answer = httpx.get(self.url + path, params=params, trust_env=False, timeout=60.0, auth=self._login)
        assert answer.is_success, answer.text
        return answer

    def _victoria_points(self) -> Iterator[tuple[str, int, float]]:
        self.ask("/internal/force_flush")
        for line in self.ask("/api/v1/export", **{"match[]": '{__name__!="victron_quality"}'}).text.splitlines():
            row = json.loads(line)
            of = row["metric"]
            name = f"{of['station']}/{of['class']}/{of['instance']}/{of['path']}"
            for at_ms, value in zip(row["timestamps"], row["values"], strict=True):
                yield name, at_ms, value

    def _influx_points(self) -> Iterator[tuple[str, int, float]]:
        for series in self.influx_rows('SELECT "value" FROM /.*/ GROUP BY "station", "instanceNumber"'):
            cls, _, path = series["name"].partition("/")
            name = f"{series['tags']['station']}/{cls}/{series['tags']['instanceNumber']}/{path}"
            for at_ms, value in series["values"]:
                yield name, at_ms, value

    def influx_rows(self, question: str) -> list[dict[str, Any]]:
        """The series of an InfluxQL answer."""
        answer = self.ask("/query", db="venus", epoch="ms", q=question).json()
        (result,) = answer["results"]
        assert "error" not in result, result
        found: list[dict[str, Any]] = result.get("series", [])
        return found


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(kind: str, folder: Path, *options: str, login: tuple[str, str] | None = None) -> Iterator[Server]:
    """A server, until the end of a test."""
    server = Server(kind, folder, options=options, login=login)
    server.start()
    try:
        yield server
    finally:
        server.kill()


def recorded(store: Path, until_ms: int) -> dict[Point, float]:
    """The good numbers that a store holds up to a moment, as the program exports them.

    Where a device was not heard for a while an export says what it said before again: that is no change, and left out.
    """
    file = store.with_suffix(".csv")
    words = [sys.executable, "-m", "victron_console", "--store", str(store), "export", "--since", "2000-01-01"]
    subprocess.run([*words, "--output", str(file)], check=True, capture_output=True)
    found: dict[Point, float] = {}
    last: dict[str, float] = {}
    with file.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            at_ms = round(datetime.fromisoformat(row["time"]).timestamp() * 1000)
            if row["quality"] == "good" and at_ms <= until_ms:
                name = f"{row['station']}/{row['series']}"
                with suppress(ValueError):  # a text
                    value = float(row["value"])
                    if last.get(name) != value:
                        found[name, at_ms] = last[name] = value
    return found
