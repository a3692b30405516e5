"""Reads what the field's own loader wrote into InfluxDB: a measurement is class and path, an instance its tag.

The schema is that of victronenergy/venus-influx-loader (src/server/loader.ts): `system/Dc/Battery/Soc` with
the tags `portalId`, `instanceNumber` and `name`, numbers in the field `value`, texts in `stringValue`. Asked in
InfluxQL by GET, which 1.x speaks, and 2.x and 3 for buckets that bear the database's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from victron_console.model.device import DeviceKey
from victron_console.model.text import clean
from victron_console.sources import tls
from victron_console.sources.base import BadAnswer, Misconfigured, Unreachable
from victron_console.sources.failures import explain, refused_status
from victron_console.sources.values import clean_path, parse_json
from victron_console.sources.wire import place_of

CHUNK = 10_000
"""Points in one piece of an answer."""
STEP_S = 300
"""Steps in which is asked whether anything was written: a station writes each second."""
READ_S = 120.0
"""A piece may take so long."""
MOST_LINE = 64 * 2**20
"""Bytes of one piece."""
_NAME = re.compile(r"[a-z0-9_]{1,40}", re.IGNORECASE)
_PORTAL = re.compile(r"[!-~]{1,64}")
_INSTANCE = re.compile(r"[!-.0-~]{1,64}")
_KEY = re.compile(r"(?:\\.|[^,\\])+")
Point = tuple[float, float | int | str]
"""Moment (UTC epoch, s) and value."""


@dataclass(frozen=True, slots=True)
class InfluxAccess:
    """A database with its login in plain text: made where it is asked, never kept or printed."""

    url: str
    database: str
    user: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    """Of 2.x and 3, instead of user and password."""


@dataclass(frozen=True, slots=True, order=True)
class InfluxSeries:
    """A series as the loader wrote it."""

    cls: str
    instance: str
    path: str
    measurement: str = field(compare=False)

    @property
    def device(self) -> DeviceKey:
        """Whose it is."""
        return DeviceKey(self.cls, self.instance)


class Influx:
    """One database. Only asked, by GET."""

    def __init__(self, access: InfluxAccess, transport: httpx.BaseTransport | None = None) -> None:
        """Args:
        access: the database and its login.
        transport: stands in for the network.
        """
        self.place = place_of(access.url)
        self._access = access
        context = tls.verifying(None) if access.url.startswith("https:") else tls.no_tls()
        self._client = httpx.Client(
            transport=transport or httpx.HTTPTransport(verify=context, trust_env=False),
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(READ_S, connect=15.0),
        )

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def portals(self) -> list[str]:
        """The portal ids of the stations in it.

        Raises:
            SourceError: it does not answer as it should.
        """
        rows = self._ask('SHOW TAG VALUES WITH KEY = "portalId"', 2)
        return sorted({name for _, name in rows if isinstance(name, str) and _PORTAL.fullmatch(name)})

    def series(self, portal: str) -> list[InfluxSeries]:
        """The series of a station, by device and path; what is no class and path of D-Bus is left out.

        Raises:
            SourceError: as `portals`.
        """
        rows = self._ask(f'SHOW SERIES WHERE "portalId" = {_text(portal)}', 1)
        return sorted({one for (key,) in rows if (one := series_of(str(key))) is not None})

    def points(self, portal: str, series: InfluxSeries, since: float, until: float) -> Iterator[Point]:
        """The values of a series in order of time; of several of one moment the last.

        Args:
            portal: whose it is.
            series: one of the station's.
            since: begin (UTC epoch, s).
            until: end.

        Raises:
            SourceError: as `portals`.
        """
        where = (
            f'"portalId" = {_text(portal)} AND "instanceNumber" = {_text(series.instance)} AND {_span(since, until)}'
        )
        question = f'SELECT "value", "stringValue" FROM {_name(series.measurement)} WHERE {where} ORDER BY time'
        held: Point | None = None
        for at_ms, number, text in self._ask(question, 3):
            at, value = _moment(at_ms), number if number is not None else text
            if at is None or not isinstance(value, int | float | str):
                continue
            if held is not None and held[0] != at:
                yield held
            held = (at, value)
        if held is not None:
            yield held

    def alive(self, portal: str, since: float, until: float) -> list[float]:
        """The begins of the steps of `STEP_S` in which the station's `system` wrote anything (UTC epoch, s), in order.

        Raises:
            SourceError: as `portals`.
        """
        where = f'"portalId" = {_text(portal)} AND {_span(since, until)}'
        question = f'SELECT count("value") FROM /^system\\// WHERE {where} GROUP BY time({STEP_S}s) fill(none)'
        rows = self._ask(question, 2)
        return sorted({at for at_ms, number in rows if number and (at := _moment(at_ms)) is not None})

    def _ask(self, question: str, columns: int) -> Iterator[list[Any]]:
        """The rows of an answer that have so many columns, as they come."""
        access = self._access
        query = {"db": access.database, "q": question, "epoch": "ms", "chunked": "true", "chunk_size": str(CHUNK)}
        headers = {"authorization": f"Token {access.token}"} if access.token else {}
        login = (access.user, access.password) if access.user and not access.token else None
        try:
            url = f"{access.url}/query"
            with self._client.stream("GET", url, params=query, headers=headers, auth=login) as answer:
                if error := refused_status(answer.status_code, answer.headers.get("location", ""), self.place):
                    raise error
                if answer.status_code >= 500:
                    raise Unreachable(
                        f"{self.place} is in trouble itself (HTTP {answer.status_code}): try again later."
                    )
                for line in _lines(answer.iter_bytes()):
                    if line.strip():
                        rows = self._rows_of(line, answer.status_code)
                        yield from (row for row in rows if isinstance(row, list) and len(row) == columns)
        except httpx.HTTPError as error:
            raise explain(error, self.place, is_station=False) from error

    def _rows_of(self, line: bytes, status: int) -> Iterator[object]:
        try:
            found = parse_json(line) if len(line) <= MOST_LINE else None
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise BadAnswer(f"{self.place} does not answer as an InfluxDB does (HTTP {status}).")
        results = _objects(found.get("results"))
        said = found.get("error") or found.get("message") or next((r["error"] for r in results if "error" in r), None)
        if said or status != httpx.codes.OK:
            raise Misconfigured(f"{self.place} refuses the question (HTTP {status}): {clean(str(said), 160)}.")
        for series in (each for result in results for each in _objects(result.get("series"))):
            rows = series.get("values")
            yield from rows if isinstance(rows, list) else ()


def _lines(parts: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of an answer; one that is too long comes cut, as soon as it is."""
    held = bytearray()
    for part in parts:
        held += part
        if b"\n" in part:
            *lines, rest = bytes(held).split(b"\n")
            yield from lines
            held = bytearray(rest)
        if len(held) > MOST_LINE:
            break
    yield bytes(held)


def _objects(found: object) -> list[Mapping[str, Any]]:
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _moment(at_ms: object) -> float | None:
    """UTC epoch, s; None for what is no moment."""
    return at_ms / 1000.0 if isinstance(at_ms, int | float) and abs(at_ms) < 2**53 else None


def series_of(key: str) -> InfluxSeries | None:
    """The series of a key such as `system/Dc/Battery/Soc,instanceNumber=0,portalId=c0619a`; None where it is none."""
    measurement, *tags = (re.sub(r"\\(.)", r"\1", part) for part in _KEY.findall(key))
    named = dict(tag.partition("=")[::2] for tag in tags)
    cls, _, path = measurement.partition("/")
    instance, cleaned = named.get("instanceNumber", ""), clean_path(path)
    if not _NAME.fullmatch(cls) or not _INSTANCE.fullmatch(instance) or not cleaned or cleaned != path:
        return None
    return InfluxSeries(cls, instance, path, measurement)


def _span(since: float, until: float) -> str:
    return f"time >= {round(since * 1000)}ms AND time < {round(until * 1000)}ms"


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _name(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
