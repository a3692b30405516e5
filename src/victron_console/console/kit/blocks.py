"""Charts made of block characters: round ends for a scale, columns of so many rows, bars in eighths of a cell. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

EIGHTHS = 8
"""Steps of a cell."""
_UP = " ▁▂▃▄▅▆▇█"
_ACROSS = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")
LIGHT = "░"
_TICKS = (1.0, 2.0, 2.5, 5.0, 10.0)
"""What the ends and steps of a scale may be, times a power of ten."""
_CLOSE = 0.999
"""A value this near above a tick, as a share, does not need the next one."""


def nice(value: float) -> float:
    """The next round number from a positive one on: 1, 2, 2.5 or 5 times a power of ten; 1 for anything else."""
    if value <= 0 or not math.isfinite(value):
        return 1.0
    step = 10.0 ** math.floor(math.log10(value))
    return next((step * tick for tick in _TICKS if step * tick >= value * _CLOSE), step * 10)


def nice_top(high: float) -> float:
    """The end of a scale from zero to a positive value on, where only the ends are named: close above it."""
    step = nice(high / 4)
    return math.ceil(high / step * _CLOSE) * step


def nice_around(low: float, high: float, least: float = 1e-6) -> tuple[float, float]:
    """Round ends of a scale that does not begin at zero, such as one of volts, with some air round the values.

    Args:
        low: the lowest value.
        high: the highest value.
        least: the smallest span of the scale.
    """
    span = max(high - low, abs(high) * 0.01, least)
    step = nice(span / 4)
    foot = math.floor((low - span * 0.05) / step) * step
    top = math.ceil((high + span * 0.05) / step) * step
    return foot, max(top, foot + step)


def block(low: int, high: int, base: int) -> str:
    """A cell of a column that is solid up to `low` and light up to `high`; empty where it does not reach the cell.

    Args:
        low: eighths from the foot of the chart to the lowest value of the column.
        high: eighths to its highest value.
        base: eighths to the foot of the cell.
    """
    filled = min(EIGHTHS, max(0, low - base))
    if filled:
        return _UP[filled]
    if high - base >= EIGHTHS // 2:
        return LIGHT
    return _UP[1] if base == 0 and low >= 0 else ""  # zero is a base line: it was received


def is_block(character: str) -> bool:
    """Whether a cell is solid, wholly or in part."""
    return character != "" and character in _UP[1:]


def columns(values: Sequence[float | None], low: float, high: float, rows: int) -> list[str]:
    """One character a value, in so many rows, the upper one first.

    What was received is at least one eighth high; where nothing was received there is a blank.
    """
    span = high - low
    heights = [
        0 if value is None else max(1, round((value - low) / span * EIGHTHS * rows)) if span > 0 else 1
        for value in values
    ]
    return [
        "".join(_UP[min(EIGHTHS, max(0, height - EIGHTHS * level))] for height in heights)
        for level in reversed(range(rows))
    ]


def buckets(values: Sequence[float | None], columns: int) -> list[tuple[float, float] | None]:
    """The lowest and highest value that fall into each of so many columns; None where nothing was received."""
    found: list[tuple[float, float] | None] = []
    for column in range(columns if values else 0):
        first = column * len(values) // columns
        known = [v for v in values[first : max(first + 1, (column + 1) * len(values) // columns)] if v is not None]
        found.append((min(known), max(known)) if known else None)
    return found


def spread(values: Sequence[float | None], columns: int) -> list[float | None]:
    """The middle of each column's lowest and highest value; nothing is made up where nothing was received."""
    return [None if extent is None else (extent[0] + extent[1]) / 2 for extent in buckets(values, columns)]


def load_bar(percent: float, columns: int) -> tuple[str, str]:
    """A bar in eighths of a column and the dots that fill it up."""
    eighths = min(columns * EIGHTHS, max(0, round(percent * columns * EIGHTHS / 100)))
    bar = "█" * (eighths // EIGHTHS) + _ACROSS[eighths % EIGHTHS]
    return bar, "·" * (columns - len(bar))
