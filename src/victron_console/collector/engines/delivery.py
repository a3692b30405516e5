"""Hands samples to an engine so that those it refuses for good do not hold up the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from victron_console.collector.engines.engine_client import (
    EngineClient,
    EngineFailed,
    RequestTooLarge,
    SamplesRefused,
)
from victron_console.collector.engines.samples import Sample
from victron_console.model.clock import Clock
from victron_console.model.text import clean
from victron_console.store.engines import Refusal

SAMPLES_A_REQUEST = 5000
"""About 100 kB packed."""
REFUSES_ALL = 20
"""So many refused one by one, and none taken: then the engine is at fault, not a sample."""


@dataclass(slots=True)
class Delivered:
    """What became of some samples."""

    sent: int = 0
    refused: list[Refusal] = field(default_factory=list)
    refused_alone: int = 0
    """Of these, those that it refused in a request of their own."""


async def deliver(client: EngineClient, samples: Sequence[Sample], clock: Clock) -> Delivered:
    """Send samples in their order, in requests of a size that the engine takes.

    Raises:
        EngineFailed: not all were taken; which, nobody knows. Sent again they count once where the engine keeps one
            value a series and moment.
    """
    done = Delivered()
    parts = [samples[at : at + SAMPLES_A_REQUEST] for at in range(0, len(samples), SAMPLES_A_REQUEST)][::-1]
    while parts:
        part = parts.pop()
        try:
            await client.write(part)
        except RequestTooLarge:
            why = "too large for one request"
            _divide(part, parts, done, why, clock.now())
        except SamplesRefused as refusal:
            if refusal.dropped == len(part):
                done.refused += [_refusal(sample, str(refusal), clock.now()) for sample in part]
            else:
                _divide(part, parts, done, str(refusal), clock.now())
            if done.refused_alone >= REFUSES_ALL and not done.sent:
                raise EngineFailed(f"It refuses whatever it is sent: {refusal}") from None
        else:
            done.sent += len(part)
    return done


def _divide(part: Sequence[Sample], parts: list[Sequence[Sample]], done: Delivered, why: str, now: float) -> None:
    """Try the halves; a single sample is refused."""
    if len(part) == 1:
        done.refused.append(_refusal(part[0], why, now))
        done.refused_alone += 1
        return
    half = len(part) // 2
    parts += [part[half:], part[:half]]


def _refusal(sample: Sample, why: str, now: float) -> Refusal:
    series = sample.series
    name = f"{series.station}/{series.cls}/{series.instance}/{series.path}"
    return Refusal(now, name, sample.at_ms / 1000, clean(str(sample.value), 60), why)
