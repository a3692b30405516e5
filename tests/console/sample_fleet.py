"""A made-up fleet at one frozen moment: the one the console's looks were drawn with."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from victron_console.console.fleet.all_sites import FleetDay
from victron_console.console.fleet.station_data import StationDetail
from victron_console.console.kit.view import (
    Alarm,
    Dawn,
    FleetView,
    Mark,
    Site,
)
from victron_console.insight.cells import Cell, Pack, PackClass
from victron_console.insight.sunrise import CoursePoint
from victron_console.insight.verdict.clause import Clause, Rank, SiteVerdict
from victron_console.model.device import DeviceKey
from victron_console.model.overview import AcInput, Overview
from victron_console.model.quality import Quality
from victron_console.model.station import StationState
from victron_console.store.records import Event

NOW = datetime(2026, 11, 23, 14, 32, 7, tzinfo=UTC).timestamp()
FLAT_100 = (100.0,) * 36


def at(hour: int, minute: int, second: int = 0) -> float:
    """That time of the sample's day (UTC epoch, s)."""
    return datetime(2026, 11, 23, hour, minute, second, tzinfo=UTC).timestamp()


def levels(text: str) -> tuple[float | None, ...]:
    """36 points from 18 characters of the looks' trend: `▁` to `▇`, `·` for nothing received."""
    scale = "▁▂▃▄▅▆▇"
    values = [None if mark == "·" else (scale.index(mark) + 0.5) / 7 * 100 for mark in text]
    return tuple(value for value in values for _ in range(2))


def ac(kind: str | None, connected: bool = True) -> AcInput:
    """An AC input."""
    return AcInput(kind, connected if kind else None)


def said(*clauses: Clause) -> SiteVerdict:
    """What is to be said of a site."""
    return SiteVerdict(clauses)


def clause(text: str, mark: str = "!", rank: Rank = Rank.WRONG, *, short: str = "", family: str = "") -> Clause:
    """One sentence; `short` where it has another form."""
    return Clause(text, short or text, rank, mark, family)


def at_sunrise(words: str) -> Clause:
    """What is expected, with nothing wrong."""
    return clause(f"{words} % at sunrise.", "", Rank.EXPECTED)


_VERDICTS = {
    "alder-farm": said(
        clause("Empty about 15:12.", "!", Rank.SUPPLY),
        clause("The battery is low, 9 %.", "!!", Rank.SUPPLY, short="Battery low, 9 %.", family="soc"),
        clause("Cell 7 is 103 mV low.", "!!", family="cell"),
        clause("A tank is low, 18 %.", "!", family="tank"),
    ),
    "tern-cottage": said(
        clause("Battery 3 is off.", "!", family="modules"),
        clause("One of three batteries is off.", "?", Rank.DOUBT, short="Part of battery off."),
        at_sunrise("90-94"),
    ),
    "dune-pump": said(
        clause("No answer for 34 min.", "x", Rank.LINK),
        clause("Empty about 22:40, by figures of 13:58.", "!", Rank.SUPPLY, short="Empty about 22:40."),
    ),
    "sy-kestrel": said(at_sunrise("38-61")),
    "ivy-works": said(
        clause("An AC input is set wrong.", "!", short="AC input set wrong.", family="config"),
        clause("AC input 1 is set to generator, but power goes out there.", "?", Rank.DOUBT, short="Grid is doubtful."),
        at_sunrise("83-88"),
    ),
    "gorse-depot": said(clause("Not read for 3 min.", "~", Rank.LINK), at_sunrise("31-44")),
    "cedar-house": said(at_sunrise("78-82")),
    "plover-yard": said(
        clause("0.9 kW unaccounted for: one meter is wrong.", "?", Rank.DOUBT, short="0.9 kW unaccounted."),
        at_sunrise("80-86"),
    ),
    "quarry-camp": said(
        clause("Power and current have opposite signs.", "?", Rank.DOUBT, short="Battery signs differ."),
        at_sunrise("71-79"),
    ),
    "sy-wren": said(at_sunrise("93-97")),
    "larch-hut": said(at_sunrise("100")),
}


