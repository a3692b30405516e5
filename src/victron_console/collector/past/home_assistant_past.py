"""The past of a station from Home Assistant's recorder, as rows of an export: in our units, and with its gaps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import inf
from pathlib import Path

from victron_console.catalogue import catalogue
from victron_console.catalogue.home_assistant import portal_of_entity, series_of_entity
from victron_console.model.device import DeviceKey, split_series
from victron_console.model.quality import Quality
from victron_console.model.reading import Reading
from victron_console.model.text import clean
from victron_console.sources.recorders.home_assistant import EntityPoint, NoRecorder, Recorder, opened_recorder
from victron_console.sources.values import qualify
from victron_console.store.files.export import ExportRow

SLACK = 0.5
"""A mean may begin so much of its length late before that is a gap."""
FACTORS: Mapping[tuple[str, str], float] = {
    ("kW", "W"): 1e3, ("MW", "W"): 1e6, ("mW", "W"): 1e-3, ("Wh", "kWh"): 1e-3, ("MWh", "kWh"): 1e3,
    ("mV", "V"): 1e-3, ("mA", "A"): 1e-3, ("min", "s"): 60.0, ("h", "s"): 3600.0, ("d", "s"): 86_400.0,
    ("A", "Ah"): 1.0, ("kHz", "Hz"): 1e3,
}  # fmt: skip
"""By the unit that somebody may have chosen there, and ours. hass-victron once called the unit of Ah `A`."""
Named = Mapping[str, str]
"""Series by entity, of entities that bear a name of their owner's."""


@dataclass(slots=True)
class PastSought:
    """What is taken of a database, and what was found to be left out."""

    station: str
    """The id that it gets here."""
    portal: str | None = None
    """Of the site that is taken, where entities of several bear their portal id in their names."""
    named: Named = field(default_factory=dict)
    renamed: Mapping[DeviceKey, DeviceKey] = field(default_factory=dict)
    """Devices that bear another instance here."""
    left_out: dict[str, str] = field(default_factory=dict)
    """Why, by entity: those of Victron's integrations that are nothing known, or in a strange unit."""


def recorder_rows(file: Path, sought: PastSought) -> Iterator[ExportRow]:
    """The values by series and time; `lost` where nothing is known.

    Raises:
        NoRecorder: the file is none, or has nothing of a Victron integration.
    """
    with opened_recorder(file) as recorder:
        places = _places(recorder, sought)
        for series, entity in sorted((series, entity) for entity, series in places.items()):
            yield from _rows(recorder.points(entity), entity, series, sought)


def _places(recorder: Recorder, sought: PastSought) -> dict[str, str]:
    """The series of each entity; of two entities that are one series the one that comes first by name."""
    entities = recorder.entities()
    if unknown := sorted(sought.named.keys() - set(entities)):
        raise NoRecorder(f"it has no entity {clean(unknown[0], 80)!r}")
    portals = {portal for entity in entities if (portal := portal_of_entity(entity)) is not None}
    if sought.portal is not None and sought.portal not in portals:
        raise NoRecorder(
            f"no entity is of the portal id {sought.portal}: there is {', '.join(sorted(portals)) or 'none'}"
        )
    if sought.portal is None and len(portals) > 1:
        raise NoRecorder(f"it has several sites, {', '.join(sorted(portals))}: say which by --portal")
    found: dict[str, str] = {}
    for entity in sorted(entities, key=lambda name: (name not in sought.named, name)):
        if sought.portal is not None and portal_of_entity(entity) not in (sought.portal, None):
            continue
        series = sought.named.get(entity) or series_of_entity(entity)
        if series is None:
            if entity.startswith("sensor.victron"):
                sought.left_out[entity] = "not known"
            continue
        key, path = split_series(series)
        series = sought.renamed.get(key, key).series(path)
        if series in found.values():
            sought.left_out[entity] = f"another entity is {series}"
        else:
            found[entity] = series
    if not found:
        raise NoRecorder(
            "it has no entity that bears a name of Victron's integrations: "
            "name them by --entity sensor.mine=system/0/Dc/Battery/Soc"
        )
    return found


def _rows(points: Iterator[EntityPoint], entity: str, series: str, sought: PastSought) -> Iterator[ExportRow]:
    key, path = split_series(series)
    metric = catalogue().metric(key.cls, path)
    unit = metric.unit if metric is not None else ""
    before: Reading | None = None
    last_at, until = -inf, inf
    for point in points:
        if point.at <= last_at:
            continue  # a reading at the end of an hour, and the state of that moment
        if before is not None and until < inf and point.at - until > SLACK * (until - last_at):
            yield ExportRow(until, sought.station, series, None, Quality.LOST)
            before = None
        last_at, until = point.at, point.until
        if point.value is None:
            if before is not None:
                yield ExportRow(point.at, sought.station, series, None, Quality.LOST)
            before = None
            continue
        value = in_unit(point.value, point.unit, unit)
        if value is None:
            sought.left_out[entity] = f"in {point.unit} where {unit} is expected"
            continue
        reading = qualify(key.cls, path, value, point.at)
        if before is None or (before.value, before.quality) != (reading.value, reading.quality):
            yield ExportRow(point.at, sought.station, series, reading.value, reading.quality, reading.reason)
        before = reading


def in_unit(value: float, unit: str, wanted: str) -> float | None:
    """A value in the unit of its path; None where its own is none that it can be told from."""
    if unit in ("", wanted) or not wanted:
        return value
    if (unit, wanted) == ("°F", "°C"):
        return (value - 32.0) / 1.8
    factor = FACTORS.get((unit, wanted))
    return None if factor is None else value * factor
