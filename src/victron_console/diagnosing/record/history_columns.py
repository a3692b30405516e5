"""Which recorded series a `History` is made of. Asks a record that is handed in; opens nothing and judges nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from victron_console.diagnosing.battery.resistance import NO_STEPS, LoadSteps, load_steps
from victron_console.diagnosing.power.energy import at_times
from victron_console.diagnosing.record.history import History
from victron_console.diagnosing.record.timeline import FloatArray
from victron_console.model.device import DeviceKey, split_series
from victron_console.model.snapshot import PHASES
from victron_console.model.units import DAY_S
from victron_console.store.answers import Point
from victron_console.store.read.curves import Means

SOURCE = "system/0/Ac/ActiveIn/Source"
ON_GRID, INVERTING = 1.0, 240.0
"""Values of system Ac/ActiveIn/Source; 2 and 3 are a generator and shore power: their absence is no outage."""
NO_OTHER_DC_W = 20.0
"""Other meters on the DC bus have errors of their own: with more than this the inverter's part is not told from it."""
CAN_DAYS = 70.0
FASTEST_S = 10.0
BATTERY_PATHS: Mapping[str, tuple[str, ...]] = {
    "soh_percent": ("Soh",),
    "battery_c": ("System/MaxCellTemperature", "Dc/0/Temperature"),
    "coldest_c": ("System/MinCellTemperature",),
    "cell_high_v": ("System/MaxCellVoltage",),
    "cell_low_v": ("System/MinCellVoltage",),
}
"""Paths of the site's battery by the field of `History`: the first device that has one, the first path of it."""
FIGURES = {
    "soc_percent": "soc_percent", "battery_v": "battery_voltage_v", "battery_a": "battery_current_a",
    "battery_w": "battery_power_w", "pv_w": "pv_power_w", "grid_w": "grid_power_w", "genset_w": "genset_power_w",
    "other_w": "other_dc_power_w",
}  # fmt: skip
"""Fields of `Overview` with five-minute rows, by the field of `History`."""
GX_PATHS = {
    "data_free_bytes": ("platform", "ModificationChecks/DataPartitionFreeSpace"),
    "wifi_percent": ("platform", "Network/Wifi/SignalStrength"),
    "vrm_contact_at": ("logger", "Vrm/TimeLastContact"),
}
"""Of the GX device, by the field of `History`. It gives no uptime."""
INPUT_PATHS = {"vebus": "Ac/ActiveIn", "multi": "Ac/In/1", "acsystem": "Ac/In/1"}


class Record(Protocol):
    """One station's record over one span in equal columns, such as the store's reader gives it."""

    def names(self) -> Collection[str]:
        """The series that are recorded."""
        ...

    def column(self, series: str) -> Means | None:
        """A series in columns; None where there is none of that name."""
        ...

    def figure(self, field: str) -> FloatArray:
        """A field of `Overview` in the same columns, NaN where it is not known."""
        ...

    def points(self, series: str, since: float, until: float) -> Sequence[Point]:
        """The changes of a series in a span, the first carrying what held at its begin."""
        ...


def history(
    record: Record,
    at: FloatArray,
    battery: Sequence[DeviceKey],
    *,
    outdoor: DeviceKey | None = None,
    steps: LoadSteps = NO_STEPS,
    errors_of: Callable[[str], float | str | None] | None = None,
) -> History:
    """A station's record as the diagnoses read it.

    Args:
        record: where it is asked for.
        at: the middles of its columns (UTC epoch, s).
        battery: the devices of the site's battery, its packs before its monitor; what none of them says is left out.
        outdoor: the sensor of the outside temperature.
        steps: load steps gathered from its fast values.
        errors_of: finds the error count in the text of a CAN statistic; None: CAN errors are left out.
    """
    columns = _Columns(record, len(at))
    fields: dict[str, Any] = {name: columns.figure(field) for name, field in FIGURES.items()}
    for name, paths in BATTERY_PATHS.items():
        series = [device.series(path) for device in battery for path in paths]
        found = (columns.mean(one) for one in series if columns.has(one))
        fields[name] = next((values for values in found if np.isfinite(values).any()), None)
    fields["cell_low_id"] = next(
        (ids for device in battery if (ids := _cell_ids(record, at, device)) is not None), None
    )
    if outdoor is not None:
        fields["ambient_c"] = columns.mean(outdoor.series("Temperature"))
    for name in ("genset_w", "other_w"):
        fields[name] = at_times(fields[name], fields["battery_w"])
    fields |= _loads(columns) | _inverter(columns) | _grid(columns, len(at))
    for name, (cls, path) in GX_PATHS.items():
        fields[name] = columns.first(cls, path)
    fields["can_errors"] = _can_errors(record, columns, at, errors_of)
    return History(at=at, steps=steps, **fields)


