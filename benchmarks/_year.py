"""A year of one station, as the collector leaves it behind: what is asked of it, and how soon it is on the screen."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np

from benchmarks._samples import DAY_S
from benchmarks._terminal import Screen
from victron_console.model.clock import ManualClock, SystemClock
from victron_console.model.device import DeviceKey
from victron_console.model.overview import AcInput, Overview
from victron_console.model.reading import Reading
from victron_console.model.service import ServiceReading
from victron_console.model.station import StationState, StationStatus
from victron_console.store.read.reader import Reader
from victron_console.store.records import StationRecord, StationUpdate
from victron_console.store.sealed.upkeep import upkeep
from victron_console.store.write.writer import Writer

YEAR_S, STEP_S = 364 * DAY_S, 600
"""52 weeks, as the console counts a year; a value each ten minutes is enough for all that a year's chart reads."""
CHARGERS = tuple(range(278, 286))
PV = f"solarcharger/{CHARGERS[0]}/Yield/Power"
SYSTEM = DeviceKey("system", "0")
ROUNDS = 9
MOST_MS = {"a year, 500 columns": 5.0, "state of the station at T": 100.0}
MOST_DRAWN_MS = 300.0


def record_year(store: Path, until: float) -> None:
    """52 weeks up to a moment: system and eight solar chargers."""
    begin = until - YEAR_S
    clock = ManualClock(begin)
    writer = Writer(store, clock)
    writer.register([StationRecord("alder", "Alder Farm")])
    polls = YEAR_S // STEP_S
    noise = np.random.default_rng(3).normal(0.0, 1.0, (polls, 3 + len(CHARGERS))).round(3).tolist()
    for poll, random in enumerate(noise):
        clock.at = begin + (poll + 1) * STEP_S
        writer.record(_update(clock.at, random, first=poll == 0))
        if poll % (DAY_S // STEP_S) == 0:
            upkeep(store, clock)
    writer.close()


def _update(at: float, random: list[float], *, first: bool) -> StationUpdate:
    sun = max(0.0, float(np.sin(2 * np.pi * (at / DAY_S - 0.25))))
    chargers = [round(900 * sun * (1 + 0.2 * noise)) if sun else 0 for noise in random[3:]]
    pv, load = sum(chargers), round(1200 + 300 * random[0])
    soc, volts = round(55 + 30 * sun + random[1], 1), round(51 + 2 * sun + 0.1 * random[2], 2)
    values = {
        "Dc/Battery/Soc": soc, "Dc/Battery/Power": pv - load, "Dc/Battery/Voltage": volts,
        "Dc/Battery/Current": round((pv - load) / volts, 1), "Dc/Pv/Power": pv,
        **{f"Ac/Consumption/L{n}/Power": load // 3 + n for n in (1, 2, 3)},
        **{f"Ac/Grid/L{n}/Power": -pv // 9 + n for n in (1, 2, 3)},
    }  # fmt: skip
    services = [_service(SYSTEM, at, values)]
    for place, instance in enumerate(CHARGERS):
        key = DeviceKey("solarcharger", str(instance))
        services.append(_service(key, at, {"Yield/Power": chargers[place], "Dc/0/Voltage": volts}))
    shown = Overview(
        soc_percent=soc, battery_power_w=pv - load, battery_voltage_v=volts, pv_power_w=pv, load_power_w=load,
        grid_power_w=-pv // 3, ac_input=AcInput("grid", True),
    )  # fmt: skip
    status = StationStatus(StationState.LIVE, at) if first else None
    cadences = {service.key: float(STEP_S) for service in services} if first else {}
    return StationUpdate("alder", at, services, status=status, overview=shown, cadences=cadences)


def _service(key: DeviceKey, at: float, values: dict[str, float]) -> ServiceReading:
    return ServiceReading(f"com.victronenergy.{key}", key, at, {path: Reading(v, at) for path, v in values.items()})


def _median_ms(work: Callable[[], float]) -> float:
    work()
    return statistics.median(work() for _ in range(ROUNDS)) * 1000


def _ask(store: Path, until: float) -> None:
    def timed(question: Callable[[Reader], object]) -> Callable[[], float]:
        def once() -> float:
            began = time.perf_counter()
            question(reader)
            return time.perf_counter() - began

        return once

    since, middle = until - YEAR_S, until - 100.37 * DAY_S
    with closing(Reader(store, ManualClock(until))) as reader:
        asked = {
            "a year, 500 columns": timed(lambda reader: reader.buckets("alder", PV, since, until, 500)),
            "state of the station at T": timed(lambda reader: reader.snapshot("alder", middle)),
        }
        for name, once in asked.items():
            print(f"    {name:<40}{_median_ms(once):8.1f} ms   (at most {MOST_MS[name]:.0f})")


def _draw(store: Path) -> None:
    screen = Screen(store, (200, 60))

    def show(name: str) -> None:
        cpu_s: list[float] = []

        def year() -> float:
            before = screen.cpu_s()
            took_s = screen.drawn_s(b"-")
            cpu_s.append(screen.cpu_s() - before)
            screen.drawn_s(b"+")
            return took_s

        took_ms = _median_ms(year)
        cpu = f"{statistics.median(cpu_s) * 1000:.0f} ms of CPU"
        print(f"    {name:<40}{took_ms:8.0f} ms   (at most {MOST_DRAWN_MS:.0f}), {cpu}")

    try:
        screen.read_until(b"Alder", 60)
        screen.drawn_s(b"5")
        for _ in range(4):
            screen.drawn_s(b"-")
        show("a year on screen, the panels")
        screen.drawn_s(b"\r")
        show("a year on screen, one line")
        for instance in CHARGERS[1:]:
            screen.drawn_s(b"a")
            screen.drawn_s(f"solarcharger/{instance}/Yield/Power".encode())
            screen.drawn_s(b"\r")
        show("a year on screen, eight lines")
    finally:
        screen.close()


def measure() -> None:
    """Print what a year's answers take."""
    with tempfile.TemporaryDirectory() as folder:
        store, until = Path(folder) / "store.db", SystemClock().now()
        began = time.perf_counter()
        record_year(store, until)
        print(f"  a year of {11 + 2 * len(CHARGERS)} series, written in {time.perf_counter() - began:.0f} s")
        _ask(store, until)
        _draw(store)
