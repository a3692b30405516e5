"""`engine …` against a server on loopback that answers as VictoriaMetrics does."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from victron_console.cli.main import victron_console
from victron_console.contract.schemas import schema
from victron_console.model.clock import ManualClock, SystemClock
from victron_console.model.device import DeviceKey
from victron_console.model.reading import Reading
from victron_console.model.service import ServiceReading
from victron_console.store.connection import open_writable
from victron_console.store.engines import EngineProgress, Refusal, record_failure, record_progress, set_active
from victron_console.store.records import StationRecord, StationUpdate
from victron_console.store.write.writer import Writer

CHANGES = 30


class Server:
    """Takes samples; may forget those before a moment, and keep duplicates."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, int]] = []
        self.left_out = 0
        self.keeps_since = 0
        self.dedup = "1ms"
        self.url = ""

    def take(self, body: bytes) -> None:
        for row in map(json.loads, gzip.decompress(body).splitlines()):
            for at in row["timestamps"]:
                if at < self.keeps_since:
                    self.left_out += 1
                else:
                    self.taken.append((row["metric"]["__name__"], at))

    def page(self) -> str:
        return (
            f'flag{{name="dedup.minScrapeInterval", value="{self.dedup}", is_set="true"}} 1\n'
            f'vm_rows_ignored_total{{reason="small_timestamp"}} {self.left_out}\nvm_app_start_timestamp 1\n'
        )


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(made.page().encode())

        def do_POST(self) -> None:
            made.take(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        made.url = f"http://127.0.0.1:{listening.server_address[1]}"
        yield made
        listening.shutdown()


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Three days of a battery, the last of them today."""
    path, clock = tmp_path / "store.db", ManualClock(SystemClock().now() - 3 * 86_400)
    with closing(Writer(path, clock)) as writer:
        writer.register([StationRecord("alder", "Alder")])
        for n in range(CHANGES):
            reading = ServiceReading(
                "x", DeviceKey("battery", "1"), clock.now(), {"Soc": Reading(float(n), clock.now())}
            )
            writer.record(StationUpdate("alder", clock.now(), [reading]))
            clock.advance(3 * 86_400 / CHANGES)
    return path


def run(store: Path, url: str, *words: str, engines: str = "") -> Result:
    file = store.with_name("site.toml")
    named = "".join(
        f'[[engine]]\nname = "{name}"\nkind = "victoriametrics"\nurl = "{url}"\n' for name in engines.split()
    )
    file.write_text(named, encoding="utf-8")
    return CliRunner().invoke(victron_console, ["--store", str(store), "--config", str(file), "engine", *words])


def test_the_recorded_past_is_sent_whole_and_each_change_once(store: Path, server: Server) -> None:
    result = run(store, server.url, "push", "--since", "30d", engines="metrics")
    assert result.exit_code == 0 and f"{CHANGES} samples sent, 0 refused" in result.output, result.output
    assert len(server.taken) == len(set(server.taken)) == CHANGES


def test_a_span_of_the_past_is_sent_alone(store: Path, server: Server) -> None:
    result = run(store, server.url, "push", "--since", "36h", "--until", "12h", engines="metrics")
    assert result.exit_code == 0 and len(server.taken) == CHANGES // 3, result.output


def test_samples_that_the_server_left_out_are_an_error_that_says_how_many(store: Path, server: Server) -> None:
    server.keeps_since = int(SystemClock().now() - 86_400) * 1000
    result = run(store, server.url, "push", "--since", "30d", engines="metrics")
    assert result.exit_code == 1 and "left out 20: older than it keeps" in result.stderr


@pytest.mark.parametrize(
    ("engines", "words", "told"),
    [
        ("", (), "no engine is configured"),
        ("a b", (), "name one of the engines: a, b"),
        ("metrics", ("metric",), "there is no engine metric; near it are metrics"),
    ],
)
def test_a_push_that_has_no_engine_says_what_to_name(
    store: Path, server: Server, engines: str, words: tuple[str, ...], told: str
) -> None:
    result = run(store, server.url, "push", *words, "--since", "1d", engines=engines)
    assert result.exit_code == 1 and told in result.stderr and not server.taken


def test_the_status_says_what_each_engine_lacks_and_how_its_server_is(store: Path, server: Server) -> None:
    server.dedup, server.left_out = "0s", 7
    with closing(open_writable(store)) as db:
        set_active(db, ["metrics", "old"])
        record_failure(db, "old", "It fails (status 500).", 1_780_000_000.0)
        refused = Refusal(1_780_000_000.0, "alder/battery/1/Soc", 1_780_000_000.0, "7.0", "no \x1b[2Jroom")
        record_progress(db, EngineProgress("metrics", 12, refusals=[refused]), 1_780_000_000.0)
    told = run(store, server.url, "status", engines="metrics")
    assert told.exit_code == 0, told.output
    for words in ("keeps duplicates", "left out  7 samples", "12 samples", "refused   1", "configured no more"):
        assert words in told.output, told.output
    answer = json.loads(run(store, server.url, "status", "--json", engines="metrics").stdout)
    jsonschema.validate(answer, schema("engines"), jsonschema.Draft202012Validator)
    metrics, old = answer
    assert (metrics["waiting_rows"], metrics["server"]["removes_duplicates"]) == (CHANGES, False)
    assert old["failing_since"] is not None and old["server"] is None and not old["configured"]
    assert "\x1b" not in metrics["refusals"][0]["reason"]


def test_an_engine_that_does_not_answer_is_exit_status_one(store: Path) -> None:
    result = run(store, "http://127.0.0.1:9", "status", engines="metrics")
    assert result.exit_code == 1 and "cannot be reached (connection refused)" in result.output


def test_a_wrong_engine_is_told_with_its_file_and_line(store: Path) -> None:
    result = run(store, "nonsense", "status", engines="metrics")
    assert "site.toml, line 4" in result.stderr and "web address" in result.stderr, result.stderr


def test_only_an_engine_that_was_taken_out_is_forgotten(store: Path, server: Server) -> None:
    with closing(open_writable(store)) as db:
        set_active(db, ["metrics"])
    assert (
        "take its [[engine]] table out first" in run(store, server.url, "forget", "metrics", engines="metrics").stderr
    )
    assert run(store, server.url, "forget", "metrics").exit_code == 0
    assert "knows of no engine" in run(store, server.url, "forget", "metrics").stderr
