"""The state of the database, what the configuration keeps of it, and how far engines have what is in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from victron_console.config import HistorySettings
from victron_console.contract.form import Moment, Number, Part, Said, Versioned, written
from victron_console.model.clock import iso_utc
from victron_console.store.answers import StoreStats
from victron_console.store.engines import EngineState, Refusal


class Retained(Part):
    """What the store may give up: the oldest changes by the week."""

    keep_changes_s: int | None
    """Older ones go; null: none for their age."""
    max_size_bytes: int | None
    """The oldest go above so much in use; null: none for their size."""


class Stats(Versioned):
    """What `store stats --json` prints."""

    path: str
    schema_version: int
    sqlite_version: str
    size_bytes: int
    """Of the file."""
    wal_bytes: int
    """Of the log beside it, which is not merged in yet."""
    page_size: int
    free_pages: int
    """Pages of the file that hold nothing."""
    rows: dict[str, int]
    """By table."""
    first_at: Number
    """The oldest change kept (UTC epoch, s); null where there is none."""
    last_at: Number
    """When the collector last wrote (UTC epoch, s)."""
    retention: Retained


def stats(found: StoreStats, keep: HistorySettings) -> Stats:
    """The state of the database as a document."""
    kept = Retained(keep_changes_s=keep.keep_changes, max_size_bytes=keep.max_size)
    return Stats(**asdict(found), retention=kept)


class RefusedSample(Part):
    """A sample that an engine refused for good; it was set aside."""

    at: Moment
    """When it was refused."""
    series: Said
    """The station's id and the series."""
    moment: Moment
    """Of the sample."""
    value: Said
    reason: Said


class EngineServer(Part):
    """What the server says of itself just now."""

    answers: bool
    reason: Said
    """Why it gives no answer."""
    removes_duplicates: bool | None
    """Whether a sample that is sent again counts once; null where it does not say."""
    left_out: int | None
    """Samples of all senders that it took only to leave them out, since it was started; null where it does not say."""


class EngineStatus(Versioned):
    """An entry of `engine status --json`."""

    name: str
    configured: bool
    """False for one that was taken out of the configuration."""
    handed_over: bool
    """Whether a collector ever began to hand over to it."""
    sent: int
    """Samples that it took, those that were sent again among them."""
    refused: int
    """Samples that it refused for good."""
    sent_at: Moment | None
    """When it last took any."""
    failing_since: Moment | None
    """Null while it takes what it is sent."""
    error: Said
    """Why it last took nothing."""
    waiting_rows: int
    """Polls whose changes it is not known to have on its disk."""
    sealed_devices: int
    """Devices of which it lacks changes that are sealed history by now."""
    waiting_since: Moment | None
    """The oldest change that it is not known to have; null where it has all."""
    lag_s: Number
    """The age of that."""
    server: EngineServer | None
    """Null where it is not configured."""
    refusals: tuple[RefusedSample, ...]
    """The last ones, newest first."""


def engine_statuses(
    states: Mapping[str, EngineState],
    servers: Mapping[str, EngineServer],
    refusals: Mapping[str, list[Refusal]],
    now: float,
) -> list[EngineStatus]:
    """All engines that are configured or known to the store, by name."""
    never = EngineState("", 0, 0, 0, 0, None, None, "", 0, 0, None)
    return [
        _status(name, states.get(name, never), servers.get(name), refusals.get(name, []), now)
        for name in sorted({*states, *servers})
    ]


def _status(
    name: str, state: EngineState, server: EngineServer | None, refusals: list[Refusal], now: float
) -> EngineStatus:
    return EngineStatus(
        name=name,
        configured=server is not None,
        handed_over=bool(state.name),
        sent=state.sent,
        refused=state.refused,
        sent_at=written(state.sent_at),
        failing_since=written(state.failing_since),
        error=state.error,
        waiting_rows=state.waiting_rows,
        sealed_devices=state.sealed_devices,
        waiting_since=written(state.waiting_since),
        lag_s=None if state.waiting_since is None else max(0.0, now - state.waiting_since),
        server=server,
        refusals=tuple(
            RefusedSample(
                at=iso_utc(one.at), series=one.series, moment=iso_utc(one.moment), value=one.value, reason=one.reason
            )
            for one in refusals
        ),
    )
