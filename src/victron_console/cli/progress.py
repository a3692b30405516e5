"""How far long work is: a bar on a terminal, a line now and then where there is none. On stderr only."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import click

from victron_console.model.clock import Clock, SystemClock
from victron_console.model.progress import Tell

T = TypeVar("T")
LINE_EVERY_S = 20.0
FIRST_LINE_S = 5.0
"""What is done sooner needs no word."""


@contextmanager
def progress(what: str, unit: str = "", total: int = 0, clock: Clock | None = None) -> Iterator[Tell]:
    """Show how far some work is, how much of it is done and how long it will take.

    Args:
        what: what is done, such as `Diagnosing`.
        unit: what is counted, such as `stations`; empty: the share is shown.
        total: how many there are.
        clock: the machine's own without one.
    """
    if not sys.stderr.isatty():
        yield _Lines(what, unit, total, clock or SystemClock()).tell
        return
    # Comes with Textual; only long work waits for it.
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    count = TextColumn(f"{{task.completed:.0f}} of {total} {unit}") if total else TextColumn("{task.percentage:.0f} %")
    left = TimeRemainingColumn(elapsed_when_finished=True)
    with Progress(
        TextColumn("{task.description}"), BarColumn(), count, left, TextColumn("left"),
        console=Console(stderr=True), transient=True,
    ) as shown:  # fmt: skip
        task = shown.add_task(what, total=total or 1.0)
        yield lambda share: shown.update(task, completed=share * (total or 1.0))


def counted(things: Iterable[T], total: int, what: str, unit: str) -> Iterator[T]:
    """Things one after another, with how far it is."""
    with progress(what, unit, total) as tell:
        for n, thing in enumerate(things, start=1):
            yield thing
            tell(n / max(1, total))


@dataclass(slots=True)
class _Lines:
    """A line now and then."""

    what: str
    unit: str
    total: int
    clock: Clock
    began: float = field(init=False)
    said_at: float = field(init=False)

    def __post_init__(self) -> None:
        self.began = self.clock.monotonic()
        self.said_at = self.began + FIRST_LINE_S - LINE_EVERY_S

    def tell(self, share: float) -> None:
        """Say it, unless it was said lately or all is done."""
        now = self.clock.monotonic()
        if not 0.0 < share < 1.0 or now - self.said_at < LINE_EVERY_S:
            return
        self.said_at = now
        done = f"{share * self.total:.0f} of {self.total} {self.unit}" if self.total else f"{share:.0%}"
        click.echo(f"{self.what}: {done}, about {_span(now - self.began, share)} left", err=True)


def _span(elapsed_s: float, share: float) -> str:
    left_s = elapsed_s * (1.0 - share) / share
    return f"{left_s:.0f} s" if left_s < 90 else f"{left_s / 60:.0f} min"
