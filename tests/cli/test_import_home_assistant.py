"""`store import --ha` from databases in the schema of Home Assistant's recorder, and from what is none."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from victron_console.catalogue.home_assistant import series_of_entity
from victron_console.cli.main import victron_console
from victron_console.collector.past.home_assistant_past import in_unit
from victron_console.store.read.reader import Reader

NOW = time.time()
H = 3600.0
BEGIN = NOW // H * H - 240 * H
"""An hour's begin, ten days ago."""
SCHEMA = """
CREATE TABLE states_meta (metadata_id INTEGER NOT NULL PRIMARY KEY, entity_id VARCHAR(255));
CREATE TABLE state_attributes (attributes_id INTEGER NOT NULL PRIMARY KEY, hash BIGINT, shared_attrs TEXT);
CREATE TABLE states (
    state_id INTEGER NOT NULL PRIMARY KEY, entity_id CHAR(0), state VARCHAR(255), attributes CHAR(0), event_id SMALLINT,
    last_changed CHAR(0), last_changed_ts FLOAT, last_reported_ts FLOAT, last_updated CHAR(0), last_updated_ts FLOAT,
    old_state_id INTEGER, attributes_id INTEGER, origin_idx SMALLINT, metadata_id INTEGER);
CREATE INDEX ix_states_metadata_id_last_updated_ts ON states (metadata_id, last_updated_ts);
CREATE TABLE statistics_meta (
    id INTEGER NOT NULL PRIMARY KEY, statistic_id VARCHAR(255), source VARCHAR(32), unit_of_measurement VARCHAR(255),
    has_mean BOOLEAN, has_sum BOOLEAN, name VARCHAR(255), mean_type SMALLINT);
CREATE TABLE statistics (
    id INTEGER NOT NULL PRIMARY KEY, created CHAR(0), created_ts FLOAT, metadata_id INTEGER, start CHAR(0),
    start_ts FLOAT, mean FLOAT, min FLOAT, max FLOAT, last_reset CHAR(0), last_reset_ts FLOAT, state FLOAT, sum FLOAT);
CREATE TABLE statistics_short_term (
    id INTEGER NOT NULL PRIMARY KEY, created CHAR(0), created_ts FLOAT, metadata_id INTEGER, start CHAR(0),
    start_ts FLOAT, mean FLOAT, min FLOAT, max FLOAT, last_reset CHAR(0), last_reset_ts FLOAT, state FLOAT, sum FLOAT);
"""


