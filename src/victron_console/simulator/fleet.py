"""The named stations of the demonstration: one of each kind of site that people build. Data only."""

from __future__ import annotations

from dataclasses import replace

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
    PvPosition,
    StationSpec,
)

THREE = ("L1", "L2", "L3")
SHARES_3 = (0.45, 0.30, 0.25)
FRESH_WATER, DIESEL, GREY_WATER = 1, 0, 2
FRIDGE, ROOM, OUTDOOR, FREEZER = 1, 3, 4, 6

ALDER_FARM = StationSpec(
    id="alder-farm", name="Alder Farm", kind="off-grid farm with genset", seed=101,
    latitude=52.45, longitude=-3.54, timezone="Europe/London",
    battery=BatterySpec(capacity_ah=280, monitor=Monitor.SERIAL, initial_soc_percent=62, name="House bank"),
    converter=ConverterSpec(input_1=AcType.GENSET),
    arrays=(PvArray(kwp=3.6, tilt_deg=35, name="Barn south"), PvArray(kwp=2.4, azimuth_deg=250, name="Barn west")),
    load=LoadSpec(profile="farm", daily_kwh=9.5, dc_w=40),
    genset=GensetSpec(rated_w=7000, start_soc_percent=25, stop_soc_percent=75, tank_l=180),
    sensors=(("Battery room", ROOM, 14.0), ("Outdoor", OUTDOOR, 8.0)),
    tags=("farm", "off-grid", "uk"), contact="J. Alder +44 20 7946 0012", access="key safe at the gate",
    notes="Fuel is ordered by the neighbour.",
)  # fmt: skip

BIRCH_CLINIC = StationSpec(
    id="birch-clinic", name="Birch Clinic", kind="three-phase backup with grid, genset and PV on the output", seed=202,
    latitude=-1.29, longitude=36.82, timezone="Africa/Nairobi",
    battery=BatterySpec(capacity_ah=600, monitor=Monitor.LYNX_NG, initial_soc_percent=80, name="Clinic bank"),
    converter=ConverterSpec(
        product="Quattro 48/8000/110-2x100", product_id=9858, phases=THREE, nominal_va=8000, charger_a=110,
        input_1=AcType.GRID, input_2=AcType.GENSET, input_limit_a=50, idle_loss_w=25,
        ess=EssSpec(setpoint_w=150, min_soc_percent=60),
    ),
    arrays=(
        PvArray(kwp=12.0, position=PvPosition.OUTPUT, tilt_deg=10, azimuth_deg=0, phases=THREE, name="Roof"),
        PvArray(kwp=5.0, tilt_deg=10, azimuth_deg=0, name="Carport"),
    ),
    load=LoadSpec(profile="clinic", daily_kwh=46, phase_shares=SHARES_3, dc_w=60),
    grid=GridSpec(impedance_ohm=0.6), genset=GensetSpec(rated_w=20000, start_soc_percent=35, tank_l=500, on_can=True),
    sensors=(("Vaccine fridge", FRIDGE, 4.5), ("Freezer", FREEZER, -18.5), ("Server room", ROOM, 23.0)),
    tags=("clinic", "kenya", "backup"), contact="Sr. Wanjiru +254 20 555 0134", access="caretaker, day and night",
)  # fmt: skip

CEDAR_HOUSE = StationSpec(
    id="cedar-house", name="Cedar House", kind="ESS house, one phase, Pylontech", seed=303, gx_model="Cerbo GX",
    latitude=50.45, longitude=30.52, timezone="Europe/Kyiv",
    battery=BatterySpec(cells=15, capacity_ah=174, monitor=Monitor.PYLONTECH, modules=2),
    converter=ConverterSpec(
        product="MultiPlus-II 48/3000/35-32", product_id=9769, nominal_va=3000, charger_a=35, input_1=AcType.GRID,
        ess=EssSpec(setpoint_w=50, min_soc_percent=40),
    ),
    arrays=(PvArray(kwp=3.2, tilt_deg=40, name="Roof south"),),
    load=LoadSpec(daily_kwh=11, input_share=0.35), grid=GridSpec(), heat_pump_w=900,
    sensors=(("Boiler top", 5, 52.0), ("Outdoor", OUTDOOR, 8.0)),
    tags=("house", "ess"), contact="O. Kovalenko", firmware="v3.66",
)  # fmt: skip

DUNE_PUMP = StationSpec(
    id="dune-pump", name="Dune Pump", kind="off-grid 24 V solar pump", seed=404, gx_model="Venus GX",
    latitude=14.77, longitude=-17.37, timezone="Africa/Dakar",
    battery=BatterySpec(cells=8, capacity_ah=300, monitor=Monitor.SERIAL, initial_soc_percent=70),
    converter=ConverterSpec(product="MultiPlus 24/3000/70-50", product_id=9796, nominal_va=3000),
    arrays=(PvArray(kwp=3.0, tilt_deg=15, name="Dune"),),
    load=LoadSpec(profile="pump", daily_kwh=8.5), tanks=(("Water tower", FRESH_WATER, 20000.0),),
    tags=("pump", "off-grid", "senegal"), contact="M. Diop +221 33 555 0142",
    notes="The router runs on solar power too.",
)  # fmt: skip

