"""What a configuration gives: the good stations, and every fault of the rest at once with its place."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from victron_console.config import ConfigError, Fault, LoadResult, default_paths, load, station_from

LEAST = """\
[[station]]
id = "alder-farm"
name = "Alder Farm"
url = "http://192.0.2.10:8088"
"""


def read(folder: Path, text: str) -> LoadResult:
    file = folder / "site.toml"
    file.write_text(text, encoding="utf-8")
    return load([file], environ={})


def only_fault(folder: Path, text: str) -> Fault:
    (fault,) = read(folder, text).faults
    return fault


def test_the_least_file_is_a_station(tmp_path: Path) -> None:
    result = read(tmp_path, LEAST)
    assert result.faults == ()
    (station,) = result.stations
    assert (station.id, station.name, station.source) == ("alder-farm", "Alder Farm", "http")
    assert station.http is not None
    assert station.http.access().url == "http://192.0.2.10:8088"
    assert station.mqtt is None
    assert result.files == {tmp_path / "site.toml": ("alder-farm",)}


def test_every_fault_is_reported_at_once_and_the_good_station_stays(tmp_path: Path) -> None:
    result = read(
        tmp_path,
        LEAST
        + """\
[station.location]
latitude = 91
timezone = "Europe/Berln"
[station.battery]
chemistry = "lfpo"
capacity_ah = -1
[[station]]
id = "Bad Id"
nam = "x"
url = "ftp://x"
[station.http]
deadline_s = true
[station.mqtt]
port = 70000
[[station]]
id = "good"
name = "Good"
url = "https://good.example"
[console]
bell = 1
[other]
""",
    )
    assert [station.id for station in result.stations] == ["good"]
    assert [(fault.line, fault.station, fault.key) for fault in result.faults] == [
        (6, "alder-farm", "location.latitude"),
        (7, "alder-farm", "location.timezone"),
        (9, "alder-farm", "battery.chemistry"),
        (10, "alder-farm", "battery.capacity_ah"),
        (11, "Bad Id", "name"),
        (12, "Bad Id", "id"),
        (13, "Bad Id", "nam"),
        (14, "Bad Id", "url"),
        (16, "Bad Id", "http.deadline_s"),
        (17, "Bad Id", "mqtt.host"),
        (18, "Bad Id", "mqtt.port"),
        (24, "", "console.bell"),
        (25, "", "other"),
    ]


def test_a_fault_is_one_sentence_with_place_key_found_and_expected(tmp_path: Path) -> None:
    fault = only_fault(tmp_path, LEAST + "[station.battery]\ncells_in_series = 16.5\n")
    assert str(fault) == (
        f"{tmp_path / 'site.toml'}, line 6: battery.cells_in_series of station alder-farm: "
        "found 16.5, expected a whole number from 1 to 500."
    )


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ('contct = "x"', "did you mean contact?"),
        ("battery.capacty_ah = 3", "did you mean capacity_ah?"),
        ('[station.pv]\nnotes = "x"', "notes above the first [station.…] table"),
        ('[station.pv]\nzzz = "x"', "one of kwp"),
        ("frequency = 50", "one of http, mqtt, vrm, id, name"),
    ],
)
def test_an_unknown_key_names_the_nearest_known_one(tmp_path: Path, line: str, hint: str) -> None:
    fault = only_fault(tmp_path, LEAST + line + "\n")
    assert fault.found == "an unknown key"
    assert hint in fault.expected


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("location = { latitude = -90.1, longitude = 0 }", "location.latitude"),
        ("location = { latitude = 3 }", "location.longitude"),
        ("location = { longitude = 3 }", "location.longitude"),
        ("location = { longitude = 3, latitude = nan }", "location.latitude"),
        ('location = { timezone = "/UTC" }', "location.timezone"),
        ('location = { timezone = "Europe" }', "location.timezone"),
        ("battery = { cells_in_series = 0 }", "battery.cells_in_series"),
        ("battery = { capacity_ah = inf }", "battery.capacity_ah"),
        ("battery = { capacity_ah = '280' }", "battery.capacity_ah"),
        ("grid = { nominal_voltage_v = 48 }", "grid.nominal_voltage_v"),
        ("grid = { nominal_frequency_hz = 55 }", "grid.nominal_frequency_hz"),
        ("pv = { kwp = 0 }", "pv.kwp"),
        ("pv = 8.4", "pv"),
        ("cadence = { fast_s = 0.5 }", "cadence.fast_s"),
        ("thresholds = { Soc-Warn = 20 }", "thresholds.Soc-Warn"),
        ("thresholds = { soc_warn = [20] }", "thresholds.soc_warn"),
        ("thresholds = { soc_warn = nan }", "thresholds.soc_warn"),
        ('tags = "farm"', "tags"),
        ('tags = ["farm", 3]', "tags.1"),
        ('contact = "a\\u001b[31m"', "contact"),
        ("notes = 1979-05-27", "notes"),
        ('source = "modbus"', "source"),
        ('source = "vrm"', "vrm"),
        ('source = "mqtt"', "mqtt"),
        ('fallback = "mqtt"', "mqtt"),
        ('fallback = "http"', "fallback"),
        ('http = { url = "http://b" }', "url"),
        ('http = { fingerprint = "00" }', "http.fingerprint"),
        (f'http = {{ fingerprint = "{"0" * 64}" }}', "http.fingerprint"),
        ('mqtt = { host = "a b" }', "mqtt.host"),
        ('mqtt = { host = "a", portal_id = "+/#" }', "mqtt.portal_id"),
        (f'mqtt = {{ host = "a", tls = false, fingerprint = "{"0" * 64}" }}', "mqtt.fingerprint"),
    ],
)
def test_a_value_out_of_its_range_is_refused_at_its_key(tmp_path: Path, line: str, key: str) -> None:
    assert only_fault(tmp_path, LEAST + line + "\n").key == key


@pytest.mark.parametrize(
    "url",
    [
        "192.0.2.10:8088",
        "http://",
        "ftp://a",
        "http://a?b",
        "http://a#b",
        "http://a b",
        "http://a:99999",
        "http://a:8089",
    ],
)
def test_an_address_that_cannot_be_asked_is_refused(tmp_path: Path, url: str) -> None:
    assert only_fault(tmp_path, LEAST.replace("http://192.0.2.10:8088", url)).key == "url"


def test_a_station_without_any_source_is_told_how_to_write_its_address(tmp_path: Path) -> None:
    fault = only_fault(tmp_path, '[[station]]\nid = "a"\nname = "A"\n')
    assert (fault.key, fault.found) == ("url", "nothing")
    assert "http://192.0.2.10:8088" in fault.expected


def test_mqtt_alone_is_the_source_and_both_may_stand_side_by_side(tmp_path: Path) -> None:
    mqtt = '[[station]]\nid = "a"\nname = "A"\n[station.mqtt]\nhost = "venus.local"\n'
    (alone,) = read(tmp_path, mqtt).stations
    assert (alone.source, alone.fallback) == ("mqtt", None)
    assert alone.mqtt is not None
    access = alone.mqtt.access()
    assert (access.host, access.port, access.tls) == ("venus.local", 8883, True)
    (both,) = read(tmp_path, LEAST + 'fallback = "mqtt"\n[station.mqtt]\nhost = "venus.local"\ntls = false\n').stations
    assert both.mqtt is not None
    access = both.mqtt.access()
    assert (both.source, both.fallback, access.port) == ("http", "mqtt", 1883)


def test_an_id_used_twice_names_both_files_and_keeps_the_first(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(LEAST)
    (tmp_path / "b.toml").write_text("# later\n" + LEAST.replace("Alder Farm", "Another"))
    result = load([tmp_path])
    assert [station.name for station in result.stations] == ["Alder Farm"]
    (fault,) = result.faults
    assert (fault.file, fault.line, fault.key) == (tmp_path / "b.toml", 3, "id")
    assert f"{tmp_path / 'a.toml'}, line 2" in str(fault)


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(LEAST)
    result = load([tmp_path / "a.toml", tmp_path])
    assert result.faults == ()
    assert len(result.stations) == 1


def test_examples_in_a_folder_are_skipped_but_read_when_named(tmp_path: Path) -> None:
    example = tmp_path / "one.example.toml"
    example.write_text(LEAST)
    (tmp_path / "README.md").write_text("no station")
    assert load([tmp_path]) == LoadResult()
    assert len(load([example]).stations) == 1


def test_a_syntax_error_names_line_and_column(tmp_path: Path) -> None:
    fault = only_fault(tmp_path, LEAST + "tags = [1,,]\n")
    assert fault.line == 5
    assert "column 11" in fault.found
    assert only_fault(tmp_path, LEAST + "tags = [").line == 5


@pytest.mark.parametrize(
    "content",
    [b"\xff\xfe", b"a = " + b"[" * 20_000, b"a = " + b"9" * 5_000, b"\xef\xbb\xbfx", b"# " + b"x" * 4_000_000],
    ids=["not utf-8", "too deep", "too long a number", "byte order mark", "too big"],
)
def test_a_file_that_cannot_be_read_as_toml_is_one_fault(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "site.toml"
    file.write_bytes(content)
    (fault,) = load([file]).faults
    assert fault.file == file


def test_what_is_not_there_or_no_file_is_a_fault_and_the_rest_is_read(tmp_path: Path) -> None:
    (tmp_path / "good").mkdir()
    (tmp_path / "good" / "a.toml").write_text(LEAST)
    (tmp_path / "folder.toml").mkdir()
    result = load([tmp_path / "gone", tmp_path, tmp_path / "good"])
    assert [station.id for station in result.stations] == ["alder-farm"]
    assert [fault.file.name for fault in result.faults] == ["gone", "folder.toml"]


@pytest.mark.parametrize("text", ['[station]\nid = "a"\n', "station = 3\n", "station = [3]\n", "[[stations]]\n"])
def test_a_station_written_in_another_form_is_told_the_right_one(tmp_path: Path, text: str) -> None:
    assert "[[station]]" in only_fault(tmp_path, text).expected


def test_console_settings_have_defaults_and_stand_in_one_file_only(tmp_path: Path) -> None:
    assert read(tmp_path, LEAST).console.synchronous == "normal"
    result = read(tmp_path, '[console]\ntheme = "dark"\noperator = "Ada"\nbell = true\nsynchronous = "full"\n')
    console = result.console
    assert (console.theme, console.operator, console.bell, console.synchronous) == ("dark", "Ada", True, "full")
    (tmp_path / "z.toml").write_text("[console]\nbell = false\n")
    both = load([tmp_path])
    assert both.console.bell
    assert [fault.file.name for fault in both.faults] == ["z.toml"]


def test_history_is_kept_for_ever_unless_the_file_says_how_long(tmp_path: Path) -> None:
    nothing = read(tmp_path, LEAST).history
    assert (nothing.keep_changes, nothing.max_size) == (None, None)
    result = read(tmp_path, '[history]\nkeep_changes = "104w"\nmax_size = "20G"\n')
    assert result.faults == ()
    assert (result.history.keep_changes, result.history.max_size) == (104 * 604_800, 20 * 2**30)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('keep_changes = "6d"', 'history.keep_changes: found "6d", expected a length of time of at least a week'),
        ("keep_changes = 104", "history.keep_changes: found 104, expected a length of time"),
        (
            'max_size = "20"',
            'history.max_size: found "20", expected a size of at least 100 MB, such as "500M" or "20G"',
        ),
        ('max_size = "20 GB"', 'history.max_size: found "20 GB", expected a size'),
        ('keep = "1w"', "history.keep: found an unknown key, expected a known key (did you mean keep_changes?)"),
    ],
)
def test_a_limit_of_history_that_may_be_a_slip_is_refused_and_all_is_kept(tmp_path: Path, line: str, said: str) -> None:
    result = read(tmp_path, f"{LEAST}[history]\n{line}\n")
    assert [f"{tmp_path / 'site.toml'}, line 6: {said}" in str(fault) for fault in result.faults] == [True]
    assert (result.history.keep_changes, result.history.max_size) == (None, None)


def test_the_cadence_of_a_slow_link_slows_the_rarer_tiers_too(tmp_path: Path) -> None:
    (station,) = read(tmp_path, LEAST + "[station.cadence]\nfast_s = 120\nslow_s = 600\n").stations
    assert {tier.value: seconds for tier, seconds in station.cadence.by_tier().items()} == {
        "fast": 120,
        "medium": 120,
        "slow": 600,
        "rare": 3600,
    }


def test_default_paths_are_the_users_folder_and_station_configs_as_far_as_they_exist(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("victron_console.config.files.user_folder", lambda: tmp_path / "config")
    assert default_paths() == ()
    (tmp_path / "station_configs").mkdir()
    (tmp_path / "config").mkdir()
    assert default_paths() == (tmp_path / "config", Path("station_configs"))


def test_a_station_outside_a_file_is_checked_as_one_in_it() -> None:
    assert station_from({"id": "a", "name": "A", "url": "http://a"}).name == "A"
    with pytest.raises(ConfigError, match=r"(?s)url: found.*name: found nothing"):
        station_from({"id": "a", "url": "a"})


FRAGMENTS = """\
[[station]]|[station]|[station.http]|[[station.http]]|[console]|station = []|id = 'a'|name = 'A'|url = 1|url = 'http://a'
tags = [|]|'''|notes = '''|http.url = ''|thresholds = {}|a.b.c = nan|location = { latitude = 1e999 }
battery = [1979-05-27]|mqtt.password = "x"
""".replace("\n", "|").split("|")
TOML_LIKE = st.lists(
    st.sampled_from(FRAGMENTS) | st.text(max_size=30),
    max_size=15,
).map("\n".join)


@pytest.mark.slow
@given(text=TOML_LIKE | st.text(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_makes_loading_raise_and_what_is_no_toml_is_a_fault(tmp_path: Path, text: str) -> None:
    try:
        raw = text.encode()
    except UnicodeEncodeError:
        raw = text.encode("utf-8", "surrogatepass")
    file = tmp_path / "any.toml"
    file.write_bytes(raw)
    result = load([file], environ={})
    for fault in result.faults:
        assert str(fault).endswith(".")
        assert "\n" not in str(fault)
    try:
        tomllib.loads(raw.decode())
    except ValueError:
        assert result.faults


def test_the_name_of_a_file_moves_no_terminal(tmp_path: Path) -> None:
    file = tmp_path / "\x1b]0;owned\x07\u202e.toml"
    file.write_text("[[station]]\nid = 7\n")
    said = "".join(map(str, load([tmp_path]).faults))
    assert "owned" in said
    assert not {"\x1b", "\x07", "\u202e"} & set(said)
