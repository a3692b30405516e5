"""What the fleet screen shows of the one station under the cursor beside its row. Asked of the store; draws nothing."""

from __future__ import annotations

from dataclasses import dataclass

from victron_console.insight.battery_panel import battery_panel
from victron_console.insight.cells import Pack, bank_capacity_ah, cells, cells_in_series
from victron_console.insight.flow.model import Flow
from victron_console.insight.flow.site_flow import flow
from victron_console.insight.moment import StationMoment, station_moment
from victron_console.insight.overview.battery_roles import battery_roles
from victron_console.insight.overview.figures import text
from victron_console.model.units import DAY_S, SLOT_S
from victron_console.store.read.reader import Reader

DAY_FIELDS = ("soc_percent", "pv_power_w", "load_power_w", "grid_power_w", "genset_power_w", "battery_power_w")
_SLOTS = round(DAY_S / SLOT_S)


@dataclass(frozen=True, slots=True)
class StationDetail:
    """One station at a moment."""

    station: str
    at: float
    facts: tuple[str, ...] = ()
    """What it is made of, for the head: GX device, inverter, battery."""
    pack: Pack | None = None
    """The pack with the cell furthest from its median."""
    flow: Flow | None = None
    day: dict[str, tuple[float | None, ...]] | None = None
    """24 hours by overview field, oldest first; None where nothing was received."""
    floor_percent: float | None = None
    """The charge that the battery is kept above."""
    contact: str = ""
    note: str = ""
    runbook: str = ""


def station_detail(reader: Reader, station: str, now: float, as_of: float | None) -> StationDetail:
    """The station at `now`, which is `as_of` where that is given.

    Raises:
        UnknownStation: the store never had it.
    """
    with reader.at_once():
        moment = station_moment(reader, station, as_of)
        if moment is None:
            raise reader.unknown_station(station)
        day = {
            field: tuple(reader.overview_history(station, field, now - DAY_S, now, _SLOTS, as_of))
            for field in DAY_FIELDS
            if getattr(moment.shown, field) is not None
        }
    info = moment.row.info
    wired = flow(moment.snapshot, moment.shown)
    packs = cells(moment.snapshot)
    return StationDetail(
        station=station,
        at=now,
        facts=_facts(moment, wired),
        pack=max(packs, key=_worst_v, default=None),
        flow=wired,
        day=day,
        floor_percent=battery_panel(moment.snapshot, moment.shown).floor_percent,
        contact=info.contact,
        note=info.notes.partition("\n")[0],
        runbook=info.runbook.partition("\n")[0],
    )


def _worst_v(pack: Pack) -> float:
    return abs(pack.worst.deviation_v) if pack.worst else pack.spread_v or 0.0


def _facts(moment: StationMoment, wired: Flow) -> tuple[str, ...]:
    facts = []
    gx = moment.snapshot.device("platform")
    if model := text(gx, "Device/Model"):
        facts.append(f"{model} {moment.shown.firmware or ''}".strip())
    if wired.box is not None and wired.box.names:
        facts.append(wired.box.names[0])
    roles = battery_roles(moment.snapshot)
    ah = bank_capacity_ah(roles)
    count = next((cells for pack in roles.packs if (cells := cells_in_series(pack))), 0)
    if parts := [part for part in (f"{count}S" if count else "", f"{ah:.0f} Ah" if ah else "") if part]:
        facts.append(" ".join(parts))
    return tuple(facts)