FERN_LODGE = StationSpec(
    id="fern-lodge", name="Fern Lodge", kind="split phase 120/240 V, ESS", seed=505,
    latitude=44.06, longitude=-121.31, timezone="America/Los_Angeles",
    battery=BatterySpec(capacity_ah=400, monitor=Monitor.LYNX_NG, initial_soc_percent=60),
    converter=ConverterSpec(
        product="MultiPlus-II 48/3000/35-50 2x120V", product_id=9793, phases=("L1", "L2"), nominal_va=3000,
        voltage_v=120, frequency_hz=60, input_1=AcType.GRID, input_limit_a=50, charger_a=35,
        ess=EssSpec(setpoint_w=0, min_soc_percent=30),
    ),
    arrays=(PvArray(kwp=4.8, tilt_deg=30, name="Lodge roof"), PvArray(kwp=2.0, azimuth_deg=120, name="Shed")),
    load=LoadSpec(daily_kwh=19, input_share=0.2, phase_shares=(0.55, 0.45)), grid=GridSpec(impedance_ohm=0.12),
    tags=("house", "ess", "us"), contact="D. Fernandez +1 541 555 0188",
)  # fmt: skip

GORSE_DEPOT = StationSpec(
    id="gorse-depot", name="Gorse Depot", kind="off-grid, PV on the output throttled by frequency", seed=606,
    latitude=56.82, longitude=-5.11, timezone="Europe/London",
    battery=BatterySpec(capacity_ah=200, monitor=Monitor.PYLONTECH, modules=4, initial_soc_percent=75),
    converter=ConverterSpec(nominal_va=8000, product="MultiPlus-II 48/8000/110-100", product_id=9765, charger_a=110),
    arrays=(PvArray(kwp=5.5, position=PvPosition.OUTPUT, name="Depot roof"),),
    load=LoadSpec(profile="works", daily_kwh=6.0), wind_w=1200,
    tags=("off-grid", "uk", "mast"), contact="Estate office +44 1397 555 0119", notes="4G mast, two bars.",
)  # fmt: skip

IVY_WORKS = StationSpec(
    id="ivy-works", name="Ivy Works", kind="three-phase ESS, PV on the input", seed=707,
    latitude=51.34, longitude=12.37, timezone="Europe/Berlin",
    battery=BatterySpec(capacity_ah=500, monitor=Monitor.PYLONTECH, modules=10),
    converter=ConverterSpec(
        product="MultiPlus-II 48/5000/70-50", phases=THREE, input_1=AcType.GRID, input_limit_a=63,
        ess=EssSpec(setpoint_w=100, min_soc_percent=25),
    ),
    arrays=(
        PvArray(kwp=14.0, position=PvPosition.INPUT, phases=THREE, tilt_deg=15, name="Hall"),
        PvArray(kwp=4.0, tilt_deg=60, name="Facade"),
    ),
    load=LoadSpec(profile="works", daily_kwh=62, input_share=0.4, phase_shares=SHARES_3), grid=GridSpec(),
    tags=("works", "ess", "germany"), contact="Leitstand +49 341 555 0176",
)  # fmt: skip

LARCH_HUT = StationSpec(
    id="larch-hut", name="Larch Hut", kind="Multi RS on L3 only, ESS", seed=808, gx_model="Ekrano GX",
    latitude=46.62, longitude=8.04, timezone="Europe/Zurich",
    battery=BatterySpec(capacity_ah=100, monitor=Monitor.PYLONTECH, modules=2, initial_soc_percent=55),
    converter=ConverterSpec(
        kind="multi", product="Multi RS Solar 48V/6000VA/100A", product_id=42050, firmware=69637, phases=("L3",),
        nominal_va=6000, input_1=AcType.GRID, input_limit_a=16, charger_a=100, ess=EssSpec(min_soc_percent=20),
    ),
    arrays=(PvArray(kwp=5.2, position=PvPosition.RS, tilt_deg=45, name="Hut roof"),),
    load=LoadSpec(daily_kwh=7, input_share=0.1), grid=GridSpec(impedance_ohm=0.5),
    tags=("hut", "ess", "alps"), contact="Hut warden", access="by cable car",
)  # fmt: skip

QUARRY_CAMP = StationSpec(
    id="quarry-camp", name="Quarry Camp", kind="24 V camp with CAN genset and wind", seed=909,
    latitude=63.43, longitude=10.39, timezone="Europe/Oslo",
    battery=BatterySpec(cells=8, capacity_ah=800, monitor=Monitor.LYNX_NG, initial_soc_percent=45),
    converter=ConverterSpec(
        product="Quattro 24/5000/120-2x100", product_id=9830, charger_a=120, input_1=AcType.GENSET, input_limit_a=50,
    ),
    arrays=(PvArray(kwp=1.8, tilt_deg=60, name="Container"),),
    load=LoadSpec(profile="camp", daily_kwh=21, dc_w=90), wind_w=1500,
    genset=GensetSpec(rated_w=9000, start_soc_percent=35, stop_soc_percent=85, tank_l=400, on_can=True),
    tags=("camp", "off-grid", "genset"), contact="Site foreman +47 73 55 01 60",
)  # fmt: skip