def course_of(soc: float, floor: float, since: float) -> tuple[CoursePoint, ...]:
    """A charge that falls to a floor over the night, less and less surely."""
    steps = range(34)
    middle = [max(floor, soc - step * 0.4) for step in steps]
    return tuple(
        CoursePoint(since + step * 1800, max(0.0, at - step * 0.15), at, at + step * 0.25)
        for step, at in zip(steps, middle, strict=True)
    )


_SITES = (
    Site(
        "alder-farm",
        "Alder Farm",
        Overview(
            soc_percent=9,
            battery_power_w=-1924,
            pv_power_w=104,
            load_power_w=1926,
            ac_input=ac("genset", False),
            cell_spread_v=0.156,
            battery_temperature_c=9,
            time_to_go_s=2400,
            system_state="Inverting",
            firmware="v3.70",
            battery_voltage_v=49.9,
            dc_load_power_w=40,
            genset_power_w=0,
        ),
        read_at=NOW - 4,
        mark=Mark.NOW,
        alarms=3,
        beyond={"soc_percent": Mark.NOW, "cell_spread_v": Mark.NOW, "dawn": Mark.NOW, "fuel": Mark.TODAY},
        dawn=Dawn(0, 12, at(15, 12), at(6, 58) + 86_400, course_of(9.0, 5.0, NOW)),
        soc_trend=levels("▆▅▅▅▅▄▄▄▄▃▃▃▃▂▂▂▁▁"),
        energy_today_kwh=1.1,
        yield_kwh_per_kwp=0.3,
        genset_hours_today=0.0,
        fuel_percent=18,
        vrm_age_s=70,
        round_trip_s=0.041,
        errors=0,
        note="fuel ordered Tue",
        tags=("farm",),
    ),
    Site(
        "tern-cottage",
        "Tern Cottage",
        Overview(
            soc_percent=94,
            battery_power_w=259,
            load_power_w=0,
            grid_power_w=306,
            ac_input=ac("grid"),
            system_state="Bulk",
            firmware="v3.67",
            flags={"battery_bank": "One of three batteries is off."},
        ),
        read_at=NOW - 9,
        mark=Mark.TODAY,
        alarms=1,
        dawn=Dawn(90, 94),
        soc_trend=FLAT_100,
        vrm_age_s=130,
        round_trip_s=0.088,
        errors=0,
        tags=("house",),
    ),
    Site(
        "dune-pump",
        "Dune Pump",
        Overview(
            soc_percent=61,
            battery_power_w=-300,
            pv_power_w=0,
            load_power_w=290,
            cell_spread_v=0.02,
            battery_temperature_c=15,
            time_to_go_s=20_000,
            firmware="v3.70",
        ),
        quality=Quality.LOST,
        state=StationState.LOST,
        read_at=at(13, 58),
        mark=Mark.LOST,
        alarms=1,
        dawn=Dawn(empty_at=at(22, 40)),
        soc_trend=levels("▅▅▅▅▅▅▅▅▅▅▅▅▅▅····"),
        energy_today_kwh=2.4,
        yield_kwh_per_kwp=1.0,
        vrm_age_s=36 * 60 + 5,
        errors=14,
        note="router on solar",
    ),
    Site(
        "sy-kestrel",
        "SY Kestrel",
        Overview(
            soc_percent=83,
            battery_power_w=-3922,
            pv_power_w=147,
            load_power_w=1376,
            ac_input=ac("grid", False),
            time_to_go_s=6600,
            system_state="Inverting",
            firmware="v3.70",
        ),
        read_at=NOW - 3,
        mark=Mark.CLEARED,
        alarms=1,
        dawn=Dawn(38, 61),
        soc_trend=levels("▇" * 17 + "▆"),
        energy_today_kwh=0.8,
        yield_kwh_per_kwp=0.7,
        vrm_age_s=40,
        round_trip_s=0.21,
        errors=2,
        tags=("boat",),
    ),
    Site(
        "ivy-works",
        "Ivy Works",
        Overview(
            soc_percent=100,
            battery_power_w=484,
            pv_power_w=1230,
            load_power_w=570,
            grid_power_w=-2320,
            ac_input=ac("grid"),
            battery_temperature_c=30,
            system_state="Absorption",
            firmware="v3.70",
            flags={"grid_power_w": "AC input 1 is set to generator, but power goes out there."},
        ),
        read_at=NOW - 5,
        mark=Mark.ACKED_TODAY,
        alarms=1,
        dawn=Dawn(83, 88),
        soc_trend=levels("▅▅▅▄▄▄▅▅▆▆▆▇▇▇▇▇▇▇"),
        energy_today_kwh=9.8,
        yield_kwh_per_kwp=1.9,
        vrm_age_s=70,
        round_trip_s=0.035,
        errors=0,
        note="AC-in 1 set wrong",
    ),
    Site(
        "gorse-depot",
        "Gorse Depot",
        Overview(
            soc_percent=55,
            battery_power_w=-210,
            pv_power_w=0,
            load_power_w=195,
            grid_power_w=0,
            ac_input=ac("grid"),
            cell_spread_v=0.011,
            battery_temperature_c=14,
            time_to_go_s=9 * 3600 + 1200,
            firmware="v3.66",
        ),
        quality=Quality.STALE,
        state=StationState.STALE,
        read_at=at(14, 29),
        mark=Mark.STALE,
        dawn=Dawn(31, 44),
        soc_trend=levels("▅▅▅▅▅▅▅▅▅▅▅▅▅▅▄▄··"),
        energy_today_kwh=0.6,
        yield_kwh_per_kwp=0.4,
        vrm_age_s=200,
        round_trip_s=1.9,
        errors=6,
        note="4G mast 2 bars",
    ),
    Site(
        "mv-navetta",
        "MV Navetta",
        Overview(
            soc_percent=100,
            battery_power_w=273,
            load_power_w=127,
            battery_temperature_c=30,
            system_state="Inverting",
            firmware="v3.55",
        ),
        read_at=NOW - 10,
        mark=Mark.SHELVED,
        alarms=1,
        dawn=Dawn(88, 93),
        soc_trend=FLAT_100,
        fuel_percent=74,
        vrm_age_s=70,
        round_trip_s=0.062,
        errors=0,
        note="no DC shunt",
        tags=("boat",),
    ),
    Site(
        "cedar-house",
        "Cedar House",
        Overview(
            soc_percent=81,
            battery_power_w=-44,
            load_power_w=148,
            grid_power_w=167,
            ac_input=ac("grid"),
            cell_spread_v=0.005,
            battery_temperature_c=31,
            system_state="ESS discharging",
            firmware="v3.66",
        ),
        read_at=NOW - 4,
        dawn=Dawn(78, 82),
        soc_trend=levels("▆" * 18),
        vrm_age_s=5,
        round_trip_s=0.028,
        errors=0,
        note="fw v3.70 ready",
    ),
    Site(
        "plover-yard",
        "Plover Yard",
        Overview(
            soc_percent=86,
            battery_power_w=1660,
            pv_power_w=1240,
            load_power_w=11_160,
            grid_power_w=10_260,
            ac_input=ac("shore"),
            battery_temperature_c=21,
            system_state="Bulk",
            firmware="v3.70",
            flags={"balance": "What comes in is 0.9 kW less than what goes out."},
        ),
        read_at=NOW - 2,
        dawn=Dawn(80, 86),
        soc_trend=levels("▅▅▅▅▅▅▅▅▆▆▆▆▆▆▆▆▆▇"),
        energy_today_kwh=11.4,
        yield_kwh_per_kwp=2.1,
        vrm_age_s=30,
        round_trip_s=0.044,
        errors=0,
    ),
    Site(
        "quarry-camp",
        "Quarry Camp",
        Overview(
            soc_percent=95,
            battery_power_w=238,
            pv_power_w=116,
            load_power_w=11_660,
            genset_power_w=11_660,
            ac_input=ac("genset"),
            system_state="Bulk",
            firmware="v3.70",
            flags={"battery_power_w": "Power and current have opposite signs."},
        ),
        read_at=NOW - 8,
        dawn=Dawn(71, 79),
        soc_trend=levels("▇▆▆▆▆▅▅▅▅▆▆▆▇▇▇▇▇▇"),
        energy_today_kwh=0.9,
        yield_kwh_per_kwp=0.6,
        genset_hours_today=3.4,
        fuel_percent=62,
        vrm_age_s=130,
        round_trip_s=0.31,
        errors=1,
    ),
    Site(
        "sy-wren",
        "SY Wren",
        Overview(
            soc_percent=100,
            battery_power_w=-31,
            pv_power_w=113,
            load_power_w=104,
            ac_input=ac("shore", False),
            time_to_go_s=83 * 3600,
            system_state="Inverting",
            firmware="v3.70",
        ),
        read_at=NOW - 1,
        dawn=Dawn(93, 97),
        soc_trend=FLAT_100,
        energy_today_kwh=0.6,
        yield_kwh_per_kwp=1.5,
        vrm_age_s=70,
        round_trip_s=0.12,
        errors=0,
        tags=("boat",),
    ),
    Site(
        "larch-hut",
        "Larch Hut",
        Overview(
            soc_percent=100,
            battery_power_w=5,
            pv_power_w=0,
            load_power_w=0,
            grid_power_w=-2,
            ac_input=ac("grid"),
            system_state="External control",
            firmware="v3.71",
        ),
        read_at=NOW - 2,
        dawn=Dawn(100, 100),
        soc_trend=FLAT_100,
        energy_today_kwh=0.0,
        yield_kwh_per_kwp=0.0,
        vrm_age_s=70,
        round_trip_s=0.039,
        errors=0,
        note="winter, empty",
    ),
)

