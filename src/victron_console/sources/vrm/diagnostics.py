"""What a site last sent to the portal, as services with readings. Rows join to D-Bus by class, instance and path."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import inf

from victron_console.catalogue.vrm import FACTORS, MOST_DIAGNOSTICS
from victron_console.model.device import BUS_PREFIX
from victron_console.model.reading import Reading
from victron_console.sources.base import BadAnswer
from victron_console.sources.values import MAX_PATHS, clean_path, qualify
from victron_console.sources.vrm.client import VrmClient
from victron_console.sources.vrm.sites import moment, number_of, whole

_CLASS = re.compile(r"[a-z0-9_]{1,40}", re.IGNORECASE)
MOST_PAGES = 20
MOST_ROWS = MOST_PAGES * MOST_DIAGNOSTICS
NO_PARTS = ("settings",)
"""Services of which the portal has a few values only: what it lacks must not pass for taken out."""


@dataclass(frozen=True, slots=True)
class SentDevice:
    """One device as its GX last sent it."""

    service: str
    """A name such as a bus has, by class and instance."""
    cls: str
    instance: str
    readings: Mapping[str, Reading]
    at: float
    """When its newest value was sent (UTC epoch, s)."""


async def read_diagnostics(client: VrmClient, site: int, latest: float) -> dict[str, SentDevice]:
    """The devices of a site by service; at least one.

    Args:
        client: of the account.
        site: its number at the portal.
        latest: values of after this moment (UTC epoch, s) are left out: how old they are cannot be told.

    Raises:
        BadAnswer: there are none, or of another site, or all of times to come.
        SourceError: as `VrmClient.get`.
    """
    rows: list[object] = []
    for page in range(1, MOST_PAGES + 1):
        query = {"count": MOST_DIAGNOSTICS, "page": page}
        answer = await client.get(f"/installations/{site}/diagnostics", query)
        records = answer.get("records")
        if not isinstance(records, list):
            raise BadAnswer(f"{client.place} gives no list of values.")
        rows += records
        told = whole(answer.get("num_records"))
        if not records or told is None or len(rows) >= min(told, MOST_ROWS):
            break
    rows = rows[:MOST_ROWS]
    whose = {whole(row.get("idSite")) for row in rows if isinstance(row, Mapping)}
    if whose - {site, None}:
        raise BadAnswer(f"{client.place} gives values of another site than {site}.")
    found = devices_of(rows, latest)
    if found:
        return found
    if devices_of(rows, inf):
        raise BadAnswer(f"Site {site} sends times to come: the clock of its GX is wrong, or that of this machine.")
    raise BadAnswer(f"{client.place} gives no values of site {site}.")


def devices_of(rows: Iterable[object], latest: float) -> dict[str, SentDevice]:
    """The devices that rows of values up to a moment make; what is no value of D-Bus is left out."""
    readings: dict[tuple[str, str], dict[str, Reading]] = defaultdict(dict)
    for row in rows:
        if not isinstance(row, Mapping):
            continue
        cls, raw_path, at = row.get("dbusServiceType"), row.get("dbusPath"), moment(row.get("timestamp"))
        instance = number_of(row.get("instance"))
        if not isinstance(cls, str) or not isinstance(raw_path, str) or at is None or at > latest:
            continue
        if instance is None or not instance.is_integer():
            continue
        path, held = clean_path(raw_path), readings[cls, str(int(instance))]
        if _CLASS.fullmatch(cls) and cls not in NO_PARTS and path and len(held) < MAX_PATHS:
            held[path] = qualify(cls, path, _raw(row), at)
    return {
        service: SentDevice(service, cls, instance, values, max(reading.at for reading in values.values()))
        for (cls, instance), values in readings.items()
        if values
        for service in [f"{BUS_PREFIX}{cls}.vrm_{instance}"]
    }


def _raw(row: Mapping[object, object]) -> object:
    """The value as D-Bus has it: a number that came as text is one."""
    raw = row.get("rawValue")
    if isinstance(raw, str) and row.get("dataType") != "string" and (number := number_of(raw)) is not None:
        raw = int(number) if number.is_integer() else number
    factor = FACTORS.get(str(row.get("code")))
    return raw * factor if factor is not None and isinstance(raw, int | float) else raw
