"""IN over OUT: the columns of the design, and what holds for every set of parts."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from tests.console.sample_stations import CEDAR, LARCH, QUARRY, Devices, snapshot_of

from victron_console.console.kit.energy.balance_bar import (
    BarPart,
    NamedSource,
    draw_balance,
    shares,
)
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Sheet
from victron_console.insight.overview.balance import balance
from victron_console.insight.overview.overview import overview
from victron_console.model.overview import Overview


def drawn(shown: Overview, place: BarPart, sources: tuple[NamedSource, ...] = ()) -> list[str]:
    sheet = Sheet(120)
    draw_balance(balance(shown), sheet, place, sources)
    return sheet.text.splitlines()


def figures(devices: Devices) -> Overview:
    return overview(snapshot_of(devices))


BESIDE = BarPart(0, 1, 78, bar=26, gap=2)


def test_bars_of_a_small_screen_stand_as_designed() -> None:
    assert drawn(figures(CEDAR), BESIDE) == [
        " IN    211W █████████████████████░░░░░  █ GRID 167W  ░ BATTERY 44W",
        " OUT   148W ▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓········  ▓ LOADS 148W  · loss+unmeasured 63W",
    ]


def test_a_site_at_rest_has_dots_and_says_why() -> None:
    assert drawn(figures(LARCH), BESIDE) == [
        " IN      0  ··························  nothing flows above 20 W",
        " OUT     7W ··························",
    ]


def test_sources_are_named_one_by_one_where_they_make_up_their_part() -> None:
    shown = figures(QUARRY)
    wind, alternator = NamedSource("WIND", 300.8, Role.OTHER), NamedSource("ALTERNATOR", 300.8, Role.GENSET)
    named = drawn(shown, BarPart(0, 1, 118), (wind, alternator))
    assert named[1].strip() == "▚ GENSET 11.7k   ▓ PV 116W   ▒ WIND 301W   ▚ ALTERNATOR 301W"
    other = drawn(shown, BarPart(0, 1, 118), (wind,))
    assert "DC SOURCES 602W" in other[1]


def test_what_is_missing_is_named_even_where_room_is_short() -> None:
    shown = replace(figures(QUARRY), load_power_w=15_000.0)
    first, second = drawn(shown, BESIDE)
    assert "MISSING" in first
    assert "╌" in first
    assert "LOADS 15.0k" in second


parts = st.lists(st.floats(0.1, 1e6), min_size=1, max_size=12)


@given(parts, st.integers(12, 200))
def test_every_part_gets_a_column_and_no_bar_grows_past_its_end(watts: list[float], columns: int) -> None:
    counts = shares(watts, columns, sum(watts))
    assert all(count >= 1 for count in counts)
    assert sum(counts) <= columns


@given(parts, st.integers(12, 200), st.floats(1.0, 10.0))
def test_the_shorter_side_is_no_longer_than_its_share(watts: list[float], columns: int, factor: float) -> None:
    counts = shares(watts, columns, sum(watts) * factor)
    assert sum(counts) <= round(columns / factor) + len(watts)
