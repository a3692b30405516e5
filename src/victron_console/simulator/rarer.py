"""Stations of rarer kinds than the demonstration has: other roles of the battery, no inverter. Data only."""

from __future__ import annotations

from victron_console.simulator.fleet import FRESH_WATER, FRIDGE, NAMED
from victron_console.simulator.spec import (
    AcType,
    BatterySpec,
    Chemistry,
    ConverterSpec,
    EssSpec,
    GensetSpec,
    GridSpec,
    LoadSpec,
    Monitor,
    PvArray,
    StationSpec,
)

NO_INVERTER = ConverterSpec(kind="none", product="", product_id=0, input_1=AcType.SHORE)

HERON_YARD = StationSpec(
    id="heron-yard", name="Heron Yard", kind="ESS, a shunt measures and a BMS controls", seed=2101,
    latitude=47.9, longitude=11.1, timezone="Europe/Berlin",
    battery=BatterySpec(capacity_ah=280, monitor=Monitor.SHUNT, control=Monitor.SERIAL, initial_soc_percent=60),
    converter=ConverterSpec(input_1=AcType.GRID, ess=EssSpec(min_soc_percent=20)),
    arrays=(PvArray(kwp=4.4, name="Barn"),), load=LoadSpec(daily_kwh=12, input_share=0.2), grid=GridSpec(),
    tags=("house", "ess"),
)  # fmt: skip

OTTER_BASIN = StationSpec(
    id="otter-basin", name="Otter Basin", kind="off-grid with a DC genset only", seed=2202,
    latitude=54.6, longitude=-3.1, timezone="Europe/London",
    battery=BatterySpec(cells=8, capacity_ah=400, monitor=Monitor.SHUNT, initial_soc_percent=45),
    converter=ConverterSpec(product="MultiPlus 24/3000/70-50", product_id=9796, nominal_va=3000),
    load=LoadSpec(profile="camp", daily_kwh=6),
    genset=GensetSpec(rated_w=4000, start_soc_percent=35, stop_soc_percent=80, dc=True), tags=("off-grid",),
)  # fmt: skip

MV_SCOTER = StationSpec(
    id="mv-scoter", name="MV Scoter", kind="electric boat without inverter", seed=2303, gx_model="Cerbo-S GX",
    latitude=52.4, longitude=4.9, timezone="Europe/Amsterdam",
    battery=BatterySpec(cells=16, capacity_ah=400, monitor=Monitor.SHUNT, initial_soc_percent=80),
    converter=NO_INVERTER, arrays=(PvArray(kwp=1.6, tilt_deg=5, name="Roof"),),
    load=LoadSpec(profile="empty", daily_kwh=0.0, dc_w=60, dc_measured=True),
    grid=GridSpec(metered=False, connected_hours=(17.0, 9.0)),
    charger_w=1500, motor_w=2600, starter_w=45, fridge_w=25, tanks=(("Fresh water", FRESH_WATER, 200.0),),
    tags=("boat",),
)  # fmt: skip

SNIPE_VAN = StationSpec(
    id="snipe-van", name="Snipe Van", kind="12 V, a charger at the shore only", seed=2404, gx_model="Venus GX",
    latitude=45.8, longitude=6.6, timezone="Europe/Paris",
    battery=BatterySpec(
        chemistry=Chemistry.LEAD_ACID, cells=6, capacity_ah=220, monitor=Monitor.SHUNT, charge_limit_c=0.2,
        initial_soc_percent=85,
    ),
    converter=NO_INVERTER, load=LoadSpec(profile="empty", daily_kwh=0.0, dc_w=20),
    grid=GridSpec(metered=False, connected_hours=(18.0, 8.0)), charger_w=350,
    sensors=(("Fridge", FRIDGE, 5.0),), tags=("boat",),
)  # fmt: skip

PIPIT_CABIN = StationSpec(
    id="pipit-cabin", name="Pipit Cabin", kind="an inverter and PV without battery monitor", seed=2505,
    latitude=61.1, longitude=9.1, timezone="Europe/Oslo",
    battery=BatterySpec(
        chemistry=Chemistry.LEAD_ACID, cells=12, capacity_ah=300, monitor=Monitor.NONE, charge_limit_c=0.2,
        initial_soc_percent=85,
    ),
    converter=ConverterSpec(
        kind="inverter", product="Phoenix Inverter 24V 1200VA 230V", product_id=41578, nominal_va=1200, charger_a=0.0,
    ),
    arrays=(PvArray(kwp=1.2, tilt_deg=60, name="Gable"),), load=LoadSpec(daily_kwh=1.2), tags=("off-grid",),
)  # fmt: skip

RUFF_BARN = StationSpec(
    id="ruff-barn", name="Ruff Barn", kind="two Lynx in parallel, both at work", seed=2606,
    latitude=53.2, longitude=7.4, timezone="Europe/Berlin",
    battery=BatterySpec(cells=8, capacity_ah=600, monitor=Monitor.LYNX_PARALLEL, whole=True, initial_soc_percent=70),
    converter=ConverterSpec(
        product="MultiPlus-II 24/3000/70-32", product_id=9735, nominal_va=3000, input_1=AcType.GRID,
    ),
    arrays=(PvArray(kwp=2.0, name="South"),), load=LoadSpec(daily_kwh=7, dc_w=25), grid=GridSpec(metered=False),
    tags=("backup",),
)  # fmt: skip

RARER = (HERON_YARD, OTTER_BASIN, MV_SCOTER, SNIPE_VAN, PIPIT_CABIN, RUFF_BARN)
EVERY = (*NAMED, *RARER)
"""One of each topology that there is."""
