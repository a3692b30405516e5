from __future__ import annotations

import gzip
import json
import logging
from pathlib import Path

import pytest

from victron_console.catalogue import catalogue
from victron_console.catalogue.path_words import path_words
from victron_console.model.device import class_of

log = logging.getLogger(__name__)
CAPTURES = Path(__file__).resolve().parents[2].parent / "shared" / "captures"


@pytest.mark.parametrize(
    ("cls", "path", "name"),
    [
        ("system", "Ac/Consumption/L1/Power", "AC loads L1"),
        ("system", "Ac/Grid/L3/Power", "Grid power L3"),
        ("battery", "Voltages/Cell12", "Cell voltage 12"),
        ("settings", "Settings/Generator1/Soc/StartValue", "Generator 1, SOC: starts at"),
        ("settings", "Settings/Gui/Gauges/Ac/In/1/Current/Max", "Gauge end of AC in 1 current"),
        ("solarcharger", "History/Daily/3/Nr", "Day number, 3 days ago"),
        ("alternator", "VEDirect/HexChecksumErrors", "VE.Direct hex checksum errors"),
        ("system", "ServiceMapping/com_victronenergy_battery_0", "Bus name of com_victronenergy_battery_0"),
    ],
)
def test_a_name_tells_a_path_from_its_sisters(cls: str, path: str, name: str) -> None:
    assert catalogue().name(cls, f"/{path}") == name


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("Alarms/L1/HighDcRipple", "L1 high DC ripple"),
        ("Alarms/Low/State", "Low"),
        ("State", "State"),
        ("Settings/System/SSHLocal", "System SSH local"),
        ("MotorDrive/0/N2kThing", "Motor drive 0 NMEA 2000 thing"),
        ("Küche/ÖlStand", "Küche öl stand"),
        ("_/-", "_/-"),
    ],
)
def test_a_path_that_nobody_named_is_called_by_its_own_words(path: str, words: str) -> None:
    assert path_words(path) == words
    assert catalogue().metric("nobody", path) is None
    assert catalogue().name("nobody", path) == words


def test_every_path_of_the_captured_systems_has_a_name_and_most_have_one_of_the_catalogue() -> None:
    """Told with `--log-cli-level=INFO`: how many have a row, how many a name, and how many words only."""
    files = [*CAPTURES.glob("*.json.gz"), *CAPTURES.glob("reported/*.json.gz")]
    if not files:
        pytest.skip("no captures at hand")
    trees = [json.loads(gzip.decompress(file.read_bytes()))["services"] for file in files]
    pairs = {(class_of(service), path) for tree in trees for service, values in tree.items() for path in values or ()}
    described = {pair for pair in pairs if catalogue().metric(*pair)}
    named = {pair for pair in pairs - described if catalogue().name(*pair) != path_words(pair[1])}
    log.info("%d paths: %d described, %d named, the rest by their words", len(pairs), len(described), len(named))
    assert all(catalogue().name(*pair) for pair in pairs)
    assert len(described) + len(named) > 0.8 * len(pairs)
