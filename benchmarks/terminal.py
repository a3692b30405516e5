"""Bytes each second that the Fleet screen writes: 12 stations at 80x24, 5 % of whose values change each second."""

from __future__ import annotations

from benchmarks._terminal import Screen, living_store

STATIONS, SHARE = 12, 0.05
SIZE = (80, 24)
SETTLE_S, MEASURE_S = 12.0, 30.0
TARGETS = {False: 400, True: 300}


def bytes_s(*, low_bandwidth: bool) -> float:
    """In steady state."""
    with living_store(STATIONS, SHARE, 1, SETTLE_S + MEASURE_S + 30) as store:
        screen = Screen(store, SIZE, low_bandwidth=low_bandwidth, remote=True)
        try:
            screen.read_until(b"Station")
            screen.read_for(SETTLE_S)
            return screen.read_for(MEASURE_S) / MEASURE_S
        finally:
            screen.close()


def main() -> None:
    """Print both modes against their targets."""
    for low_bandwidth, target in TARGETS.items():
        name = "low bandwidth" if low_bandwidth else "usual"
        print(f"  {name:<16}{bytes_s(low_bandwidth=low_bandwidth):6.0f} B/s   (at most {target})")
