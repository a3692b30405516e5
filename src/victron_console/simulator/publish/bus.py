"""A station's whole bus at this moment: every service with its values, as `/services` and `/value` show them."""

from __future__ import annotations

from victron_console.simulator import devices
from victron_console.simulator.plant import Plant
from victron_console.simulator.publish import battery, converter, extras, gx, sources
from victron_console.simulator.publish.system import system
from victron_console.simulator.publish.values import Tree


def services(plant: Plant) -> dict[str, Tree]:
    """Bus name to values by path without a leading slash."""
    spec = plant.spec
    unit = devices.converter(spec)
    form = converter.FORMS.get(spec.converter.kind)
    bus: dict[str, Tree] = {unit.service: form(plant)} if form is not None else {}
    if unit.cls == "multi" and spec.converter.ess is not None:
        bus[converter.ACSYSTEM] = converter.acsystem(plant)
    bus |= battery.services(plant)
    bus |= sources.solar_chargers(plant)
    bus |= sources.pv_inverters(plant)
    bus |= sources.dc_devices(plant)
    bus |= extras.generator(plant)
    bus |= extras.tanks_and_sensors(plant)
    if spec.grid is not None and spec.grid.metered:
        bus |= sources.grid_meter(plant)
    if spec.heat_pump_w:
        bus |= sources.heat_pump(plant)
    bus["com.victronenergy.system"] = system(plant, bus)
    bus["com.victronenergy.platform"] = gx.platform(plant)
    bus["com.victronenergy.logger"] = gx.logger(plant)
    bus["com.victronenergy.settings"] = gx.settings(plant)
    if spec.converter.ess is not None:
        bus["com.victronenergy.hub4"] = gx.hub4(plant)
    return dict(sorted((bus | gx.small(plant)).items()))
