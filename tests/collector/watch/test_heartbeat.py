"""Signs of life reach who shall hear them, and only while stations are polled; a watcher notices when they end."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.patience import PATIENCE_S

from victron_console.collector.watch import heartbeat, other_collectors
from victron_console.collector.watch.file_thread import THREAD_NAME
from victron_console.collector.watch.heartbeat import AGAIN_S, Beat, Heartbeat
from victron_console.collector.watch.other_collectors import OtherCollectors
from victron_console.config import HeartbeatSettings, load
from victron_console.model.clock import ManualClock

T0 = 1_800_000_000.0


class Web:
    """A web server that can refuse; what it was asked for, and what it serves."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.status = 200
        self.body = b"OK"
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                web.asked.append(self.path)
                self.send_response(web.status)
                self.end_headers()
                self.wfile.write(web.body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def web() -> Iterator[Web]:
    made = Web()
    thread = threading.Thread(target=made.server.serve_forever)
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(T0)


@pytest.fixture
def told() -> list[str]:
    return []


class Beating:
    """A collector's heartbeat, and whether its loop turns."""

    def __init__(self, clock: ManualClock, told: list[str], **settings: object) -> None:
        self.beat: Beat | None = Beat(T0 - 60.0, 21, "")
        self._clock = clock

        async def alarm(problem: str) -> None:
            if problem or told:
                told.append(problem)

        self.heartbeat = Heartbeat(clock, lambda: self.beat, alarm)
        self.heartbeat.use(HeartbeatSettings.model_validate(settings))

    async def after(self, seconds: float) -> None:
        self._clock.advance(seconds)
        await self.heartbeat.turn()


async def test_address_file_and_command_hear_each_beat(
    clock: ManualClock, told: list[str], web: Web, tmp_path: Path
) -> None:
    heard, file = tmp_path / "heard", tmp_path / "beat.json"
    command = [sys.executable, "-S", "-E", "-c", f"import sys; open({str(heard)!r}, 'a').write(sys.stdin.read())"]
    beating = Beating(clock, told, url=f"{web.url}/ping?x=1", command=command, file=str(file), every="1m")
    for _ in range(6):
        await beating.after(30.0)
    assert web.asked == ["/ping?x=1"] * 3
    assert heard.read_text().count('"stations": 21') == 3
    said = json.loads(file.read_text())
    assert (said["at"], said["started_at"], said["trouble"]) == (
        "2027-01-15T08:02:30.000Z",
        "2027-01-15T07:59:00.000Z",
        "",
    )
    assert told == []


async def test_no_beat_is_given_while_the_polls_stand_still(clock: ManualClock, told: list[str], web: Web) -> None:
    beating = Beating(clock, told, url=web.url, every="1m")
    await beating.after(0.0)
    beating.beat = None
    for _ in range(10):
        await beating.after(60.0)
    assert len(web.asked) == 1


async def test_a_call_that_fails_twice_is_an_alarm_until_one_is_heard(
    clock: ManualClock, told: list[str], web: Web
) -> None:
    beating = Beating(clock, told, url=f"{web.url}/secret", every="5m")
    web.status = 500
    await beating.after(0.0)
    assert told == []
    await beating.after(AGAIN_S)
    web.status = 200
    await beating.after(AGAIN_S)
    assert told == ["The address of [heartbeat] answers with status 500.", ""]
    assert "secret" not in told[0]


async def test_what_cannot_be_reached_written_or_run_is_said(
    clock: ManualClock, told: list[str], tmp_path: Path
) -> None:
    beating = Beating(clock, told, url="http://127.0.0.1:1", command=["/nowhere"], file=str(tmp_path / "no" / "beat"))
    await beating.after(0.0)
    await beating.after(AGAIN_S)
    (said,) = told
    assert "cannot be written (No such file or directory)" in said
    assert "cannot be reached (ConnectError)" in said
    assert "/nowhere cannot be run" in said and "[heartbeat]" in said


class Watching:
    """A collector that watches another by a file or an address."""

    def __init__(self, clock: ManualClock, told: list[str], **watched: object) -> None:
        self._clock = clock

        async def alarm(problem: str) -> None:
            if problem or told:
                told.append(problem)

        self.others = OtherCollectors(clock, alarm)
        self.others.use(HeartbeatSettings.model_validate({"watch": [{"name": "north", **watched}]}).watch)

    async def after(self, seconds: float) -> None:
        self._clock.advance(seconds)
        await self.others.turn()


def write_beat(file: Path, at: float, trouble: str = "") -> None:
    file.write_text(json.dumps(Beat(T0, 3, trouble).to_json(at, 300.0)))


async def test_a_collector_that_falls_silent_is_told_once_and_when_it_is_back(
    clock: ManualClock, told: list[str], tmp_path: Path
) -> None:
    file = tmp_path / "beat.json"
    watching = Watching(clock, told, file=str(file), silent_after="15m")
    for _ in range(4):
        write_beat(file, clock.now())
        await watching.after(300.0)
    assert told == []
    for _ in range(8):
        await watching.after(300.0)
    write_beat(file, clock.now())
    await watching.after(0.0)
    assert told == ["north: no beat for more than 15 min", ""]


async def test_what_the_other_says_is_wrong_with_it_is_told(
    clock: ManualClock, told: list[str], tmp_path: Path
) -> None:
    watching = Watching(clock, told, file=str(tmp_path / "beat.json"))
    write_beat(tmp_path / "beat.json", T0, "the disk is full")
    await watching.after(0.0)
    assert told == ["north: the disk is full"]


@pytest.mark.parametrize("skew_s", [-7200.0, 7200.0])
async def test_a_clock_that_is_wrong_over_there_hides_no_silence_and_makes_none(
    clock: ManualClock, told: list[str], tmp_path: Path, skew_s: float
) -> None:
    file = tmp_path / "beat.json"
    watching = Watching(clock, told, file=str(file), silent_after="15m")
    for _ in range(6):
        write_beat(file, clock.now() + skew_s)
        await watching.after(300.0)
    assert told[2:] == [] and told[-1:] in ([], [""])  # behind: silent by its clock until the next beat
    told.clear()
    for _ in range(4):
        await watching.after(300.0)
    assert told == ["north: no beat for more than 15 min"]


async def test_one_that_was_silent_before_the_watcher_began_is_told_at_once(
    clock: ManualClock, told: list[str], tmp_path: Path
) -> None:
    write_beat(tmp_path / "beat.json", T0 - 3600.0)
    await Watching(clock, told, file=str(tmp_path / "beat.json")).after(0.0)
    assert told == ["north: no beat for more than 15 min"]


@pytest.mark.parametrize("body", ["", "OK", "[]", '{"at": 7}', '{"at": "soon"}', "[" * 30_000, '{"at": "\ud800"}'])
async def test_what_is_no_beat_counts_as_none(clock: ManualClock, told: list[str], tmp_path: Path, body: str) -> None:
    (tmp_path / "beat.json").write_bytes(body.encode(errors="surrogatepass"))
    watching = Watching(clock, told, file=str(tmp_path / "beat.json"))
    await watching.after(0.0)
    assert told == []
    await watching.after(900.0)
    assert told == ["north: no beat was ever read (it holds no beat of a collector)"]


async def test_a_beat_that_is_served_is_watched_as_well(
    clock: ManualClock, told: list[str], web: Web, tmp_path: Path
) -> None:
    watching = Watching(clock, told, url=f"{web.url}/beat.json", silent_after="15m")
    web.body = json.dumps(Beat(T0, 3, "").to_json(clock.now(), 300.0)).encode()
    await watching.after(0.0)
    web.status = 404
    await watching.after(901.0)
    assert told == ["north: no beat for more than 15 min (its address answers with status 404)"]


async def test_more_than_a_beat_is_not_taken_in(clock: ManualClock, told: list[str], web: Web) -> None:
    web.body = b"x" * 5_000_000
    watching = Watching(clock, told, url=web.url)
    await watching.after(900.0)
    assert told == ["north: no beat was ever read (it holds no beat of a collector)"]


@contextmanager
def never_opened(file: Path) -> Iterator[Callable[[], int]]:
    """A file that hangs whoever opens it, as one of a machine that went away; gives how many hang there."""
    os.mkfifo(file)

    def hanging() -> list[threading.Thread]:
        return [thread for thread in threading.enumerate() if thread.name == THREAD_NAME]

    yield lambda: len(hanging())
    waited_for = hanging()
    os.close(os.open(file, os.O_RDWR | os.O_NONBLOCK))
    for thread in waited_for:
        thread.join(PATIENCE_S)


async def test_a_beat_that_hangs_whoever_reads_it_is_said_and_costs_one_thread(
    clock: ManualClock, told: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(other_collectors, "TIMEOUT_S", 0.05)
    watching = Watching(clock, told, file=str(tmp_path / "beat.json"))
    with never_opened(tmp_path / "beat.json") as hanging:
        for _ in range(40):
            await watching.after(30.0)
        assert told == ["north: no beat was ever read (its file does not answer)"]
        assert hanging() == 1


async def test_a_file_that_hangs_whoever_writes_it_is_said_and_the_other_places_hear_the_beat(
    clock: ManualClock, told: list[str], web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "TIMEOUT_S", 0.05)
    beating = Beating(clock, told, url=web.url, file=str(tmp_path / "beat.json"), every="1m")
    with never_opened(tmp_path / "beat.json.part") as hanging:
        for _ in range(10):
            await beating.after(60.0)
        assert told[0] == f"{tmp_path / 'beat.json'} cannot be written (it does not answer)."
        assert (len(web.asked), hanging()) == (10, 1)


async def test_another_file_is_written_though_the_one_before_still_hangs(
    clock: ManualClock, told: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "TIMEOUT_S", 0.05)
    beating = Beating(clock, told, file=str(tmp_path / "away.json"), every="1m")
    with never_opened(tmp_path / "away.json.part"):
        await beating.after(0.0)
        monkeypatch.setattr(heartbeat, "TIMEOUT_S", PATIENCE_S)
        beating.heartbeat.use(HeartbeatSettings.model_validate({"file": str(tmp_path / "here.json"), "every": "1m"}))
        await beating.after(0.0)
        assert (tmp_path / "here.json").exists()


def test_the_table_says_what_is_wrong_with_it_and_what_is_right_holds(tmp_path: Path) -> None:
    file = tmp_path / "heartbeat.toml"
    file.write_text(
        '[heartbeat]\nurl = "https://hc-ping.com/1-2?x=3"\nevery = "1s"\nfile = "beat.json"\n'
        '[[heartbeat.watch]]\nname = "north"\nfile = "north.json"\n'
        '[[heartbeat.watch]]\nname = "south"\n'
        '[[heartbeat.watch]]\nname = "east"\nurl = "ftp://hush"\n'
    )
    loaded = load([file])
    assert [(fault.line, fault.key) for fault in loaded.faults] == [
        (3, "heartbeat.every"),
        (8, "heartbeat.watch.1"),
        (12, "heartbeat.watch.2.url"),
    ]
    assert "hush" not in "".join(map(str, loaded.faults))
    assert loaded.heartbeat.every == 300
    assert loaded.heartbeat.file == tmp_path / "beat.json"
    assert [each.name for each in loaded.heartbeat.watch] == ["north"]
    assert tmp_path / "north.json" not in loaded.referred
