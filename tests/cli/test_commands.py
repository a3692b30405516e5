"""The commands as a new user runs them: a process of their own, simulated stations on loopback, a real store."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from tests.patience import PATIENCE_S, wait_until

from victron_console.simulator.fleet import demo_specs
from victron_console.simulator.simulated import SimulatedFleet

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def stations() -> Iterator[SimulatedFleet]:
    with SimulatedFleet(demo_specs(3), warm_up_s=600) as fleet:
        yield fleet


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """An environment in which no file of this machine's user is seen or written."""
    own = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    return {**os.environ, **own, "VICTRON_CONSOLE_SSDP": "off"}  # nothing is searched for on the real network


@pytest.fixture
def config(tmp_path: Path, stations: SimulatedFleet) -> Path:
    file = tmp_path / "stations.toml"
    tables = [f'[[station]]\nid = "{s.id}"\nname = "{s.name}"\nurl = "{s.url}"\n' for s in stations.stations]
    file.write_text("\n".join(tables))
    return file


def run(home: dict[str, str], cwd: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "victron_console", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, env=home, cwd=cwd, check=False)


def test_collect_once_records_every_station_and_status_and_export_tell_of_them(
    home: dict[str, str], tmp_path: Path, config: Path, stations: SimulatedFleet
) -> None:
    where = ("--config", str(config), "--store", str(tmp_path / "store.db"))
    collected = run(home, tmp_path, *where, "collect", "--once")
    assert collected.returncode == 0, collected.stderr
    told = run(home, tmp_path, *where, "status", "--json")
    data = json.loads(told.stdout)
    assert {s["id"]: s["state"] for s in data["stations"]} == dict.fromkeys((s.id for s in stations.stations), "live")
    assert all(s["soc_percent"] is not None and s["age_s"] < 30 for s in data["stations"])
    assert data["fleet"]["fresh"] == 3
    assert data["collector"]["running"] is False
    assert data["collector"]["beat_age_s"] < 60
    table = run(home, tmp_path, *where, "status").stdout
    assert all(station.name in table for station in stations.stations)
    assert re.search(r"^Collector: last beat \d+ s ago\.$", table, re.MULTILINE)
    soc = run(home, tmp_path, *where, "export", "--station", "alder-farm", "--series", "system/*/Dc/Battery/Soc")
    rows = list(csv.DictReader(io.StringIO(soc.stdout)))
    assert {row["series"] for row in rows} == {"system/0/Dc/Battery/Soc"}
    assert rows[0]["quality"] == "good"


