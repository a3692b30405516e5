"""One rule for how a figure looks, whatever it is drawn on."""

from __future__ import annotations

import pytest

from victron_console.console.kit.figures import Figure, number_figure, power_figure, trusted
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Run
from victron_console.model.quality import Quality


@pytest.mark.parametrize(
    ("watts", "quality", "expected"),
    [
        (999.0, Quality.GOOD, Figure("999W", Role.TEXT2)),
        (1000.0, Quality.GOOD, Figure("1.00k", Role.TEXT1)),
        (0.0, Quality.GOOD, Figure("0 ", Role.TEXT3)),
        (None, Quality.GOOD, Figure("- ", Role.TEXT3)),
        (1000.0, Quality.STALE, Figure("1.00k", Role.TEXT3, "~")),
        (1000.0, Quality.IMPLAUSIBLE, Figure("1.00k", Role.TEXT3, "?")),
        (1000.0, Quality.LOST, Figure("--- ", Role.LINK_TEXT)),
        (1000.0, Quality.GONE, Figure("--- ", Role.LINK_TEXT)),
    ],
)
def test_a_power_is_as_bright_as_it_is_large_and_as_its_quality_lets_it_be(
    watts: float | None, quality: Quality, expected: Figure
) -> None:
    assert power_figure(watts, quality) == expected


@pytest.mark.parametrize("quality", [Quality.STALE, Quality.IMPLAUSIBLE, Quality.LOST, Quality.GONE])
def test_another_quantity_and_words_about_one_follow_the_same_rule(quality: Quality) -> None:
    expected = tuple(Run(run.text.strip(), run.role) for run in power_figure(1000.0, quality).runs)
    assert trusted(quality, Run("1.00k", Role.TEXT1, bold=True)) == expected
    assert [(run.text.replace("1000", "1.00k"), run.role) for run in number_figure(1000.0, quality).runs] == [
        (run.text, run.role) for run in expected
    ]