def steps_of_day(
    record: Record, battery: DeviceKey, since: float, until: float, nominal_ah: float,
    gaps: Sequence[tuple[float, float]] = (),
) -> LoadSteps:  # fmt: skip
    """The load steps of a day at most: read each day and add them to those kept (`LoadSteps` + `LoadSteps`).

    Only changes are recorded, so that values are held on a grid of ten seconds: what did not change was quiet.

    Args:
        record: where the points are asked for.
        battery: whose voltage and current are read; both of one service, as they must be.
        since: begin of the span (UTC epoch, s).
        until: its end.
        nominal_ah: of the battery.
        gaps: spans without values: no step is read across one.
    """
    at = np.arange(since, until, FASTEST_S)
    silent = np.zeros(len(at), dtype=bool)
    for begin, end in gaps:
        silent |= (at >= begin) & (at <= end)
    paths = ("Dc/0/Voltage", "Dc/0/Current", "Dc/0/Temperature", "Soc")
    values = [_held(record.points(battery.series(path), since, until), at) for path in paths]
    volts, amperes, celsius, soc = (np.where(silent, np.nan, value) for value in values)
    return load_steps(at, volts, amperes, nominal_ah, celsius, soc)


class _Columns:
    """Columns of a record as arrays."""

    def __init__(self, record: Record, count: int) -> None:
        self._record = record
        self._nothing = np.full(count, np.nan)
        self.names = frozenset(record.names())

    def has(self, series: str) -> bool:
        return series in self.names

    def mean(self, series: str) -> FloatArray:
        found = self._record.column(series)
        return self._nothing if found is None else found.mean

    def last(self, series: str) -> FloatArray:
        found = self._record.column(series)
        return self._nothing if found is None else found.last

    def figure(self, field: str) -> FloatArray | None:
        found = self._record.figure(field)
        return found if np.isfinite(found).any() else None

    def devices(self, cls: str) -> list[str]:
        return sorted({str(split_series(name)[0]) for name in self.names if name.startswith(f"{cls}/")})

    def first(self, cls: str, path: str) -> FloatArray | None:
        """The mean of a path of the first device of a class that has it."""
        found = next((f"{device}/{path}" for device in self.devices(cls) if self.has(f"{device}/{path}")), None)
        return self.mean(found) if found else None

    def phases(self, device: str, prefix: str, end: str) -> dict[str, FloatArray]:
        """A path of each phase that is recorded with at least one value."""
        series = {phase: f"{device}/{prefix}/{phase}/{end}" for phase in PHASES}
        found = {phase: self.mean(name) for phase, name in series.items() if self.has(name)}
        return {phase: value for phase, value in found.items() if np.isfinite(value).any()}


def _loads(columns: _Columns) -> dict[str, FloatArray | None]:
    ac, dc = columns.figure("load_power_w"), columns.figure("dc_load_power_w")
    if ac is None or dc is None:
        return {"load_w": dc if ac is None else ac}
    return {"load_w": ac + np.nan_to_num(dc)}


def _converter(columns: _Columns) -> tuple[str, str] | None:
    return converter_input(columns.names)


def converter_input(names: Collection[str]) -> tuple[str, str] | None:
    """The site's inverter/charger and the path of its input: the first of the classes among recorded series."""
    devices = sorted({str(split_series(name)[0]) for name in names})
    found = ((device, path) for cls, path in INPUT_PATHS.items() for device in devices if device.startswith(f"{cls}/"))
    return next(found, None)


