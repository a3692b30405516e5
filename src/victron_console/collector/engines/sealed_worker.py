"""In a process of its own: what an engine lacks of the sealed history, whose blocks take numpy and time to decode."""

from __future__ import annotations

from pathlib import Path

from victron_console.collector.background.worker_process import be_worker
from victron_console.collector.engines.samples import SeriesDirectory
from victron_console.collector.engines.unsent import SealedPart, sealed_part
from victron_console.config import EngineSettings
from victron_console.model.clock import SystemClock
from victron_console.store.read.reader import Reader

NICE = 10

_opened: tuple[Reader, SeriesDirectory, str] | None = None


def begin(store: Path, settings: EngineSettings) -> None:
    """Begin as a worker for one engine."""
    global _opened
    be_worker(NICE)
    _opened = Reader(store, SystemClock()), SeriesDirectory(settings), settings.name


def sealed_samples(most: int) -> SealedPart:
    """The oldest of it, about so many.

    Raises:
        StoreError: the store cannot be read.
    """
    assert _opened is not None, "the worker was not begun"
    reader, directory, engine = _opened
    with reader.at_once():
        return sealed_part(reader.db.conn, engine, directory, most)
