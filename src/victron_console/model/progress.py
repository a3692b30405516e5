"""How far long work is, as it is told to whoever shows it."""

from __future__ import annotations

from collections.abc import Callable

Tell = Callable[[float], None]
"""Takes the share that is done, 0 to 1; called often."""


def untold(_: float) -> None:
    """Nobody wants to know."""
