"""What the store kept of a station file, typed; and which time zone a station keeps."""

from __future__ import annotations

import pytest

from victron_console.config import station_from
from victron_console.model.station_info import Location, StationInfo, zone_named


def test_what_a_file_says_comes_back_typed() -> None:
    written = {
        "id": "alder", "name": "Alder", "url": "http://192.0.2.1", "contact": "Ann",
        "location": {"latitude": 50.0, "longitude": 30.0, "timezone": "Europe/Kyiv"},
        "battery": {"capacity_ah": 200, "chemistry": "lfp"}, "pv": {"kwp": 3.2},
    }  # fmt: skip
    info = StationInfo.from_json(station_from(written).public())
    assert (info.contact, info.notes, info.location.latitude, info.location.timezone) == (
        "Ann",
        "",
        50.0,
        "Europe/Kyiv",
    )
    assert (info.battery.capacity_ah, info.battery.cells_in_series, info.pv.kwp, info.pv.tilt_deg) == (
        200,
        None,
        3.2,
        30,
    )
    assert info.given["battery"]["capacity_ah"] == 200


def test_what_is_not_there_is_not_said() -> None:
    assert StationInfo.from_json({}) == StationInfo()
    assert StationInfo.from_json({"location": None, "contact": None, "of_tomorrow": 1}).location == Location()


@pytest.mark.parametrize(
    "damaged", [{"location": "here"}, {"contact": {}}, {"battery": {"capacity_ah": "many"}}, [], 3]
)
def test_what_no_file_can_say_is_refused(damaged: object) -> None:
    with pytest.raises(ValueError, match="StationInfo"):
        StationInfo.from_json(damaged)


@pytest.mark.parametrize(
    ("file", "gx", "zone"),
    [
        ("Europe/Kyiv", "Australia/Adelaide", "Europe/Kyiv"),
        (None, "Australia/Adelaide", "Australia/Adelaide"),
        (None, "UTC", None),
        (None, None, None),
        (None, "Mars/Olympus", None),
        (None, "../../etc/passwd", None),
    ],
)
def test_the_files_zone_comes_before_the_gx_own(file: str | None, gx: str | None, zone: str | None) -> None:
    found = zone_named(file, gx)
    assert (found.key if found else None) == zone
