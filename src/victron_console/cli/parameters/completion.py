"""What the shell completes from the store: the ids of its stations, the names of their series, its engines."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

import click

from victron_console.cli.options import Options
from victron_console.model.clock import SystemClock
from victron_console.store.errors import StoreError
from victron_console.store.read.reader import Reader


def station_ids(ctx: click.Context, _: click.Parameter, begun: str) -> list[str]:
    """The stations that begin as what is typed."""
    return _begun(begun, _of_store(ctx, lambda reader: [row.id for row in reader.stations()]))


def engine_names(ctx: click.Context, _: click.Parameter, begun: str) -> list[str]:
    """The engines that begin as what is typed."""
    return _begun(begun, _of_store(ctx, lambda reader: [engine.name for engine in reader.engines()]))


def series_names(ctx: click.Context, _: click.Parameter, begun: str) -> list[str]:
    """The series that begin as what is typed: of the stations named before, else of all."""

    def names(reader: Reader) -> Iterable[str]:
        stations = ctx.params.get("stations") or [row.id for row in reader.stations()]
        return {series.name for station in stations for series in reader.series(station)}

    return _begun(begun, _of_store(ctx, names))


def _begun(begun: str, names: Iterable[str]) -> list[str]:
    return sorted(name for name in names if name.startswith(begun))


def _of_store(ctx: click.Context, question: Callable[[Reader], Iterable[str]]) -> Iterable[str]:
    """The store's answer; nothing where it cannot be read: a shell that completes has no place for an error."""
    given = (ctx.params.get("store"), *(above.params.get("store") for above in _above(ctx)))
    path = next((path for path in given if isinstance(path, Path)), Options().store_path)
    try:
        with closing(Reader(path, SystemClock())) as reader:
            return list(question(reader))
    except StoreError:
        return []


def _above(ctx: click.Context) -> Iterable[click.Context]:
    while ctx.parent is not None:
        ctx = ctx.parent
        yield ctx