SY_WREN = StationSpec(
    id="sy-wren", name="SY Wren", kind="12 V boat with lead-acid", seed=1010, gx_model="Cerbo-S GX",
    latitude=43.29, longitude=5.36, timezone="Europe/Paris",
    battery=BatterySpec(
        chemistry=Chemistry.LEAD_ACID, cells=6, capacity_ah=440, monitor=Monitor.SHUNT, charge_limit_c=0.2,
        initial_soc_percent=80, name="House",
    ),
    converter=ConverterSpec(
        product="MultiPlus 12/3000/120-50", product_id=9763, nominal_va=3000, charger_a=120, input_1=AcType.SHORE,
        input_limit_a=16,
    ),
    arrays=(PvArray(kwp=0.8, tilt_deg=5, name="Bimini"),),
    load=LoadSpec(profile="boat", daily_kwh=1.4, dc_w=45, dc_measured=True),
    grid=GridSpec(metered=False, connected_hours=(18.0, 23.0)), alternator_w=900,
    tanks=(("Fresh water", FRESH_WATER, 300.0), ("Diesel", DIESEL, 200.0), ("Grey water", GREY_WATER, 80.0)),
    sensors=(("Fridge", FRIDGE, 5.0),), tags=("boat",), contact="Skipper", access="VHF 9",
)  # fmt: skip

TERN_COTTAGE = StationSpec(
    id="tern-cottage", name="Tern Cottage", kind="12 V, two Lynx in parallel, one off", seed=1111,
    latitude=60.16, longitude=-1.15, timezone="Europe/London",
    battery=BatterySpec(cells=4, capacity_ah=200, monitor=Monitor.LYNX_PARALLEL, initial_soc_percent=90),
    converter=ConverterSpec(
        product="MultiPlus-II 12/3000/120-32", product_id=9733, nominal_va=3000, charger_a=120, input_1=AcType.GRID,
    ),
    load=LoadSpec(profile="empty", daily_kwh=4.5, dc_w=25), grid=GridSpec(metered=False),
    tags=("cottage", "backup"), contact="Neighbour +44 1595 555 0107", notes="Battery 3 waits for a reset.",
)  # fmt: skip

SY_KESTREL = StationSpec(
    id="sy-kestrel", name="SY Kestrel", kind="48 V boat with alternator", seed=1212,
    latitude=36.14, longitude=-5.35, timezone="Europe/Gibraltar",
    battery=BatterySpec(capacity_ah=200, monitor=Monitor.SERIAL, initial_soc_percent=70, name="48v House"),
    converter=ConverterSpec(product="MultiPlus 48/5000/70-100", product_id=9761, input_1=AcType.SHORE),
    arrays=(PvArray(kwp=1.2, tilt_deg=5, name="Coachroof"), PvArray(kwp=0.6, tilt_deg=5, name="Arch")),
    load=LoadSpec(profile="boat", daily_kwh=7.5, dc_w=110),
    grid=GridSpec(metered=False, connected_hours=(20.0, 22.0)), alternator_w=4500,
    tanks=(("Stbd fuel", DIESEL, 250.0), ("Freshwater", FRESH_WATER, 400.0)), tags=("boat",), contact="Skipper Hayes",
)  # fmt: skip

NAMED = (
    ALDER_FARM, BIRCH_CLINIC, CEDAR_HOUSE, DUNE_PUMP, FERN_LODGE, GORSE_DEPOT, IVY_WORKS, LARCH_HUT, QUARRY_CAMP,
    SY_WREN, TERN_COTTAGE, SY_KESTREL,
)  # fmt: skip
"""In this order a small demonstration takes the most different ones first."""


def demo_specs(count: int, seed: int = 0) -> list[StationSpec]:
    """The first `count` stations; beyond the named ones their kinds repeat with a number and other weather and habits.

    Args:
        count: how many.
        seed: another seed is another world; 0 is the one of the documentation.
    """
    specs = []
    for n in range(count):
        named = NAMED[n % len(NAMED)]
        again = n // len(NAMED)
        spec = replace(named, seed=named.seed + 7919 * seed + 104729 * again)
        if again:
            spec = replace(
                spec, id=f"{named.id}-{again + 1}", name=f"{named.name} {again + 1}",
                latitude=named.latitude + 0.05 * (again % 7), longitude=named.longitude + 0.07 * (again % 11),
                battery=replace(named.battery, initial_soc_percent=40.0 + (named.seed * (again + 1)) % 50),
            )  # fmt: skip
        specs.append(spec)
    return specs