class Home:
    """A recorder's database that is being made."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.conn = sqlite3.connect(file)
        self.conn.executescript(f"PRAGMA journal_mode = WAL; {SCHEMA}")

    def statistics(
        self, entity: str, unit: str, rows: Iterable[tuple[float, float]], *, short: bool = False, counter: bool = False
    ) -> None:
        known = self.conn.execute("SELECT id FROM statistics_meta WHERE statistic_id = ?", (entity,)).fetchone()
        number = known[0] if known else None
        if number is None:
            number = self.conn.execute(
                "INSERT INTO statistics_meta (statistic_id, source, unit_of_measurement, has_mean, has_sum) "
                "VALUES (?, 'recorder', ?, ?, ?)", (entity, unit, not counter, counter),
            ).lastrowid  # fmt: skip
        table, column = "statistics_short_term" if short else "statistics", "state" if counter else "mean"
        self.conn.executemany(
            f"INSERT INTO {table} (metadata_id, start_ts, {column}) VALUES (?, ?, ?)",
            [(number, at, value) for at, value in rows],
        )
        self.conn.commit()

    def states(self, entity: str, unit: str, rows: Iterable[tuple[float, str]]) -> None:
        number = self.conn.execute("INSERT INTO states_meta (entity_id) VALUES (?)", (entity,)).lastrowid
        attributes = self.conn.execute(
            "INSERT INTO state_attributes (shared_attrs) VALUES (?)", (f'{{"unit_of_measurement":"{unit}"}}',)
        ).lastrowid
        self.conn.executemany(
            "INSERT INTO states (state, last_updated_ts, metadata_id, attributes_id) VALUES (?, ?, ?, ?)",
            [(state, at, number, attributes) for at, state in rows],
        )
        self.conn.commit()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home-assistant_v2.db")


def take_in(file: Path, *more: str) -> Result:
    store = file.with_name("store.db")
    words = ["--store", str(store), "store", "import", str(file), "--ha", "--as", "alder", *more]
    return CliRunner().invoke(victron_console, words)


def history(file: Path, series: str, since: float = BEGIN - H) -> list[tuple[float, object]]:
    with closing(Reader(file.with_name("store.db"))) as reader:
        return [(point.at, point.value) for point in reader.history("alder", series, since, NOW)]


def test_means_of_hours_then_of_five_minutes_then_states_are_one_course(home: Home) -> None:
    soc = "sensor.victron_mqtt_system_0_system_dc_battery_soc"
    home.statistics(soc, "%", [(BEGIN + n * H, 50.0 + n) for n in range(10)])
    home.statistics(soc, "%", [(BEGIN + 6 * H + n * 300, 70.0 + n / 10) for n in range(36)], short=True)
    home.states(soc, "%", [(BEGIN + 8 * H, "80"), (BEGIN + 8 * H + 10, "80.5"), (BEGIN + 8 * H + 20, "80.5")])
    result = take_in(home.file)
    assert result.exit_code == 0, result.output
    found = history(home.file, "system/0/Dc/Battery/Soc")
    assert found[:6] == [(BEGIN + n * H, 50.0 + n) for n in range(6)]
    assert found[6] == (BEGIN + 6 * H, 70.0) and found[29] == (BEGIN + 6 * H + 23 * 300, 72.3)
    assert found[30:] == [(BEGIN + 8 * H, 80), (BEGIN + 8 * H + 10, 80.5)]


def test_where_nothing_was_recorded_or_the_entity_was_unavailable_is_a_gap(home: Home) -> None:
    power = "sensor.victron_system_battery_power"
    home.statistics(power, "kW", [(BEGIN, 1.0), (BEGIN + H, 2.0), (BEGIN + 5 * H, 3.0)])
    home.states(power, "W", [(BEGIN + 6 * H, "4000"), (BEGIN + 7 * H, "unavailable"), (BEGIN + 9 * H, "5000")])
    assert take_in(home.file).exit_code == 0
    with closing(Reader(home.file.with_name("store.db"))) as reader:
        gaps = [(gap.since - BEGIN, gap.until and gap.until - BEGIN) for gap in reader.gaps("alder", BEGIN, NOW)]
    assert gaps == [(2 * H, 5 * H), (7 * H, 9 * H), (9 * H, None)]
    assert [value for _, value in history(home.file, "system/0/Dc/Battery/Power") if value is not None] == [
        1000, 2000, 3000, 4000, 5000,
    ]  # fmt: skip


def test_a_counter_is_read_at_the_end_of_each_hour(home: Home) -> None:
    home.statistics("sensor.victron_grid_energy_forward_total_30", "Wh", [(BEGIN, 5000.0)], counter=True)
    assert take_in(home.file).exit_code == 0
    assert history(home.file, "grid/30/Ac/Energy/Forward") == [(BEGIN + H, 5.0)]


def test_entities_with_names_of_their_owners_are_mapped_and_instances_renamed(home: Home) -> None:
    home.states("sensor.boat_charge", "%", [(BEGIN, "61")])
    home.states("sensor.victron_battery_voltage", "V", [(BEGIN, "53.1")])
    named = ("--entity", "sensor.boat_charge=battery/225/Soc", "--rename", "battery/225=battery/258")
    assert take_in(home.file, *named).exit_code == 0
    assert history(home.file, "battery/258/Soc") == [(BEGIN, 61)]
    assert history(home.file, "battery/258/Dc/0/Voltage") == [(BEGIN, 53.1)]


def test_what_is_left_out_is_said_with_its_reason(home: Home) -> None:
    home.states("sensor.victron_battery_soc", "%", [(BEGIN, "61")])
    home.states("sensor.victron_battery_power", "BTU/h", [(BEGIN, "100")])
    home.states("sensor.victron_vebus_state_227", "", [(BEGIN, "BULK")])
    result = take_in(home.file)
    assert "sensor.victron_battery_power: in BTU/h where W is expected" in result.stderr
    assert "sensor.victron_vebus_state_227: not known" in result.stderr
    with closing(Reader(home.file.with_name("store.db"))) as reader:
        assert [row.name for row in reader.series("alder")] == ["battery/225/Soc"]


def test_two_sites_are_never_mixed(home: Home) -> None:
    for portal, soc in (("c0619ab4585b", "40"), ("d41243b4f71d", "90")):
        home.states(f"sensor.victron_mqtt_{portal}_battery_1_battery_soc", "%", [(BEGIN, soc)])
    result = take_in(home.file)
    assert result.exit_code == 1 and "several sites, c0619ab4585b, d41243b4f71d" in result.stderr
    assert take_in(home.file, "--portal", "d41243b4f71d").exit_code == 0
    assert history(home.file, "battery/1/Soc") == [(BEGIN, 90)]
    assert "no entity is of the portal id aa" in take_in(home.file, "--portal", "aa").stderr


def test_it_is_read_while_home_assistant_writes(home: Home) -> None:
    home.states("sensor.victron_battery_soc", "%", [(BEGIN, "61")])
    home.conn.execute("BEGIN IMMEDIATE")
    home.conn.execute("INSERT INTO states_meta (entity_id) VALUES ('sensor.victron_battery_voltage')")
    assert take_in(home.file).exit_code == 0
    assert history(home.file, "battery/225/Soc") == [(BEGIN, 61)]


def hostile_view(file: Path) -> None:
    home = Home(file)
    home.conn.executescript(
        "DROP TABLE states_meta; CREATE VIEW states_meta AS WITH RECURSIVE n(metadata_id, entity_id) AS "
        "(SELECT 1, 'x' UNION ALL SELECT metadata_id + 1, 'x' FROM n) SELECT * FROM n"
    )
    home.conn.close()


def old_schema(file: Path) -> None:
    with closing(sqlite3.connect(file)) as conn:
        conn.execute("CREATE TABLE states (state_id INTEGER, entity_id TEXT, state TEXT, last_updated TEXT)")


def locked(file: Path) -> None:
    Home(file).conn.close()
    file.with_name(f"{file.name}-wal").unlink(missing_ok=True)
    data = bytearray(file.read_bytes())
    data[100:4000] = b"\xff" * 3900
    file.write_bytes(data)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda file: file.write_text("states"), "no SQLite database"),
        (lambda file: file.write_bytes(b""), "no SQLite database"),
        (lambda file: file.write_bytes(b"SQLite format 3\x00" + b"\xff" * 5000), "cannot be read"),
        (locked, "cannot be read"),
        (old_schema, "no states_meta.entity_id"),
        (hostile_view, "no states_meta.entity_id"),
        (lambda file: Home(file).conn.close(), "name them by --entity"),
    ],
    ids=["text", "empty", "noise", "damaged", "old", "view", "nothing"],
)
def test_what_is_no_such_database_is_refused_with_a_sentence_and_makes_no_station(
    tmp_path: Path, make: object, says: str
) -> None:
    file = tmp_path / "home-assistant_v2.db"
    make(file)  # type: ignore[operator]
    result = take_in(file)
    assert result.exit_code == 1 and says in result.stderr, result.output
    assert "Traceback" not in result.output
    with closing(Reader(tmp_path / "store.db")) as reader:
        assert reader.stations() == []


def test_states_that_are_no_values_and_impossible_times_do_not_come_in(home: Home) -> None:
    odd = [(BEGIN, "61"), (BEGIN + 1, "nan"), (BEGIN + 2, "inf"), (BEGIN + 3, "many"), (BEGIN + 4, "250"), (-5.0, "1")]
    home.states("sensor.victron_battery_soc", "%", odd)
    home.conn.execute("INSERT INTO states (state, last_updated_ts, metadata_id) VALUES (x'00', 'noon', 1)")
    home.conn.commit()
    assert take_in(home.file).exit_code == 0
    with closing(Reader(home.file.with_name("store.db"))) as reader:
        points = reader.history("alder", "battery/225/Soc", BEGIN - H, NOW)
    assert [point.value for point in points if point.quality.value == "good"] == [61]


@pytest.mark.parametrize(
    ("entity", "series"),
    [
        ("sensor.victron_mqtt_battery_512_battery_soc", "battery/512/Soc"),
        ("sensor.victron_mqtt_c0619ab4585b_battery_512_battery_cell_7_voltage", "battery/512/Voltages/Cell7"),
        ("sensor.victron_mqtt_grid_30_grid_power_l2", "grid/30/Ac/L2/Power"),
        ("sensor.victron_vebus_out_l1_power_227", "vebus/227/Ac/Out/L1/P"),
        ("sensor.victron_solarcharger_tracker_0_pv_power_239", "solarcharger/239/Pv/0/P"),
        ("sensor.victron_system_grid_l1", "system/0/Ac/Grid/L1/Power"),
        ("sensor.victron_system_grid_l1_2", None),
        ("sensor.victron_mqtt_tank_1_battery_soc", None),
        ("sensor.kitchen_temperature", None),
        ("binary_sensor.victron_battery_soc", None),
    ],
)
def test_an_entity_is_the_series_that_its_integration_made_it_of(entity: str, series: str | None) -> None:
    assert series_of_entity(entity) == series


def test_values_are_told_in_our_units() -> None:
    assert in_unit(68.0, "°F", "°C") == 20.0
    assert in_unit(2.0, "min", "s") == 120.0
    assert in_unit(1.0, "furlong", "km") is None
    assert in_unit(1.0, "", "W") == 1.0


def test_options_that_do_not_go_together_are_refused(home: Home) -> None:
    for more in (("--vrm-csv",), ("--since", "2026-01-01"), ("--entity", "nonsense")):
        result = take_in(home.file, *more)
        assert result.exit_code in (1, 2) and "Traceback" not in result.output, result.output