def _inverter(columns: _Columns) -> dict[str, FloatArray | None]:
    """DC power by the battery's meter, the better one: only while nothing else feeds the DC bus."""
    found = _converter(columns)
    battery = columns.figure("battery_power_w")
    if found is None or battery is None:
        return {}
    device, prefix = found
    given = [columns.figure(field) for field in ("pv_dc_power_w", "other_dc_power_w")]
    other = sum((np.nan_to_num(value) for value in given if value is not None), np.zeros(len(battery)))
    used = columns.figure("dc_load_power_w")
    dc_w = other - battery - (0.0 if used is None else np.nan_to_num(used))
    outputs = columns.phases(device, "Ac/Out", "P")
    inputs = columns.phases(device, prefix, "P")
    return {
        "inverter_dc_w": np.where(np.abs(other) <= NO_OTHER_DC_W, dc_w, np.nan),
        "ac_out_w": sum(outputs.values(), np.zeros(len(battery))) if outputs else None,
        # Without an input there is no power at it, and none is published.
        "ac_in_w": sum((np.nan_to_num(value) for value in inputs.values()), np.zeros(len(battery))),
        "inverter_state": columns.last(f"{device}/State") if columns.has(f"{device}/State") else None,
    }


def _grid(columns: _Columns, count: int) -> dict[str, FloatArray | dict[str, FloatArray] | None]:
    found = _converter(columns)
    if found is None or not columns.has(SOURCE):
        return {}
    device, prefix = found
    codes = columns.last(SOURCE)
    if not _has_grid(columns, codes):
        return {}  # what is not wired to a grid has none to lose: inverting is how it lives
    hertz = columns.phases(device, prefix, "F")
    volts = columns.phases(device, prefix, "V")
    return {
        "grid_connected": np.select([codes == ON_GRID, codes == INVERTING], [1.0, 0.0], default=np.nan),
        "grid_hz": next(iter(hertz.values()), np.full(count, np.nan)),
        "grid_v": volts,
        "grid_a": _own_amperes(columns, volts),
    }


def _has_grid(columns: _Columns, codes: FloatArray) -> bool:
    """Whether the public grid is wired to an input."""
    inputs = [name for name in columns.names if name.startswith("system/0/Ac/In/") and name.endswith("/Source")]
    return bool((codes == ON_GRID).any() or any((columns.last(name) == ON_GRID).any() for name in inputs))


def _own_amperes(columns: _Columns, volts: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """What the whole site draws from the line: beside loads on the input the inverter's own part tells nothing.

    From the power, whose sign every meter gives; many give a current without one.
    """
    watts = columns.phases("system/0", "Ac/Grid", "Power")
    with np.errstate(invalid="ignore", divide="ignore"):
        return {phase: watts[phase] / value for phase, value in volts.items() if phase in watts}


def _can_errors(
    record: Record, columns: _Columns, at: FloatArray, errors_of: Callable[[str], float | str | None] | None
) -> dict[str, FloatArray]:
    """One count a day of the last ten weeks: that is enough for a usual week, and the texts are many."""
    found: dict[str, FloatArray] = {}
    if errors_of is None:
        return found
    days = np.unique(np.searchsorted(at, np.arange(at[-1] - CAN_DAYS * DAY_S, at[-1], DAY_S)))
    for series in sorted(name for name in columns.names if "/CanBus/Interface/" in name):
        counts = np.full(len(at), np.nan)
        for n in days.tolist():
            points = record.points(series, float(at[n]), float(at[n]))
            count = errors_of(str(points[0].value)) if points else None
            counts[n] = count if isinstance(count, float) else np.nan
        found[split_series(series)[1].split("/")[2]] = counts
    return found


def _cell_ids(record: Record, at: FloatArray, battery: DeviceKey) -> FloatArray | None:
    """The name of the lowest cell as a number: its own figures where it has some, else its place among the names."""
    points = record.points(battery.series("System/MinVoltageCellId"), float(at[0]), float(at[-1]))
    names = sorted({str(point.value) for point in points if point.value not in (None, "")})
    if not names:
        return None
    numbers = {name: float("".join(filter(str.isdecimal, name)) or n) for n, name in enumerate(names)}
    if len(set(numbers.values())) < len(names):
        numbers = {name: float(n) for n, name in enumerate(names)}
    return _sampled(np.array([point.at for point in points]),
                    np.array([numbers.get(str(point.value), np.nan) for point in points]), at)  # fmt: skip


def _held(points: Sequence[Point], at: FloatArray) -> FloatArray:
    values = np.array([np.nan if point.number is None else point.number for point in points])
    return _sampled(np.array([point.at for point in points]), values, at)


def _sampled(changed_at: FloatArray, value: FloatArray, at: FloatArray) -> FloatArray:
    """What held at each moment; NaN before the first change."""
    if not len(changed_at):
        return np.full(len(at), np.nan)
    places = np.searchsorted(changed_at, at, side="right") - 1
    held: FloatArray = np.where(places >= 0, value[np.maximum(places, 0)], np.nan)
    return held
