"""CPU of the console while 5 % of the values change each second, and the time from a key to its first byte."""

from __future__ import annotations

import statistics
import time

from benchmarks._terminal import Screen, living_store

SHARE, CADENCE_S = 0.05, 10
SETTLE_S, MEASURE_S = 32.0, 15.0
KEYS = 200
SHARES_OF_A_CORE = {100: 0.03, 1000: 0.10}
MOST_KEY_S = 0.050


def measure(stations: int) -> tuple[float, list[float]]:
    """The share of a core in steady state, and the answers to keys, s."""
    with living_store(stations, SHARE, CADENCE_S, 90) as store:
        screen = Screen(store, (120, 40))
        try:
            screen.read_until(b"Station", 60)
            screen.read_for(SETTLE_S)
            began, cpu = time.monotonic(), screen.cpu_s()
            screen.read_for(MEASURE_S)
            share = (screen.cpu_s() - cpu) / (time.monotonic() - began)
            return share, [screen.answer_s(b"j" if n % 2 else b"k") for n in range(1, KEYS + 1)]
        finally:
            screen.close()


def main() -> None:
    """Print both sizes of fleet against their targets."""
    for stations, target in SHARES_OF_A_CORE.items():
        share, answers = measure(stations)
        p99 = statistics.quantiles(answers, n=100)[98]
        said = f"  {stations:>5} stations   CPU {share:5.1%} of a core (at most {target:.0%})   key to paint"
        middle = statistics.median(answers) * 1000
        print(f"{said} {middle:3.0f} ms, p99 {p99 * 1000:3.0f} ms (at most {MOST_KEY_S * 1000:.0f})")
