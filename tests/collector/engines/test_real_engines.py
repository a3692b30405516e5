"""Against the servers themselves: what they keep of what is sent, counted a series, also when all sides are killed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.collector.engines.conftest import Handover
from tests.collector.engines.kills import killed
from tests.collector.engines.servers import KINDS, Server, needs, running

from victron_console.collector.engines.engine_client import EngineClient
from victron_console.collector.engines.engine_push import EnginePush
from victron_console.collector.engines.past import push_past
from victron_console.config import EngineSettings
from victron_console.config.fields import Surroundings
from victron_console.model.clock import ManualClock, SystemClock
from victron_console.model.progress import untold
from victron_console.store.connection import open_writable
from victron_console.store.engines import refusals
from victron_console.store.read.reader import Reader
from victron_console.store.sealed.seal import seal_step

pytestmark = pytest.mark.slow
SECRETS = {"OLD": "old", "NEW": "new"}
ODD = 'say "hi", c:\\temp\\\n=ö 🛰'


@pytest.fixture
def clock() -> ManualClock:
    """Days ago: VictoriaMetrics leaves out what is in its future."""
    return ManualClock(SystemClock().now() // 1000 * 1000 - 7 * 86_400)


@pytest.fixture(params=KINDS)
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    with running(request.param, tmp_path / "engine") as made:
        yield made


def push_to(handover: Handover, server: Server, **settings: object) -> EnginePush:
    plain = {"name": "metrics", "kind": server.kind, "url": server.url, "repeat": "off"} | settings
    chosen = EngineSettings.model_validate(plain, context=Surroundings(handover.store.parent, SECRETS))
    made = EnginePush(chosen, handover.store, handover.clock, handover.recorder.call, handover._tell)
    handover.push = made
    return made


async def some(handover: Handover, count: int, wait_s: float = 1.0) -> dict[tuple[str, int], list[float]]:
    """Polls of a battery, and what is to be in an engine after them."""
    expected = {}
    for n in range(count):
        await handover.poll({"Soc": n, "Dc/0/Voltage": 13 + n / 4, "ProductName": ODD}, wait_s=wait_s)
        at_ms = round(handover.read_at[-1] * 1000)
        expected["alder/battery/258/Soc", at_ms] = [float(n)]
        expected["alder/battery/258/Dc/0/Voltage", at_ms] = [13 + n / 4]
    return expected


async def test_the_server_has_every_number_once_at_the_moment_of_its_reading(
    handover: Handover, server: Server
) -> None:
    push_to(handover, server, labels={"site": ODD.replace("\n", "")})
    expected = await some(handover, 60)
    await handover.send_all()
    assert server.points() == expected


async def test_what_is_sealed_by_now_comes_whole(handover: Handover, server: Server) -> None:
    push = push_to(handover, server)
    server.kill()
    await push.turn()
    expected = await some(handover, 100, wait_s=600.0)
    with closing(open_writable(handover.store)) as db:
        while seal_step(db, handover.clock.now()):
            pass
    assert handover.state().sealed_devices == 1
    server.start()
    await handover.send_all()
    assert server.points() == expected


async def test_what_is_sent_a_second_time_counts_once(handover: Handover, server: Server) -> None:
    push = push_to(handover, server)
    expected = await some(handover, 60)
    await handover.send_all()
    client = EngineClient(push.settings, handover.clock)
    with closing(Reader(handover.store, handover.clock)) as reader:
        done = await push_past(reader, push.settings, client, handover.clock, 0.0, handover.clock.now(), untold)
    await client.close()
    assert (done.failure, done.refused, done.left_out) == ("", [], 0) and done.sent >= len(expected)
    assert server.points() == expected


@needs("influx")
async def test_a_number_that_influx_holds_as_text_is_set_aside_and_the_others_go_on(
    handover: Handover, tmp_path: Path
) -> None:
    with running("influx", tmp_path / "engine") as server:
        push_to(handover, server)
        server.write(f'battery/Soc value="full" {round(handover.clock.now() * 1000)}')
        expected = await some(handover, 30)
        await handover.send_all()
        held = server.points()
    volts = {point: values for point, values in expected.items() if point[0].endswith("Voltage")}
    assert {point: values for point, values in held.items() if point[0].endswith("Voltage")} == volts
    assert handover.state().refused == 30 and handover.state().waiting_since is None
    with closing(Reader(handover.store)) as reader:
        assert "field type conflict" in refusals(reader.db.conn, "metrics", 1)[0].reason


@needs("influx")
async def test_the_queries_of_the_loaders_dashboards_find_our_points(handover: Handover, tmp_path: Path) -> None:
    with running("influx", tmp_path / "engine") as server:
        push_to(handover, server)
        await handover.poll({"Serial": "c0619ab00001"}, device="system/0", wait_s=0.0)
        await handover.poll({"Settings/SystemSetup/SystemName": "Alder Farm"}, device="settings/0", wait_s=0.0)
        await some(handover, 10)
        await handover.send_all()
        (series,) = server.influx_rows(
            'SELECT mean("value") FROM "battery/Soc" WHERE "portalId" = \'c0619ab00001\' '
            'AND "instanceNumber" = \'258\' GROUP BY "name"'
        )
        (texts,) = server.influx_rows('SELECT last("stringValue") FROM "battery/ProductName"')
    assert series["tags"] == {"name": "Alder Farm"} and series["values"][0][1] == 4.5
    assert texts["values"][0][1] == ODD.replace("\n", " ")


@needs("victoriametrics")
async def test_a_login_that_expired_keeps_all_until_it_is_mended(handover: Handover, tmp_path: Path) -> None:
    options = ("-httpAuth.username=u", "-httpAuth.password=new")
    with running("victoriametrics", tmp_path / "engine", *options, login=("u", "new")) as server:
        push = push_to(handover, server, username="u", password="env:OLD")
        expected = await some(handover, 5)
        await push.turn()
        assert "refuses the login (status 401)" in handover.state().error
        await push.end()
        push_to(handover, server, username="u", password="env:NEW")
        await handover.send_all()
        assert server.points() == expected


@needs("victoriametrics")
async def test_a_server_says_how_it_is(tmp_path: Path, handover: Handover) -> None:
    with running("victoriametrics", tmp_path / "engine") as server:
        client = EngineClient(push_to(handover, server).settings, handover.clock)
        told = await client.figures()
        assert told.removes_duplicates is True and told.left_out == 0 and (told.begun_at or 0) > 1_700_000_000
        await some(handover, 3)
        await client.close()
    with running("victoriametrics", tmp_path / "other", "-dedup.minScrapeInterval=0s") as server:
        client = EngineClient(push_to(handover, server).settings, handover.clock)
        assert (await client.figures()).removes_duplicates is False
        await client.close()


@pytest.mark.parametrize("kind", KINDS)
def test_each_sample_is_there_once_after_collector_and_server_were_killed_at_random(kind: str, tmp_path: Path) -> None:
    counted = killed(kind, collectors=1, each=2, kills=4, seed=3, folder=tmp_path)
    assert counted.recorded > 1000 and counted.series > 500
    assert (counted.missing, counted.twice, counted.wrong) == (0, 0, 0)
