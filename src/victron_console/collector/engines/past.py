"""Hands the recorded past over to an engine, on demand and apart from what the collector sends it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from victron_console.collector.engines.delivery import SAMPLES_A_REQUEST, Delivered, deliver
from victron_console.collector.engines.engine_client import EngineClient, EngineFailed
from victron_console.collector.engines.samples import Sample, SeriesDirectory
from victron_console.collector.engines.unsent import recorded
from victron_console.collector.retry import next_delay
from victron_console.config import EngineSettings
from victron_console.model.clock import Clock
from victron_console.model.progress import Tell
from victron_console.model.units import DAY_S
from victron_console.store.engines import Refusal
from victron_console.store.read.reader import Reader

TRIES = 6
AGAIN_S = 2.0
"""After a failure; after more of them in a row it takes longer."""


@dataclass(slots=True)
class PastPush:
    """What came of it."""

    sent: int = 0
    refused: list[Refusal] = field(default_factory=list)
    until: float = 0.0
    """All up to here was sent (UTC epoch, s)."""
    left_out: int = 0
    """So many more than before the server then says that it took only to leave them out, whoever sent them."""
    failure: str = ""
    """Why it ended before its end; empty where it did not."""


async def push_past(
    reader: Reader, settings: EngineSettings, client: EngineClient, clock: Clock, since: float, until: float, tell: Tell
) -> PastPush:
    """Send every change from a moment up to another, a day of all devices after the other.

    A server that keeps samples for less long takes older ones all the same: what it left out it says of itself alone.

    Args:
        reader: the store.
        settings: what is sent, and how fast at most.
        client: where it is sent.
        clock: the time.
        since: UTC epoch, s.
        until: UTC epoch, s; not included.
        tell: takes how much of it is done.
    """
    done = PastPush(until=since)
    try:
        before = (await client.figures()).left_out
        await _send_days(reader, settings, client, clock, since, until, tell, done)
        done.left_out = ((await client.figures()).left_out or 0) - (before or 0)
    except EngineFailed as failure:
        done.failure = done.failure or str(failure)
    return done


async def _send_days(
    reader: Reader,
    settings: EngineSettings,
    client: EngineClient,
    clock: Clock,
    since: float,
    until: float,
    tell: Tell,
    done: PastPush,
) -> None:
    directory = SeriesDirectory(settings)
    begin = since = max(since, _first_at(reader))
    while begin < until and not done.failure:
        end = min(begin + DAY_S, until)
        for number, device in enumerate(devices := _devices(reader, end)):
            if failure := await _send(_day(reader, directory, device, begin, end), settings, client, clock, done):
                done.failure = failure
                return
            tell((begin - since + (end - begin) * number / len(devices)) / (until - since))
        begin = done.until = end


async def _send(
    samples: list[Sample], settings: EngineSettings, client: EngineClient, clock: Clock, done: PastPush
) -> str:
    """Send what a device said of a day, not faster than allowed; gives why not all could be sent."""
    for at in range(0, len(samples), SAMPLES_A_REQUEST):
        part = samples[at : at + SAMPLES_A_REQUEST]
        taken = await _delivered(client, part, clock)
        if isinstance(taken, str):
            return taken
        done.sent += taken.sent
        done.refused += taken.refused
        await asyncio.sleep(len(part) / settings.rate)
    return ""


async def _delivered(client: EngineClient, samples: list[Sample], clock: Clock) -> Delivered | str:
    """What became of samples; a text says why they could not be sent, tried again and again."""
    failures = 0
    while True:
        try:
            return await deliver(client, samples, clock)
        except EngineFailed as failure:
            failures += 1
            if failures >= TRIES:
                return str(failure)
            await asyncio.sleep(max(failure.wait_s, next_delay(failures, AGAIN_S, 1.0)))


def _first_at(reader: Reader) -> float:
    with reader.at_once():
        return float(reader.db.conn.execute("SELECT ifnull(min(first_at), 0) FROM device").fetchone()[0])


def _devices(reader: Reader, until: float) -> list[int]:
    with reader.at_once():
        rows = reader.db.conn.execute("SELECT no FROM device WHERE first_at < ? ORDER BY no", (until,))
        return [row[0] for row in rows.fetchall()]


def _day(reader: Reader, directory: SeriesDirectory, device_no: int, since: float, until: float) -> list[Sample]:
    with reader.at_once():
        directory.refresh(reader.db.conn)
        return list(recorded(reader.db.conn, directory, device_no, since, until))
