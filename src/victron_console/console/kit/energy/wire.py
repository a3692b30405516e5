"""How a wire of the energy flow looks: its weight by the power in it, its arrow, and its look when idle or stale."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from victron_console.console.kit.palette import Ink, Role

ARROW_ON_W = 40.0
ARROW_OFF_W = 20.0
"""An arrow comes from 40 W and goes below 20 W, so that a power near one limit does not make it blink."""
DOUBLE_FROM = 0.10
HEAVY_FROM = 0.50
"""Shares of the site's rating above which a wire gets its second and third weight."""


class Direction(IntEnum):
    """Where the power goes on the screen; NONE is connected and idle."""

    LEFT = -1
    NONE = 0
    RIGHT = 1


@dataclass(frozen=True, slots=True)
class Wire:
    """The look of one wire."""

    direction: Direction
    stroke: str
    role: Ink
    upright: str
    """The piece by which it leaves the inverter's box downwards."""

    @property
    def head_role(self) -> Ink:
        """An arrow head is never faint: it is what says the direction."""
        return Role.TEXT2 if self.role is Role.TEXT3 else self.role

    def across(self, length: int) -> str:
        """The wire drawn `length` columns long."""
        if self.direction is Direction.RIGHT:
            return self.stroke * (length - 1) + "▶"
        if self.direction is Direction.LEFT:
            return "◀" + self.stroke * (length - 1)
        return self.stroke * length

    @property
    def vertical(self) -> str:
        """The wire on the one row between the box and the DC bus: RIGHT stands for down."""
        return {Direction.RIGHT: "▼", Direction.LEFT: "▲", Direction.NONE: "┊"}[self.direction]


IDLE = Wire(Direction.NONE, "·", Role.TEXT3, "┬")
"""Connected, and nothing to speak of in it."""
BROKEN = Wire(Direction.NONE, "╌", Role.LINK_TEXT, "┬")
"""Connected, and nobody knows what is in it."""


def is_moving(power_w: float, was_moving: bool) -> bool:
    """Whether a power is enough for an arrow, given whether it had one before."""
    return abs(power_w) >= (ARROW_OFF_W if was_moving else ARROW_ON_W)


def wire(
    power_w: float,
    rating_w: float | None,
    direction: Direction,
    *,
    moving: bool,
    stale: bool = False,
    kind: Role = Role.OTHER,
) -> Wire:
    """The wire for a power.

    Args:
        power_w: its size; the sign is not looked at.
        rating_w: what the weights are shares of; None draws every wire thin.
        direction: where the power goes when it moves.
        moving: whether it has an arrow, see `is_moving`.
        stale: the power is an old one.
        kind: of the energy in it.
    """
    if not moving:
        return IDLE
    share = abs(power_w) / rating_w if rating_w else 0.0
    if share > HEAVY_FROM:
        stroke, upright = "━", "┰"
    elif share >= DOUBLE_FROM:
        stroke, upright = "═", "╥"
    else:
        stroke, upright = "─", "┬"
    return Wire(direction, "╌", Role.TEXT3, upright) if stale else Wire(direction, stroke, kind, upright)
