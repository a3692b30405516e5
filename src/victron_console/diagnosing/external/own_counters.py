"""Our energies as the portal makes its own: by the steps of energy counters, in the quarter of an hour they arrive.

The portal takes differences of counters (mr-manuel/venus-os_dbus-enphase-envoy, issue 27) and counts as loads what is
left over, conversion losses among them (victronenergy/dbus-fronius, issue 18). Powers added up differ from that by what
counters and losses do, not by a fault of the record.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from victron_console.catalogue.vrm import EnergyKind
from victron_console.diagnosing.external.quarters import Quarters
from victron_console.diagnosing.record.timeline import BoolArray, FloatArray
from victron_console.model.external.external_day import QUARTER_S
from victron_console.model.units import DAY_S
from victron_console.store.read.reader import Reader

COUNTERS: Mapping[EnergyKind, str] = {
    EnergyKind.PV: r"pvinverter/[^/]+/Ac/(L\d/)?Energy/Forward|(solarcharger|multi|inverter)/[^/]+/Yield/System",
    EnergyKind.IMPORTED: r"grid/[^/]+/Ac/(L\d/)?Energy/Forward",
    EnergyKind.EXPORTED: r"grid/[^/]+/Ac/(L\d/)?Energy/Reverse",
    EnergyKind.GENSET: r"genset/[^/]+/Ac/(L\d/)?Energy/Forward",
}
_PHASE = re.compile(r"L\d/")


def counters_of(kind: EnergyKind, names: Sequence[str]) -> list[str]:
    """The counters of a kind: of a meter its total, or its phases where it has none."""
    pattern = COUNTERS.get(kind)
    found = [name for name in names if pattern and re.fullmatch(pattern, name)]
    return [name for name in found if (total := _PHASE.sub("", name)) == name or total not in found]


def counted_quarters(reader: Reader, station: str, own: Quarters, count: int) -> Quarters:
    """The same quarters by counters, as far as there are any, with loads as what is left over.

    Args:
        reader: of the store.
        station: which one.
        own: by powers; where these are not known, counters tell of a longer time and are left out.
        count: how many quarters.
    """
    names = [row.name for row in reader.series(station)]
    kwh = dict(own.kwh)
    for kind in EnergyKind:
        steps = [_steps(reader, station, name, own.since, count) for name in counters_of(kind, names)]
        if steps and kind in own.kwh:
            kwh[kind] = np.where(_is_known(own.kwh[kind]), np.sum(steps, axis=0), np.nan)
    return with_left_over(Quarters(own.since, kwh))


def with_left_over(own: Quarters) -> Quarters:
    """With loads as the portal has them: not measured, but what is left over of all else."""
    kwh = own.kwh
    if not {EnergyKind.LOAD, EnergyKind.CHARGED, EnergyKind.DISCHARGED} <= kwh.keys():
        return own
    return Quarters(own.since, {**kwh, EnergyKind.LOAD: _left_over(kwh)})


def _is_known(course: FloatArray) -> BoolArray:
    """Not in a gap, nor in the quarter after it, in which the counter's step over the gap arrives."""
    known: BoolArray = np.isfinite(course)
    return known & np.concatenate(([True], known[:-1]))


def _left_over(kwh: Mapping[EnergyKind, FloatArray]) -> FloatArray:
    total = kwh[EnergyKind.DISCHARGED] - kwh[EnergyKind.CHARGED]
    for kind, sign in (
        (EnergyKind.PV, 1), (EnergyKind.IMPORTED, 1), (EnergyKind.GENSET, 1), (EnergyKind.EXPORTED, -1)
    ):  # fmt: skip
        total = total + sign * kwh[kind] if kind in kwh else total
    return np.maximum(total, 0.0)


def _steps(reader: Reader, station: str, name: str, since: float, count: int) -> FloatArray:
    """kWh by quarter; a counter that fell was reset and has counted its new value since."""
    until = since + count * QUARTER_S
    points = reader.history(station, name, since - DAY_S, until)
    known = [(point.at, point.number) for point in points if point.number is not None]
    found = np.zeros(count)
    if len(known) > 1:
        at, reading = np.array(known, dtype=np.float64).T
        rises = np.diff(reading)
        places = ((at[1:] - since) // QUARTER_S).astype(np.int64)
        within = (places >= 0) & (places < count)
        np.add.at(found, places[within], np.where(rises >= 0, rises, reading[1:])[within])
    return found