def test_collect_ends_cleanly_on_sigterm_and_the_next_starts_at_once(
    home: dict[str, str], tmp_path: Path, config: Path
) -> None:
    store = tmp_path / "store.db"
    command = [sys.executable, "-m", "victron_console", "--config", str(config), "--store", str(store), "collect"]
    for _ in range(2):
        collector = subprocess.Popen(command, env=home, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
        wait_until_live(home, tmp_path, store)
        second = run(home, tmp_path, *command[3:])
        assert second.returncode == 1
        assert f"process {collector.pid}" in second.stderr
        collector.send_signal(signal.SIGTERM)
        _, said = collector.communicate(timeout=PATIENCE_S)
        assert collector.returncode == 0, said


def wait_until_live(home: dict[str, str], cwd: Path, store: Path) -> None:
    def live() -> bool:
        told = run(home, cwd, "--store", str(store), "status", "--json")
        return bool(told.stdout) and {s["state"] for s in json.loads(told.stdout)["stations"]} == {"live"}

    wait_until(live)


def test_check_tells_all_faults_with_file_and_key(home: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "broken.toml"
    file.write_text('[[station]]\nid = "A b"\nname = "x"\nurl = "ftp://x"\nlatitude = 3\n')
    told = run(home, tmp_path, "--config", str(file), "check")
    assert told.returncode == 1
    assert told.stdout.count("broken.toml") == 3
    assert "latitude" in told.stdout


def test_check_probe_says_who_answers_and_who_does_not(
    home: dict[str, str], tmp_path: Path, config: Path, stations: SimulatedFleet
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with config.open("a") as file:
        file.write(f'\n[[station]]\nid = "nobody"\nname = "Nobody"\nurl = "http://127.0.0.1:{port}"\n')
    told = run(home, tmp_path, "--config", str(config), "check", "--probe")
    assert told.returncode == 1
    lines = dict(line.split(": ", 1) for line in told.stdout.splitlines() if ": " in line)
    assert "services" in lines["alder-farm"]
    assert f"127.0.0.1:{port}" in lines["nobody"]


def test_add_asks_the_station_and_writes_a_file_that_check_accepts(
    home: dict[str, str], tmp_path: Path, stations: SimulatedFleet
) -> None:
    told = run(home, tmp_path, "add", stations.stations[0].url, "--name", "Väre [1]")
    assert told.returncode == 0, told.stderr
    assert (tmp_path / "config" / "victron-console" / "vare-1.toml").exists()
    assert "1 station in 1 file, 0 faults" in run(home, tmp_path, "check").stdout


def test_add_takes_a_host_alone_and_refuses_an_address_that_a_station_has(
    home: dict[str, str], tmp_path: Path, stations: SimulatedFleet
) -> None:
    host = stations.stations[0].url.removeprefix("http://")
    told = run(home, tmp_path, "add", host)
    assert told.returncode == 0, told.stderr
    (file,) = (tmp_path / "config" / "victron-console").glob("*.toml")
    again = run(home, tmp_path, "add", stations.stations[0].url, "--name", "Twice")
    assert again.returncode == 1
    assert f"{host} is configured already: station {file.stem} (" in again.stderr
    assert str(file) in again.stderr


def test_status_without_a_store_cannot_tell(home: dict[str, str], tmp_path: Path) -> None:
    told = run(home, tmp_path, "--store", str(tmp_path / "none.db"), "status", "--json")
    assert told.returncode == 3
    assert told.stdout == ""
    assert "collect" in told.stderr


def test_collect_without_stations_says_what_to_do(home: dict[str, str], tmp_path: Path) -> None:
    told = run(home, tmp_path, "collect")
    assert told.returncode == 1
    assert "victron-console add" in told.stderr


def test_a_store_of_another_program_is_refused_with_a_sentence(
    home: dict[str, str], tmp_path: Path, config: Path
) -> None:
    store = tmp_path / "letter.db"
    store.write_text("Dear diary, " * 100)
    told = run(home, tmp_path, "--config", str(config), "--store", str(store), "collect", "--once")
    assert told.returncode == 1
    assert "is no store" in told.stderr
    assert store.read_text().startswith("Dear diary")


def test_simulate_serves_stations_until_it_is_stopped(home: dict[str, str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "victron_console", "simulate", "--stations", "1", "--port", "0"]
    served = subprocess.Popen(command, env=home, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    assert served.stdout is not None
    _, url, _ = served.stdout.readline().split("\t")
    assert run(home, tmp_path, "add", url).returncode == 0
    served.send_signal(signal.SIGTERM)
    assert served.wait(timeout=PATIENCE_S) == 0
    served.stdout.close()


def test_check_names_faults_of_rule_files_and_links_that_lead_nowhere(home: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "stations"
    (folder / "rules").mkdir(parents=True)
    (folder / "rules" / "own.toml").write_text("nonsense = [")
    (folder / "loop.toml").symlink_to("loop.toml")
    (folder / "good.toml").write_text('[[station]]\nid = "good"\nname = "Good"\nurl = "http://127.0.0.1:1"\n')
    told = run(home, tmp_path, "--config", str(folder), "check")
    assert told.returncode == 1
    assert "own.toml" in told.stdout
    assert "loop.toml" in told.stdout
    assert "1 station in" in told.stdout


def test_add_makes_the_folder_that_config_names(home: dict[str, str], tmp_path: Path, stations: SimulatedFleet) -> None:
    folder = tmp_path / "new" / "stations"
    told = run(home, tmp_path, "add", stations.stations[0].url, "--name", "New", "--config", str(folder))
    assert told.returncode == 0, told.stderr
    assert (folder / "new.toml").exists()


def test_collect_serves_a_page_for_prometheus_while_it_polls(
    home: dict[str, str], tmp_path: Path, config: Path, stations: SimulatedFleet
) -> None:
    where = ["--config", str(config), "--store", str(tmp_path / "store.db")]
    command = [sys.executable, "-m", "victron_console", *where, "collect", "--metrics", "0"]
    collector = subprocess.Popen(command, env=home, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    try:
        assert collector.stderr is not None
        address = re.fullmatch(r"Metrics at (http://127\.0\.0\.1:\d+/metrics)\n", collector.stderr.readline())
        assert address is not None

        def page() -> str:
            with urlopen(address[1], timeout=PATIENCE_S) as answer:
                return str(answer.read(), "utf-8")

        lines = [f'victron_battery_soc_percent{{station="{station.id}"}} ' for station in stations.stations]
        wait_until(lambda: all(line in page() for line in lines))
        told = page()
        assert re.search(r'victron_station_polls_total\{result="answered",station="[^"]+"\} [1-9]', told)
        assert "process_resident_memory_bytes " in told
    finally:
        collector.send_signal(signal.SIGTERM)
        collector.communicate(timeout=PATIENCE_S)
    assert collector.returncode == 0


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--listen", "0"), "--listen and --token go together"),
        (("--token", "env:T"), "--listen and --token go together"),
        (("--listen", "0.0.0.0:0", "--token", "env:T"), "needs --certificate and --key"),
        (("--listen", "0", "--token", "env:T", "--key", "k.pem"), "--certificate and --key go together"),
        (("--listen", "0", "--token", "env:T"), "the environment variable 'T' to be set"),
        (("--listen", "nowhere", "--token", "env:T"), "no address to listen on"),
        (("--once", "--listen", "0", "--token", "env:T"), "leave out --once"),
    ],
)
def test_what_cannot_be_listened_on_is_refused_before_anything_is_polled(
    home: dict[str, str], tmp_path: Path, config: Path, words: tuple[str, ...], why: str
) -> None:
    told = run(home, tmp_path, "--config", str(config), "--store", str(tmp_path / "store.db"), "collect", *words)
    assert told.returncode != 0
    assert why in " ".join(told.stderr.split())
    assert not (tmp_path / "store.db").exists()


def test_the_page_is_refused_where_it_cannot_be_served(home: dict[str, str], tmp_path: Path, config: Path) -> None:
    where = ("--config", str(config), "--store", str(tmp_path / "store.db"))
    once = run(home, tmp_path, *where, "collect", "--once", "--metrics", "0")
    assert (once.returncode, "leave out --once" in once.stderr) == (2, True)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        busy = run(home, tmp_path, *where, "collect", "--metrics", str(taken.getsockname()[1]))
    assert (busy.returncode, "cannot listen on 127.0.0.1" in busy.stderr) == (1, True)