SITES = tuple(replace(site, verdict=_VERDICTS.get(site.id, SiteVerdict())) for site in _SITES)


def alarm(number: int, mark: Mark, since: float, station: str, site: str, what: str, **more: object) -> Alarm:
    """One alarm of the sample."""
    return Alarm(str(number), mark, since, station, site, what, **more)  # type: ignore[arg-type]


ALARMS = (
    alarm(
        1,
        Mark.NOW,
        at(14, 29),
        "alder-farm",
        "Alder Farm",
        "SOC low",
        source="system",
        value="9",
        unit="%",
        limit="<10",
        response="start generator; shed load",
    ),
    alarm(
        2,
        Mark.NOW,
        at(14, 27),
        "alder-farm",
        "Alder Farm",
        "Cell 7 low",
        source="battery 0",
        value="3.04",
        unit="V",
        limit="<3.10",
        first=True,
        response="shed load; inspect cell 7",
    ),
    alarm(
        3,
        Mark.TODAY,
        at(13, 12),
        "tern-cottage",
        "Tern Cottage",
        "Battery 3 off",
        source="battery 2",
        value="2.81",
        unit="V",
        limit="<2.90",
        response="reset battery 3; half bank",
    ),
    alarm(
        4,
        Mark.LOST,
        at(13, 58),
        "dune-pump",
        "Dune Pump",
        "Comms lost",
        source="link",
        value="34",
        unit="min",
        limit=">3",
        response="ring the site",
        who="3 held",
    ),
    alarm(
        5,
        Mark.CLEARED,
        at(13, 51),
        "sy-kestrel",
        "SY Kestrel",
        "DC voltage low",
        until=at(13, 53),
        source="vebus",
        value="49.6",
        unit="V",
        limit="<50.0",
        count=2,
        response="check alternators; both read 0",
    ),
    alarm(
        6,
        Mark.ACKED_TODAY,
        at(11, 40),
        "alder-farm",
        "Alder Farm",
        "Fuel low",
        source="tank 0",
        value="18",
        unit="%",
        limit="<25",
        response="order fuel",
        who="mk 11:52",
    ),
    alarm(
        7,
        Mark.ACKED_TODAY,
        at(9, 40),
        "ivy-works",
        "Ivy Works",
        "AC input 1 wrong",
        source="settings",
        value="-559",
        unit="W",
        limit="<0",
        response="set input to grid",
        who="mk 10:02",
    ),
    alarm(
        8,
        Mark.SHELVED,
        at(8, 15),
        "mv-navetta",
        "MV Navetta",
        "Balance off",
        source="system",
        value="-265",
        unit="W",
        limit="<-123",
        count=4,
        response="fit a DC shunt",
        who="mk to 15:15",
    ),
)

