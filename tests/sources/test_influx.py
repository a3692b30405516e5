"""The field's InfluxDB, by answers as 1.6.7 gave them: series, points, and what is no such database."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import httpx
import pytest

from victron_console.collector.past.influx_past import Taken, influx_rows
from victron_console.model.device import DeviceKey
from victron_console.sources.base import BadAnswer, Misconfigured, SourceError, Unreachable
from victron_console.sources.recorders.influx import Influx, InfluxAccess, InfluxSeries, series_of

T = 1_780_000_200.0
"""A begin of five minutes."""
ACCESS = InfluxAccess("http://influx.invalid:8086", "venus", "me", "secret")
Handler = Callable[[str], object]


def influx(answer: Handler, status: int = 200, access: InfluxAccess = ACCESS) -> tuple[Influx, list[httpx.Request]]:
    asked: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        found = answer(request.url.params["q"])
        return httpx.Response(status, text=found if isinstance(found, str) else json.dumps(found))

    return Influx(access, httpx.MockTransport(handle)), asked


def chunk(*values: object, **tags: str) -> dict[str, object]:
    return {"results": [{"statement_id": 0, "series": [{"name": "m", "tags": tags, "columns": [], "values": values}]}]}


def ms(seconds: float) -> int:
    return int((T + seconds) * 1000)


KEYS = [
    ["battery/Dc/0/Voltage,instanceNumber=512,name=Alder,portalId=c0"],
    ["battery/Dc/0/Voltage,instanceNumber=258,name=Alder\\ Farm,portalId=c0"],
    ["system/Dc/Battery/Soc,instanceNumber=0,name=Alder,portalId=c0"],
    ["system/Dc/Battery/Soc,instanceNumber=0,name=Alder\\ Farm,portalId=c0"],
    ["nonsense"],
]


def station(question: str) -> object:
    """A battery that got another instance after half an hour, in which nobody wrote for a while."""
    if question.startswith("SHOW SERIES"):
        return chunk(*KEYS)
    if "count(" in question:
        return chunk(*([ms(step), 3] for step in (0, 300, 1500, 1800)))
    if '"system/Dc/Battery/Soc"' in question:
        return chunk(
            [ms(0), 50, None], [ms(60), 49, None], [ms(60), 51, None], [ms(1500), 51, None], [ms(1600), 512, None]
        )
    if "'512'" in question:
        return chunk([ms(0), 52.1, None], [ms(400), 52.3, None])
    return chunk([ms(1500), 52.3, None], [ms(1900), None, "lost"])


def rows(renamed: dict[DeviceKey, DeviceKey] | None = None) -> list[tuple[str, float, object, str]]:
    found = influx_rows(influx(station)[0], Taken("c0", "alder", T, T + 3600.0, renamed or {}))
    return [(row.series, row.at - T, row.value, row.quality.value) for row in found]


def test_values_come_by_series_with_their_quality_and_gaps_stay_gaps() -> None:
    assert [row[1:] for row in rows() if row[0] == "system/0/Dc/Battery/Soc"] == [
        (0.0, 50, "good"),
        (60.0, 51, "good"),
        (600.0, None, "lost"),
        (1500.0, 51, "good"),
        (1600.0, 512, "implausible"),
    ]


def test_a_device_with_another_instance_goes_on_under_the_one_it_has_now() -> None:
    mapped = rows({DeviceKey("battery", "512"): DeviceKey("battery", "258")})
    assert [row[1:] for row in mapped if row[0] == "battery/258/Dc/0/Voltage"] == [
        (0.0, 52.1, "good"),
        (400.0, 52.3, "good"),
        (600.0, None, "lost"),
        (1500.0, 52.3, "good"),
        (1900.0, "lost", "implausible"),
    ]
    assert {row[0].split("/")[1] for row in rows() if row[0].startswith("battery")} == {"258", "512"}


def test_it_is_asked_by_get_with_its_login_and_nothing_else() -> None:
    database, asked = influx(station)
    list(influx_rows(database, Taken("c'0\\", "alder", T, T + 60.0, {})))
    assert {request.method for request in asked} == {"GET"}
    assert all(request.headers["authorization"].startswith("Basic ") for request in asked)
    assert "'c\\'0\\\\'" in asked[0].url.params["q"], "a portal id is a text and no part of the question"
    token, tokened = influx(lambda _: chunk(["portalId", "c0"]), access=InfluxAccess(ACCESS.url, "venus", token="t"))
    assert token.portals() == ["c0"]
    assert tokened[0].headers["authorization"] == "Token t"


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, {"error": "authorization failed"}, Misconfigured),
        (200, {"results": [{"error": "database not found: venus"}]}, Misconfigured),
        (400, {"error": "parse error"}, Misconfigured),
        (404, {"message": "bucket not found"}, Misconfigured),
        (503, "<html>", Unreachable),
        (200, "<html>", BadAnswer),
        (200, '{"results": [', BadAnswer),
        (302, "", Misconfigured),
        (200, [7], BadAnswer),
    ],
)
def test_what_is_no_such_database_says_so(status: int, body: object, error: type[SourceError]) -> None:
    with pytest.raises(error) as caught:
        influx(lambda _: body, status)[0].portals()
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "body",
    [
        {"results": 7}, {"results": [7, {"series": 7}]}, {"results": [{"series": [7, {"values": 7}]}]},
        chunk(7, [], [None], ["x", 7], ["x", "y", "z"], [[], [], []]), chunk([10**400, 1, None], [10**400, 1]),
        '{"results": [{"series": [{"values": [[NaN, 1, null], [NaN, 1]]}]}]}', chunk(["portalId", "c\x1b[31m0"]),
        chunk(["battery/Soc,instanceNumber=\x1b[31m,portalId=c0"]),
    ],
)  # fmt: skip
def test_an_answer_of_another_shape_holds_nothing(body: object) -> None:
    database = influx(lambda _: body)[0]
    assert database.portals() == []
    assert database.series("c0") == []
    assert database.alive("c0", T, T + 60.0) == []
    assert list(database.points("c0", InfluxSeries("battery", "1", "Soc", "battery/Soc"), T, T + 60.0)) == []


def test_a_line_without_an_end_is_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("victron_console.sources.recorders.influx.MOST_LINE", 1000)
    read = 0

    def parts() -> Iterator[bytes]:
        nonlocal read
        yield b'{"results": []}'
        for _ in range(100):
            read += 1
            yield b" " * 100

    def handle(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=parts())

    with pytest.raises(BadAnswer):
        Influx(ACCESS, httpx.MockTransport(handle)).portals()
    assert read < 20


def test_a_line_that_is_too_long_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("victron_console.sources.recorders.influx.MOST_LINE", 1000)
    with pytest.raises(BadAnswer):
        influx(lambda _: json.dumps(chunk(["portalId", "c0"])) + " " * 1000 + "\n")[0].portals()


def test_an_answer_comes_line_by_line_however_it_is_cut() -> None:
    lines = [json.dumps(chunk([ms(n), n, None])) for n in range(20)]
    body = "\n\n".join(lines).encode()

    def handle(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=(body[n : n + 7] for n in range(0, len(body), 7)))

    database = Influx(ACCESS, httpx.MockTransport(handle))
    found = list(database.points("c0", InfluxSeries("battery", "1", "Soc", "battery/Soc"), T, T + 60.0))
    assert found == [(T + n, n) for n in range(20)]


def test_keys_are_read_with_their_escapes() -> None:
    found = series_of("tank/CustomName\\,\\ x,instanceNumber=20,name=a\\=b,portalId=c0")
    assert found is not None and (found.path, found.instance) == ("CustomName, x", "20")
    assert series_of("tank,instanceNumber=20") is None
    assert series_of("tank/Level,name=a") is None
    assert series_of("../x/Level,instanceNumber=1") is None
