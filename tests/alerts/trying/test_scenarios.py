"""Every scenario file passes: series over time on one side, the alarms expected on the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from victron_console.alerts.trying.rule_tests import RuleTest, TestFileInvalid, read_tests, run_file

FILES = sorted((Path(__file__).parent / "scenarios").glob("*.toml"))
SCENARIOS = [pytest.param(test, id=f"{file.stem}: {test.name}") for file in FILES for test in read_tests(file)]


@pytest.mark.slow
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_scenario(scenario: RuleTest) -> None:
    assert scenario.run().differences == ()


def test_a_test_that_fails_says_where_and_what(tmp_path: Path) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(
        'schema = 1\nrules = "shipped"\n[[test]]\nname = "x"\nseries = {"vebus/1/Alarms/GridLost" = "2"}\n'
        '[[test.expect]]\nat = "10s"\nalerts = []\n'
    )
    assert run_file(file)[0].differences == ("at 10 s: expected no alarm, found ['critical grid']",)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("schema = 1", "test: Field required"),
        ('schema = 1\n[[test]]\nname = "x"\n[[test.expect]]\nat = "soon"', "no duration"),
        ('schema = 1\n[[rule]]\nid = "x"\n[[test]]\nname = "x"\n[[test.expect]]\nat = "1s"', "family"),
        ("schema = ", "cannot be read"),
    ],
)
def test_a_file_that_cannot_run_says_why(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(text)
    with pytest.raises(TestFileInvalid, match=says):
        run_file(file)
