"""The form of the first minute, on simulated stations over HTTP: an address typed becomes a station file."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.patience import until
from textual.widgets import Input, OptionList, Static

from victron_console.cli.first_contact import ByForm
from victron_console.cli.options import Options
from victron_console.config import load
from victron_console.console.app.first_contact import Begin, FirstContact
from victron_console.console.app.new_station import FoundDevice, NewStation, read_form
from victron_console.console.app.themes import load_themes
from victron_console.simulator.fleet import demo_specs
from victron_console.simulator.simulated import SimulatedFleet

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def fleet() -> Iterator[SimulatedFleet]:
    with SimulatedFleet(demo_specs(2), warm_up_s=600) as served:
        yield served


@pytest.fixture
def form(tmp_path: Path, fleet: SimulatedFleet) -> FirstContact:
    return FirstContact(ByForm(Options(config=(tmp_path / "config",)), None), load_themes())


async def typed(form: FirstContact, **values: str) -> None:
    for name, value in values.items():
        form.query_one(f"#field-{name}", Input).value = value


def said(form: FirstContact, where: str = "#said") -> str:
    return str(form.query_one(where, Static).content)


async def test_an_address_is_asked_named_by_its_owner_and_written(
    form: FirstContact, tmp_path: Path, fleet: SimulatedFleet
) -> None:
    async with form.run_test(size=(80, 24)) as pilot:
        await typed(form, host=fleet.stations[0].url, capacity="280 Ah", floor="10", place="52.45, -3.54")
        form.query_one("#field-host").focus()
        await pilot.press("enter")
        await until(lambda: form.return_value is Begin.STATION)
    found = load([tmp_path / "config"])
    assert not found.faults
    (station,) = found.stations
    assert station.name == fleet.stations[0].name
    assert station.battery.capacity_ah == 280
    assert (station.location.latitude, station.location.longitude) == (52.45, -3.54)
    assert station.public()["thresholds"] == {"soc_floor": 10}


async def test_a_second_time_is_refused_with_the_name_that_it_has(form: FirstContact, fleet: SimulatedFleet) -> None:
    contact = form._contact
    await contact.add(NewStation(fleet.stations[0].url, "Alder Farm"), None)
    async with form.run_test(size=(80, 24)) as pilot:
        await typed(form, host=fleet.stations[0].url, name="Again")
        form.query_one("#field-name").focus()
        await pilot.press("enter")
        await until(lambda: "configured already: station alder-farm (Alder Farm)" in said(form))
        assert form.return_value is None


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"host": ""}, "Type a host name or an address"),
        ({"host": "127.0.0.1", "capacity": "many"}, "The capacity is a number"),
        ({"host": "127.0.0.1", "floor": "180"}, "The floor is a number from 0 to 99 %"),
        ({"host": "127.0.0.1", "place": "London"}, "The place is latitude and longitude"),
        ({"host": "127.0.0.1", "place": "nan, 3"}, "The place is latitude and longitude"),
        ({"host": "http://127.0.0.1:9"}, "127.0.0.1"),
    ],
)
async def test_what_cannot_be_is_said_and_nothing_is_written(
    form: FirstContact, tmp_path: Path, values: dict[str, str], sentence: str
) -> None:
    async with form.run_test(size=(80, 24)) as pilot:
        await typed(form, **values)
        form.query_one("#field-host").focus()
        await pilot.press("enter")
        await until(lambda: sentence in said(form) and not said(form).startswith("Asking"))
        assert form.return_value is None
    assert not (tmp_path / "config").exists()


class OneFound:
    """A network on which a device answers, and one that is a station already."""

    def __init__(self) -> None:
        self.added: list[tuple[NewStation, FoundDevice | None]] = []

    async def search(self) -> list[FoundDevice]:
        return [FoundDevice("192.0.2.44", "Gorse Depot", "Gorse Depot"), FoundDevice("192.0.2.17", "[b]Alder")]

    async def ask(self, host: str) -> None:
        raise ValueError("nobody answers")

    async def add(self, new: NewStation, found: FoundDevice | None) -> str:
        await asyncio.sleep(0)
        self.added.append((new, found))
        return "file"


async def test_what_the_search_found_is_added_by_enter_and_what_is_known_cannot_be() -> None:
    network = OneFound()
    form = FirstContact(network, load_themes())  # type: ignore[arg-type]
    async with form.run_test(size=(80, 24)) as pilot:
        await until(lambda: form.query_one("#found", OptionList).option_count == 2)
        await pilot.press("down", "enter")
        await until(lambda: form.return_value is Begin.STATION)
    assert [(new.name, found.host if found else "") for new, found in network.added] == [("[b]Alder", "192.0.2.17")]


@pytest.mark.parametrize(("key", "begins"), [("d", Begin.DEMO), ("g", Begin.TOUR)])
async def test_the_demonstration_is_one_key_away(form: FirstContact, key: str, begins: Begin) -> None:
    async with form.run_test(size=(80, 24)) as pilot:
        await pilot.press(key)
        await until(lambda: form.return_value is begins)


def test_a_comma_is_a_decimal_point_too() -> None:
    form = dict.fromkeys(("name", "floor", "place"), "") | {"host": "a", "capacity": "174,5 Ah"}
    assert read_form(form).capacity_ah == 174.5


SILENT = ("127.0.0.1", 9)
"""Nobody answers a search there."""


@pytest.mark.parametrize("name", ["localhost", "nowhere.invalid"])
async def test_a_gx_that_a_local_name_leads_to_is_found_and_added_by_it(
    tmp_path: Path, fleet: SimulatedFleet, name: str
) -> None:
    where = fleet.stations[0].url.removeprefix("http://").replace("127.0.0.1", name)
    contact = ByForm(Options(config=(tmp_path / "config",)), SILENT, names=(where,))
    found = await contact.search()
    assert found == ([FoundDevice(where, fleet.stations[0].name)] if name == "localhost" else [])
    for device in found:
        await contact.add(NewStation(device.host, device.name), device)
        assert [station.name for station in load([tmp_path / "config"]).stations] == [fleet.stations[0].name]
        assert await contact.search() == [], "it is configured already"
