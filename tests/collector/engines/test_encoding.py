"""What samples look like to an engine: names, labels of any text, and that nothing doubtful passes for a number."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from victron_console.collector.engines.influx_lines import InfluxLines
from victron_console.collector.engines.samples import Sample, SentSeries
from victron_console.collector.engines.victoria_json import VictoriaJson, metric_name
from victron_console.model.quality import Quality

SOC = SentSeries(1, "alder", "Alder", "Alder Farm", "c0619ab00001", "battery", "258", "Dc/0/Voltage", "V")
T0 = 1_800_000_000_123


def sample(value: float | str | None, quality: Quality = Quality.GOOD, at_ms: int = T0, **of: Any) -> Sample:  # noqa: ANN401
    return Sample(replace(SOC, **of), at_ms, value, quality)


def lines(*samples: Sample, **labels: str) -> list[str]:
    return InfluxLines(labels).encoded(samples).decode().split("\n")


def rows(*samples: Sample, **labels: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in VictoriaJson(labels).encoded(samples).splitlines()]


def test_an_influx_line_is_in_the_schema_of_victrons_loader() -> None:
    (line,) = lines(sample(13.2), region="north")
    assert line == (
        r"battery/Dc/0/Voltage,instanceNumber=258,name=Alder\ Farm,portalId=c0619ab00001,region=north,station=alder,"
        rf'unit=V value=13.2,quality="good" {T0}'
    )


def test_an_influx_text_is_a_field_of_its_own_and_quoted() -> None:
    (line,) = lines(sample('say "hi"\\\n2'))
    assert r'stringValue="say \"hi\"\\ 2",quality="good"' in line


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        (sample(None, Quality.ABSENT), 'quality="absent"'),
        (sample(1e6, Quality.IMPLAUSIBLE), 'implausible=1000000.0,quality="implausible"'),
        (sample("x", Quality.IMPLAUSIBLE), 'quality="implausible"'),
        (sample(7), 'value=7.0,quality="good"'),
    ],
)
def test_what_is_no_good_number_is_no_value_of_influx(given: Sample, fields: str) -> None:
    (line,) = lines(given)
    assert line.split(" ")[-2] == fields


@given(st.text(max_size=400), st.text(max_size=400), st.text(max_size=60))
def test_no_text_of_a_site_breaks_a_line_or_makes_another_tag(name: str, label: str, instance: str) -> None:
    (line,) = (
        InfluxLines({"label": label}).encoded([sample(1.5, site_name=name, instance=instance)]).decode().split("\n")
    )
    head, fields, at = re.split(r"(?<!\\) ", line)
    assert fields == 'value=1.5,quality="good"' and at == str(T0)
    parts = re.split(r"(?<!\\),", head)
    assert parts[0] == "battery/Dc/0/Voltage"
    tags = dict(re.split(r"(?<!\\)=", part, maxsplit=1) for part in parts[1:])
    assert tags.keys() <= {"instanceNumber", "label", "name", "portalId", "station", "unit"}
    assert tags["station"] == "alder" and "" not in tags.values()
    assert not any(value.endswith("\\") for value in tags.values())


@given(st.text(max_size=3000), st.text(max_size=3000))
def test_victoria_labels_come_over_as_they_are_or_cut(name: str, label: str) -> None:
    (row,) = rows(sample(1.5, name=name), region=label)
    assert row["metric"].get("name", "") == name[:1024]
    assert row["metric"].get("region", "") == label[:1024]


def test_victoria_says_what_a_series_is_once_for_all_its_values() -> None:
    (row,) = rows(sample(13.2), sample(13.3, at_ms=T0 + 500), sample(13, at_ms=T0 + 900))
    assert row["values"] == [13.2, 13.3, 13]
    assert row["timestamps"] == [T0, T0 + 500, T0 + 900]
    assert row["metric"] == {
        "__name__": "victron_battery_dc_0_voltage", "station": "alder", "name": "Alder", "unit": "V",
        "class": "battery", "instance": "258", "path": "Dc/0/Voltage",
    }  # fmt: skip


def test_victoria_takes_what_is_doubtful_as_quality_and_never_as_a_value() -> None:
    encoder = VictoriaJson({})
    given = [sample(None, Quality.ABSENT), sample(1e6, Quality.IMPLAUSIBLE, T0 + 1), sample("text", at_ms=T0 + 2)]
    (row,) = map(json.loads, encoder.encoded(given).splitlines())
    assert (row["metric"]["__name__"], row["values"]) == ("victron_quality", [1, 2])
    value, quality = map(json.loads, encoder.encoded([sample(5.0, at_ms=T0 + 9)]).splitlines())
    assert value["values"] == [5.0] and quality["values"] == [0]
    assert len(encoder.encoded([sample(5.0, no=2)]).splitlines()) == 1, "of what was never doubtful nothing is said"


def test_a_request_that_is_made_once_more_says_the_same() -> None:
    encoder = VictoriaJson({})
    encoder.encoded([sample(None, Quality.ABSENT)])
    again = [sample(5.0, at_ms=T0 + 9)]
    assert encoder.encoded(again) == encoder.encoded(again)


def test_a_renamed_site_gets_its_new_name_from_the_next_sample_on() -> None:
    encoder = VictoriaJson({})
    encoder.encoded([sample(1.0)])
    assert b"Ash" in encoder.encoded([sample(1.0, name="Ash")])


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("System/MaxCellVoltage", "victron_battery_system_max_cell_voltage"),
        ("Ac/L1/Power", "victron_battery_ac_l1_power"),
        ("Voltages/Cell12", "victron_battery_voltages_cell12"),
    ],
)
def test_a_metric_is_named_in_the_words_of_its_path(path: str, name: str) -> None:
    assert metric_name("battery", path) == name
