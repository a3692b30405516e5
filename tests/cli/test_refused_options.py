from __future__ import annotations

import pytest
from click.testing import CliRunner

from victron_console.cli.main import victron_console


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("export", "--every", "0s"), "at least 1s"),
        (("export", "--since", "0001-01-01T00:00+05:00"), "is no time"),
        (("export", "--since", "9999-12-31T23:59-05:00"), "is no time"),
        (("simulate", "--port", "65535", "--stations", "3"), "choose a lower --port"),
        (("simulate", "--speed", "nan"), "is no speed"),
        (("demo", "--speed", "NaN"), "is no speed"),
    ],
)
def test_a_value_that_no_command_can_work_with_is_refused_with_a_sentence(words: tuple[str, ...], said: str) -> None:
    result = CliRunner().invoke(victron_console, words)
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())
