"""`store import --influx` against a server on loopback that answers as 1.6.7 does."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner, Result

from victron_console.cli.main import victron_console
from victron_console.model.clock import SystemClock
from victron_console.store.read.reader import Reader

T = 1_780_000_200.0
OPENED = ("--influx", "{server}", "--as", "a", "--secret", "env:INFLUX")
ANSWERS = {
    "SHOW TAG": [["portalId", "c0"]],
    "SHOW SERIES": [["battery/Soc,instanceNumber=512,portalId=c0"], ["battery/Soc,instanceNumber=258,portalId=c0"]],
    "count": [[int(T * 1000), 5], [int(T * 1000) + 300_000, 5]],
    "'512'": [[int(T * 1000), 50, None]],
    "'258'": [[int(T * 1000) + 60_000, 60, None]],
}


@pytest.fixture
def server() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            question = parse_qs(urlsplit(self.path).query)["q"][0]
            values = next(rows for part, rows in ANSWERS.items() if part in question)
            right = self.headers.get("authorization") == "Token open sesame"
            body = {"results": [{"series": [{"values": values}]}]} if right else {"error": "authorization failed"}
            self.send_response(200 if right else 401)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode() + b"\n")

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{made.server_address[1]}"
        made.shutdown()


def run(store: Path, *words: str) -> Result:
    return CliRunner().invoke(victron_console, ["--store", str(store), "store", "import", *words])


def test_a_station_is_taken_in_with_its_origin_told_and_its_devices_renamed(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INFLUX", "open sesame")
    store = tmp_path / "store.db"
    words = ("--influx", server, "--as", "alder", "--secret", "env:INFLUX", "--since", "2026-05-01T00:00")
    told = run(store, *words, "--rename", "battery/512=battery/258")
    assert told.exit_code == 0, told.output
    assert "alder: 1 series, 2 changes, 0 gaps" in told.output and "sesame" not in told.output
    with closing(Reader(store, SystemClock())) as reader:
        points = reader.history("alder", "battery/258/Soc", T - 60.0, T + 3600.0)
        assert [(point.at, point.value) for point in points] == [(T, 50), (T + 60.0, 60)]
        (event,) = reader.events(0.0, 2e10, "alder")
    assert f"past taken in: InfluxDB at {server}, database venus, portal id c0" in event.text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "give either FILE"),
        (("--influx", "x"), "--as ID"),
        (("--portal", "c0", "--vrm-csv"), "give either FILE"),
        (("--influx", "x", "--as", "a", "--secret", "plain"), "a reference"),
        (("--influx", "{server}", "--as", "a", "--secret", "env:WRONG"), "refused the login"),
        ((*OPENED, "--portal", "c9"), "has nothing of 'c9': it has c0"),
        ((*OPENED, "--rename", "battery/1"), "names no two devices"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_and_leaves_no_store(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: str
) -> None:
    monkeypatch.setenv("INFLUX", "open sesame")
    monkeypatch.setenv("WRONG", "guess")
    told = run(tmp_path / "store.db", *(word.format(server=server) for word in words))
    assert told.exit_code != 0
    assert said in told.output
    assert not (tmp_path / "store.db").exists()
