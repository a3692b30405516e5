"""Collectors that hand over to one real engine while all of them are killed at random; then what it has is counted.

`python -m tests.collector.engines.kills KIND COLLECTORS STATIONS KILLS [SEED]` does it by hand, with `STATIONS` each.
"""

from __future__ import annotations

import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.collector.engines.servers import Server, recorded, running
from tests.patience import wait_until

SPEED = "10"
"""Simulated seconds a second: values change more often than in life."""


class Collector:
    """`victron-console collect` on stations of its own, with its store."""

    def __init__(self, folder: Path, server: Server, ports: range) -> None:
        folder.mkdir()
        self.store = folder / "store.db"
        self._config = folder / "stations.toml"
        self._log = folder / "log"
        self._process: subprocess.Popen[bytes] | None = None
        engine = (
            f'[[engine]]\nname = "e"\nkind = "{server.kind}"\nurl = "{server.url}"\nlevels = [1, 2, 3]\nrate = 50000\n'
        )
        stations = (
            f'[[station]]\nid = "s{port}"\nname = "Site, {port}"\nurl = "http://127.0.0.1:{port}"\n' for port in ports
        )
        self._config.write_text(engine + "".join(stations))

    def start(self) -> None:
        words = ["--config", str(self._config), "--store", str(self.store), "collect"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen([sys.executable, "-m", "victron_console", *words], stderr=log)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def told(self) -> tuple[int, float | None, float | None]:
        """Samples sent, since when the engine fails, and the oldest change that it is not known to have."""
        if self._process is not None:
            assert self._process.poll() is None, self._log.read_text()[-2000:]
        question = (
            "SELECT sent, failing_since, ifnull((SELECT min(since) FROM engine_unsent),"
            " (SELECT at FROM hot WHERE id > hot_after ORDER BY id LIMIT 1)) FROM engine"
        )
        with suppress(sqlite3.OperationalError), closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True)) as db:
            row = db.execute(question).fetchone()
            return row or (0, None, None)
        return 0, None, None


@dataclass(frozen=True, slots=True)
class Counted:
    """What an engine has of what the stores hold up to the end."""

    recorded: int
    series: int
    missing: int
    twice: int
    wrong: int
    """Of another value."""


@contextmanager
def stations(count: int) -> Iterator[range]:
    """Simulated stations in a process of their own; gives their ports."""
    first = next(port for port in range(20_000, 30_000, 100) if all(map(_is_free, range(port, port + count))))
    words = ["simulate", "--stations", str(count), "--port", str(first), "--speed", SPEED]
    process = subprocess.Popen([sys.executable, "-m", "victron_console", *words], stdout=subprocess.DEVNULL)
    ports = range(first, first + count)
    try:
        wait_until(lambda: not all(map(_is_free, ports)) or process.poll() is not None)  # one may be lost
        assert process.poll() is None, "the simulator ended"
        yield ports
    finally:
        process.kill()
        process.wait()


def _is_free(port: int) -> bool:
    """Whether nobody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def killed(kind: str, collectors: int, each: int, kills: int, seed: int, folder: Path) -> Counted:
    """Kill collectors and engine so often, each time after some samples more; count once all is handed over."""
    random = Random(seed)
    with running(kind, folder / "engine") as server, stations(collectors * each) as ports:
        made = [
            Collector(folder / f"collector-{n}", server, ports[n * each : (n + 1) * each]) for n in range(collectors)
        ]
        try:
            for collector in made:
                collector.start()
            for _ in range(kills):
                _one_kill(server, made, random)
            until = time.time()
            for collector in made:
                wait_until(lambda c=collector: (c.told()[2] or 0.0) > until)  # type: ignore[misc]
        finally:
            for collector in made:
                collector.kill()
        return _counted(server, made, round(until * 1000))


def _one_kill(server: Server, collectors: list[Collector], random: Random) -> None:
    """After some samples more, whoever it hits; the engine stays away until a collector noticed, or is back at once."""
    enough = _sent(collectors) + random.randrange(20 * len(collectors), 400 * len(collectors))
    wait_until(lambda: _sent(collectors) >= enough)
    everyone: list[Server | Collector] = [server, *collectors]
    chosen = random.choice(everyone)
    chosen.kill()
    if chosen is server and random.random() < 0.5:
        wait_until(lambda: any(collector.told()[1] for collector in collectors))
    chosen.start()


def _sent(collectors: list[Collector]) -> int:
    return sum(collector.told()[0] for collector in collectors)


def _counted(server: Server, collectors: list[Collector], until_ms: int) -> Counted:
    held = server.points()
    expected = {point: value for each in collectors for point, value in recorded(each.store, until_ms).items()}
    return Counted(
        recorded=len(expected),
        series=len({name for name, _ in expected}),
        missing=sum(point not in held for point in expected),
        twice=sum(len(values) > 1 for values in held.values()),
        wrong=sum(point in held and held[point][0] != value for point, value in expected.items()),
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="engine-kills-", ignore_cleanup_errors=True) as place:
        collectors, each, kills, seed = [*map(int, sys.argv[2:]), 1][:4]
        counted = killed(sys.argv[1], collectors, each, kills, seed, Path(place))
    sys.stdout.write(f"{counted}\n")