EVENTS = tuple(
    Event(when, station, kind, text)
    for when, station, kind, text in (
        (at(14, 29), "alder-farm", "raise", "SOC low 9 %, ! since 13:41"),
        (at(14, 29), "gorse-depot", "stale", "no answer 3 polls"),
        (at(14, 27), "alder-farm", "raise", "Cell 7 low 3.09 V"),
        (at(13, 58), "dune-pump", "lost", "3 alarms held"),
        (at(13, 53), "sy-kestrel", "clear", "DC voltage low, 2m"),
        (at(13, 12), "tern-cottage", "raise", "Battery 3 off"),
        (at(11, 52), "alder-farm", "ack", "mk: ordered, Tue"),
        (at(10, 2), "ivy-works", "ack", "mk: installer called"),
        (at(9, 31), "cedar-house", "set", "ActiveSocLimit 30 to 40"),
    )
)

SAMPLE = FleetView(NOW, SITES, ALARMS, EVENTS, alarms_per_hour=2, received_bytes_s=3800, poll_s=10)


def _cells() -> Pack:
    deviations = (-2, 6, 3, 1, -1, 2, -150, 4, 0, -3, 1, 0, -2, 5, -4, 2)
    cells = tuple(
        Cell(str(number), 3.19 + deviation / 1e3, deviation / 1e3) for number, deviation in enumerate(deviations, 1)
    )
    return Pack(
        DeviceKey("battery", "0"), "BMS", Quality.GOOD, cells, 3.19, 3.196, "2", 3.04, "7", None, None,
        PackClass.MID, 9.0, -38.0,
    )  # fmt: skip


