"""A secret is written as a reference, held apart, and printed nowhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from victron_console.config import LoadResult, StationConfig, load

SECRET = "hunter2-5f1c"
LEAST = '[[station]]\nid = "a"\nname = "A"\nurl = "https://a.example"\n'
LOGIN = (
    LEAST
    + """\
[station.http]
username = "console"
password = "env:A_PASSWORD"
headers = { X-Site = "hunter2-5f1c", X-Api-Key = "file:key" }
proxy = "env:A_PROXY"
[station.mqtt]
host = "a.example"
password = "env:A_PASSWORD"
"""
)
ENVIRON = {"A_PASSWORD": SECRET, "A_PROXY": f"http://me:{SECRET}@proxy.example"}


def read(folder: Path, text: str, environ: dict[str, str] | None = None) -> LoadResult:
    file = folder / "site.toml"
    file.write_text(text, encoding="utf-8")
    return load([file], environ=environ or {})


def with_login(folder: Path) -> StationConfig:
    (folder / "key").write_text(SECRET + "\n")
    result = read(folder, LOGIN, ENVIRON)
    assert result.faults == ()
    return result.stations[0]


def test_references_are_resolved_where_a_source_is_made(tmp_path: Path) -> None:
    station = with_login(tmp_path)
    assert station.http is not None
    assert station.mqtt is not None
    http, mqtt = station.http.access(), station.mqtt.access()
    assert (http.user, http.password, http.proxy) == ("console", SECRET, ENVIRON["A_PROXY"])
    assert http.headers == {"X-Site": SECRET, "X-Api-Key": SECRET}
    assert mqtt.password == SECRET


def test_no_secret_and_no_header_is_printed_or_stored(tmp_path: Path) -> None:
    station = with_login(tmp_path)
    assert station.http is not None
    assert station.mqtt is not None
    shown = [repr(station), str(station), repr(station.http), repr(station.http.access()), repr(station.mqtt.access())]
    stored = json.dumps(station.public())
    assert SECRET not in "".join([*shown, stored])
    public = station.public()
    assert public["http"]["headers"] == ["X-Api-Key", "X-Site"]
    assert public["http"]["url"] == "https://a.example"
    assert set(StationConfig.model_fields) == set(public)


@pytest.mark.parametrize(
    "table",
    [
        f'http = {{ username = "u", password = "{SECRET}" }}',
        f'http = {{ token = "{SECRET}" }}',
        f'http = {{ password = ["{SECRET}"] }}',
        f'http = {{ headers = {{ Authorization = "Bearer {SECRET}" }} }}',
        f'http = {{ headers = {{ X-Api-Key = "{SECRET}" }} }}',
        f'http = {{ headers = "{SECRET}" }}',
        f'http = {{ proxy = "http://me:{SECRET}@proxy" }}',
        f'http = {{ pasword = "{SECRET}" }}',
        f'http = "https://me:{SECRET}@a"',
        f'mqtt = {{ host = "me:{SECRET}@a" }}',
        f'mqtt = {{ host = "a", password = "{SECRET}" }}',
        f'pasword = "{SECRET}"',
        f'token = "{SECRET}"',
    ],
)
def test_a_literal_secret_is_refused_and_not_echoed(tmp_path: Path, table: str) -> None:
    result = read(tmp_path, LEAST + table)
    assert result.stations == ()
    assert result.faults
    assert SECRET not in repr(result) + "".join(map(str, result.faults))


def test_a_literal_secret_is_told_how_to_write_it(tmp_path: Path) -> None:
    (fault,) = read(tmp_path, LEAST + f'[station.http]\ntoken = "{SECRET}"\n').faults
    assert '"env:NAME" or "file:PATH"' in str(fault)
    assert fault.line == 6


@pytest.mark.parametrize(
    "url", [f"https://me:{SECRET}@a", f"https://{SECRET}@a", f"https://a/?token={SECRET}", f"x {SECRET}@"]
)
def test_a_login_inside_an_address_is_refused_and_not_echoed(tmp_path: Path, url: str) -> None:
    (fault,) = read(tmp_path, LEAST.replace("https://a.example", url)).faults
    assert fault.key == "url"
    assert SECRET not in str(fault)


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("env:NOT_SET", "'NOT_SET'"),
        ("env:EMPTY", "'EMPTY'"),
        ("env:", "''"),
        ("env:TWO_LINES", "one line"),
        ("file:missing", "missing"),
        ("file:empty", "empty"),
        ("file:binary", "binary"),
        ("file:.", "may read"),
        ("file:~nobody-of-that-name/x", "nobody-of-that-name"),
        ("file:a\\u0000b", "a\N{REPLACEMENT CHARACTER}b to be a file"),
    ],
)
def test_a_reference_that_leads_nowhere_is_a_fault_of_that_station_only(
    tmp_path: Path, reference: str, expected: str
) -> None:
    (tmp_path / "empty").write_text(" \n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    good = LEAST.replace('"a"', '"b"')
    text = good + LEAST + f'[station.http]\ntoken = "{reference}"\n'
    result = read(tmp_path, text, {"EMPTY": "", "TWO_LINES": f"{SECRET}\nX-Evil: {SECRET}"})
    assert [station.id for station in result.stations] == ["b"]
    (fault,) = result.faults
    assert (fault.station, fault.key) == ("a", "http.token")
    assert expected in fault.expected
    assert SECRET not in str(fault)


def test_a_password_needs_a_user_and_excludes_a_token(tmp_path: Path) -> None:
    alone = read(tmp_path, LEAST + 'http = { password = "env:A_PASSWORD" }', ENVIRON)
    assert [fault.key for fault in alone.faults] == ["http.password"]
    both = read(
        tmp_path, LEAST + 'http = { username = "u", password = "env:A_PASSWORD", token = "env:A_PASSWORD" }', ENVIRON
    )
    assert [fault.key for fault in both.faults] == ["http.token"]


def test_a_ca_file_is_found_beside_its_station_file_and_must_hold_a_certificate(tmp_path: Path) -> None:
    text = LEAST + 'http = { ca_file = "ca.pem" }'
    (fault,) = read(tmp_path, text).faults
    assert fault.key == "http.ca_file"
    (tmp_path / "ca.pem").write_text("-----BEGIN CERTIFICATE-----\n")
    result = read(tmp_path, text)
    assert result.faults == ()
    http = result.stations[0].http
    assert http is not None
    assert http.ca_file == tmp_path / "ca.pem"
    assert result.referred == {tmp_path / "ca.pem"}


@pytest.mark.slow
@given(secret=st.text(st.characters(codec="ascii", categories=("L", "N", "P")), min_size=8, max_size=30))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_literal_secret_ever_stands_in_a_fault(tmp_path: Path, secret: str) -> None:
    quoted = json.dumps(secret)
    text = (
        LEAST
        + f"[station.http]\npassword = {quoted}\ntoken = [{quoted}]\nheaders = {{ Cookie = {quoted} }}\nx = {quoted}\n"
    )
    result = read(tmp_path, text)
    found = [fault.found for fault in result.faults]
    assert set(found) <= {"a value that is not shown here", "an unknown key"}
    assert len(found) == 4
