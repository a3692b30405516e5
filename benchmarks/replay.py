"""Time from a step in time mode to the values of that moment: 12 stations with a day of history."""

from __future__ import annotations

import statistics
import tempfile
import time
from contextlib import closing
from pathlib import Path
from random import Random

from benchmarks._simulated import record_history
from victron_console.console.live.watch import StoreWatch
from victron_console.model.clock import SystemClock
from victron_console.store.read.reader import Reader

STATIONS, HOURS, STEP_S = 12, 24.0, 120.0
JUMPS = 30
MOST_S = 0.300


def main() -> None:
    """Print the time of steps of a minute and of jumps to any moment."""
    with tempfile.TemporaryDirectory() as folder:
        store, clock = Path(folder) / "store.db", SystemClock()
        now = clock.now()
        record_history(store, STATIONS, HOURS, STEP_S, now)
        watch, random = StoreWatch(store, clock), Random(1)
        with closing(Reader(store, clock)) as reader:
            moments = [now - random.uniform(600, HOURS * 3600 - 600) for _ in range(JUMPS)]
            near = [watch_s for moment in moments for watch_s in _steps(watch, reader, (moment, moment + 60))[1:]]
            far = [_steps(watch, reader, (moment,))[0] for moment in reversed(moments)]
        for name, found in (("a minute", near), ("a jump", far)):
            middle, longest = statistics.median(found) * 1000, max(found) * 1000
            print(f"  {name:<12}median {middle:4.0f} ms   longest {longest:4.0f} ms   (at most {MOST_S * 1000:.0f})")
        watch.close()


def _steps(watch: StoreWatch, reader: Reader, moments: tuple[float, ...]) -> list[float]:
    """Seconds until the values of each moment are there; the days that follow are read, too, outside of them."""
    found = []
    for moment in moments:
        watch.look_at(moment)
        began = time.perf_counter()
        watch.look_once(reader)
        found.append(time.perf_counter() - began)
        while watch.look_once(reader) is not None:
            pass
    return found