def _trend(text: str, top: float) -> tuple[float, ...]:
    return tuple((" ▁▂▃▄▅▆▇█".index(mark) / 8) * top for mark in text for _ in range(4))[:54]


DETAIL = StationDetail(
    "alder-farm",
    NOW,
    ("Cerbo GX v3.70", "MultiPlus-II 48/5000", "16S 280 Ah"),
    pack=_cells(),
    day={
        "soc_percent": (*_trend("▇▇▆▆▆▅▅▅▅▄▄▄▃▃▃▂▂▁▁", 92)[:-1], 9.0),
        "pv_power_w": (*_trend("▃▂▁         ▁▂▄▆█▇▂", 1040)[:-1], 104.0),
        "load_power_w": (*_trend("▄▅▇█▇▅▄▃▃▃▃▃▄▅▆▅▇▇█", 1980)[:-1], 1926.0),
        "battery_power_w": tuple(None if w is None else -w for w in _trend("▃▅▇█▇▅▄▃▃▃▃▃▃▃▂▁▂▅█", 1924)),
    },
    floor_percent=5.0,
    contact="J. Alder +44 20 7946 0012",
    note="fuel ordered, comes Tue 25 Nov; key at gate",
    runbook="4",
)
"""What is known of the first site beside its row."""

DAY = FleetDay(
    NOW // 300 * 300,
    tuple(_trend("▂▁          ▁▂▄▆█▇▃", 14_000)),
    tuple(_trend("▅▆▇█▇▆▅▄▄▄▄▄▅▆▇▇▆▆▆", 27_000)),
    tuple(_trend("▄▄▅▅▅▄▄▃▃▃▃▃▃▃▄▄▄▄▅", 22_000)),
    10,
    12,
)
"""What all of them gave and took in a day."""
