"""The portal's download, in whatever language, with whatever separator, and what is no such file."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from victron_console.catalogue.vrm import SUMS, EnergyKind
from victron_console.cli.main import victron_console
from victron_console.model.clock import SystemClock, local
from victron_console.model.external.external_day import ExternalDay
from victron_console.store.external import portal_span
from victron_console.store.files.vrm_csv import NoVrmCsv, read_vrm_csv
from victron_console.store.read.reader import Reader

ENGLISH = (
    "timestamp,Solar Yield (delta),Grid to battery,Grid to consumers,PV to battery,PV to grid,PV to consumers,"
    "Battery to consumers,Battery to grid,Genset to consumers,Genset to battery,Gas\n"
    "Europe/Berlin (+01:00),kWh,kWh,kWh,kWh,kWh,kWh,kWh,kWh,kWh,kWh,m3\n"
)
ASKED_AT = datetime(2027, 1, 1, tzinfo=UTC).timestamp()
HOURS = "2026-06-01 00:00:00,,,0.2,,,,,,,,\n2026-06-01 01:00:00,0.42,,,0.4,,0.02,,,,,\n2026-06-01 02:00:00,,,,,,,,,,,\n"


def days_of(text: str, *columns: str) -> list[ExternalDay]:
    return list(read_vrm_csv(text.splitlines(keepends=True), ASKED_AT, columns))


def test_hours_are_read_by_their_flows_and_empty_lines_are_not_known() -> None:
    (day,) = days_of(ENGLISH + HOURS)
    assert (day.day, day.zone, day.source) == (date(2026, 6, 1), "Europe/Berlin", "vrm-csv")
    assert local(day.since, ZoneInfo("Europe/Berlin")).hour == 0
    assert day.seen() == set(range(8)), "the third hour has no energy at all: nothing was received"
    assert day.told == pytest.approx({"Gc": 0.2, "Pb": 0.4, "Pc": 0.02})
    assert day.sum_of(SUMS[EnergyKind.PV], 4) == pytest.approx(0.105)


@pytest.mark.parametrize(
    "head",
    [
        "Zeit;Netz zu Batterie;Netz zu Verbrauchern;PV zu Verbrauchern",
        "tijd;Net naar accu;Net naar verbruikers;PV naar verbruikers",
        "date;Réseau vers batterie;Réseau vers consommateurs;PV vers consommateurs",
        "fecha;Red a batería;Red a consumo;FV solar a consumo",
    ],
)
def test_other_languages_with_commas_in_their_numbers_are_read(head: str) -> None:
    text = f"\n{head}\nEurope/Berlin (+02:00);kWh;kWh;kWh\n01.06.2026 00:00;0,25;1,5;\n01.06.2026 00:15;;0,5;2\n"
    (day,) = days_of(text)
    assert day.told == {"Gb": 0.25, "Gc": 2.0, "Pc": 2.0}
    assert day.seen() == {0, 1}


def test_a_language_that_is_not_known_can_be_told() -> None:
    text = "czas,Qa,Qb\nEurope/Warsaw (+01:00),kWh,kWh\n2026-06-01 00:00:00,1,2\n"
    with pytest.raises(NoVrmCsv, match=r"by --columns \(Qa, Qb\)"):
        days_of(text)
    assert days_of(text, "-", "Pc")[0].told == {"Pc": 2.0}
    with pytest.raises(NoVrmCsv, match="'Xy' is no flow"):
        days_of(text, "Xy", "Pc")


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
def test_the_days_of_summer_time_have_all_their_hours(day: date, hours: int) -> None:
    zone = ZoneInfo("Europe/Berlin")
    begin = datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()
    times = [local(begin + n * 3600.0, zone) for n in range(hours)]
    (found,) = days_of(ENGLISH + "".join(f"{at:%Y-%m-%d %H:%M:%S},,,1,,,,,,,,\n" for at in times))
    assert found.quarters == hours * 4 == len(found.energies["Gc"])
    assert found.told["Gc"] == pytest.approx(hours)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "second line begins with no time zone"),
        ("a,b\n1,2\n", "no time zone"),
        ("timestamp,System overview [0]\nEurope/Berlin (+01:00),W\n2026-06-01 00:00:00,5\n", "not the log"),
        (ENGLISH, "holds no energies"),
        (ENGLISH + "06/01/2026 00:00,,,1,,,,,,,,\n", "is no time"),
        (ENGLISH + "2026-06-01 00:00:00,,,lots,,,,,,,,\n", "'lots' is no energy"),
        (ENGLISH + "2026-06-01 00:00:00,,,-1,,,,,,,,\n", "is no energy"),
        (ENGLISH + "2026-06-01 00:00:00,,,nan,,,,,,,,\n", "is no energy"),
        (ENGLISH + "0001-01-01 00:00:00,,,1,,,,,,,,\n", "is no time"),
        (ENGLISH + "9999-12-31 00:00:00,,,1,,,,,,,,\n", "is no time"),
        (ENGLISH + "2027-01-03 00:00:00,,,1,,,,,,,,\n", "lies in the future"),
        (ENGLISH + "2026-06-01 00:00:00," + "1" * 200_000 + "\n", "a line cannot be read"),
        (ENGLISH + HOURS + HOURS, "not in order of time"),
        (ENGLISH + "2026-06-01 00:00:00,,,1,,,,,,,,\n2026-06-02 00:00:00,,,1,,,,,,,,\n", "86,400 s apart"),
        (ENGLISH.replace("PV to grid", "Grid to battery") + HOURS, "two columns are the flow Gb"),
    ],
)
def test_what_is_no_such_download_says_why(text: str, said: str) -> None:
    with pytest.raises(NoVrmCsv, match=said):
        days_of(text)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


def run(store: Path, text: str | bytes, *words: str) -> Result:
    file = store.with_name("download.csv")
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return CliRunner().invoke(
        victron_console, ["--store", str(store), "store", "import", "--vrm-csv", str(file), *words]
    )


def kept(store: Path) -> list[ExternalDay]:
    with closing(Reader(store, SystemClock())) as reader:
        assert reader.series("alder") == [], "nothing of it is in our own record"
        span = portal_span(reader.external_spans("alder"))
        assert span is not None
        return reader.external_days("alder", span.source, span.first, span.last + timedelta(days=1))


def test_the_command_makes_the_station_and_takes_parts_of_days_together(store: Path) -> None:
    told = run(store, ENGLISH + HOURS, "--as", "alder")
    assert told.exit_code == 0, told.output
    assert "alder: 1 days of the portal's download are in, 2026-06-01 to 2026-06-01" in told.output
    later = (
        ENGLISH + "2026-06-01 01:00:00,,,0.5,,,,,,,,\n2026-06-01 02:00:00,,,,,,,,,,,\n2026-06-01 03:00:00,,,1,,,,,,,,\n"
    )
    assert run(store, later, "--as", "alder").exit_code == 0
    (day,) = kept(store)
    assert day.told == pytest.approx({"Gc": 1.7, "Pb": 0.0, "Pc": 0.0}), "of the second hour the later download holds"


def test_a_file_that_an_old_program_saved_is_read(store: Path) -> None:
    text = "date;Réseau vers batterie\nEurope/Paris (+01:00);kWh\n2026-06-01 00:00:00;1\n"
    assert run(store, text.encode("cp1252"), "--as", "alder").exit_code == 0
    assert kept(store)[0].told == {"Gb": 1.0}


def test_what_cannot_be_taken_in_leaves_nothing_behind(store: Path) -> None:
    assert run(store, ENGLISH + HOURS).exit_code == 2
    broken = run(store, ENGLISH + HOURS + "2026-06-01 03:00:00,,,lots,,,,,,,,\n", "--as", "alder")
    assert broken.exit_code == 1 and "is no energy" in broken.output
    assert not store.exists()
