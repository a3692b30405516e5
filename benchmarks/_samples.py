"""What one station says, as numbers: the same for every store that is measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from victron_console.model.device import DeviceKey
from victron_console.model.reading import Reading
from victron_console.model.service import ServiceReading
from victron_console.store.records import StationUpdate

BEGIN = 1_763_596_800.0
"""A Thursday midnight UTC: the begin of a sealed week."""
CADENCE_S = 10
DEVICES = 10
DAY_S = 86_400
HOUR_POLLS = 3600 // CADENCE_S


@dataclass(frozen=True, slots=True)
class Shape:
    """A station's data."""

    name: str
    paths: int
    fast: int
    """Paths that change at every poll, nearly."""
    medium: int
    """Paths that change at every second poll."""


HEAVY = Shape("500 paths, 73.5 changes a poll", 500, 62, 29)
LIGHT = Shape("1,500 paths, 15 changes a poll", 1500, 12, 7)


def samples(shape: Shape, polls: int, seed: int = 1) -> npt.NDArray[np.float64]:
    """Values by poll and path: powers over the day, voltages, currents, counters, and much that stands still."""
    random = np.random.default_rng(seed)
    at = np.arange(polls) * CADENCE_S
    values = np.empty((polls, shape.paths))
    for path in range(shape.paths):
        if path < shape.fast:
            day = np.maximum(0, np.sin(2 * np.pi * (at / DAY_S - 0.25))) * random.uniform(0.3, 1)
            if path % 3 == 0:  # a power, W
                values[:, path] = np.rint(3000 * day + np.cumsum(random.normal(0, 4, polls)) % 400 + 20)
            elif path % 3 == 1:  # a voltage, V
                values[:, path] = np.round(52 + day + random.normal(0, 0.03, polls), 2)
            else:  # a current, A
                values[:, path] = np.round(40 * day - 10 + random.normal(0, 0.6, polls), 1)
        elif path < shape.fast + shape.medium:
            values[:, path] = np.round(
                20 + np.cumsum(random.integers(-1, 2, polls) * (random.random(polls) < 0.75)) / 10, 1
            )
        else:  # changes now and then, or never
            steps = random.random(polls) < random.choice([0.0, 1e-4, 1e-3])
            values[:, path] = np.cumsum(steps) % 7
    return values


def moments(polls: int) -> npt.NDArray[np.int64]:
    """When each device is read, by poll and device (UTC epoch, ms): one after the other, never quite in time."""
    random = np.random.default_rng(2)
    at = int(BEGIN * 1000) + 1000 * CADENCE_S * np.arange(polls)[:, None] + 80 * np.arange(DEVICES)[None, :]
    return at + random.integers(0, 20, (polls, DEVICES))


def updates(shape: Shape, values: npt.NDArray[np.float64]) -> Iterator[StationUpdate]:
    """The samples as the collector hands them over: one update a poll, each device read at its own moment."""
    keys = [DeviceKey("battery", str(n)) for n in range(DEVICES)]
    members = [[(f"P{path}", path) for path in range(n, shape.paths, DEVICES)] for n in range(DEVICES)]
    for poll, (values_now, times) in enumerate(zip(values, moments(len(values)) / 1000, strict=True)):
        row, services = values_now.tolist(), []
        for key, paths, at in zip(keys, members, times.tolist(), strict=True):
            readings = {name: Reading(row[path], at) for name, path in paths}
            services.append(ServiceReading(f"x.{key}", key, at, readings))
        yield StationUpdate("alder", BEGIN + poll * CADENCE_S + 1, services)
