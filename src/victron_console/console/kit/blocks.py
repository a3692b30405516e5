"""Values over time in so many columns, and bars in eighths of a cell. Pure."""

from __future__ import annotations

from collections.abc import Sequence

_ACROSS = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")


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
    eighths = min(columns * 8, max(0, round(percent * columns * 8 / 100)))
    bar = "█" * (eighths // 8) + _ACROSS[eighths % 8]
    return bar, "·" * (columns - len(bar))
