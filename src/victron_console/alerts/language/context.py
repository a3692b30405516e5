"""What an expression looks at: the inputs of one rule on one device, their windows, parameters and the moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from victron_console.alerts.language.values import Truth, Value
from victron_console.alerts.language.windows import Window


class Input(Protocol):
    """One input of a rule as bound on a station."""

    @property
    def changed_at(self) -> float | None:
        """When its value last became another one (UTC epoch, s); None where it never did."""
        ...

    def read(self) -> Value:
        """The value; None where it cannot be told, NEVER where the station never had it."""
        ...

    def or_default(self, default: float) -> Value:
        """The value, `default` where a live device has none, None where the device is stale, lost or gone."""
        ...

    def null(self) -> Truth:
        """Whether a live device gives no value."""
        ...

    def gone(self) -> Truth:
        """Whether its device has left the bus; None where that cannot be told."""
        ...

    @property
    def seen(self) -> bool:
        """Whether it ever had a value."""
        ...

    @property
    def stale(self) -> bool:
        """Whether its device is stale, lost or gone."""
        ...


@dataclass(slots=True)
class StationFacts:
    """What rules may ask of a station as a whole."""

    unreachable_s: float = 0.0
    set_aside: int = 0
    """Services that do not answer and are asked again later."""
    state: str = "starting"
    ac_source: str | None = None
    """What feeds the AC side: `grid`, `shore`, `genset`, or `none`; None where that cannot be told."""
    clock_skew_s: float | None = None
    """The station's clock minus ours, by its `/Device/Time`; None where it gives none."""
    http_skew_s: float | None = None
    """The same by the `Date` header of its HTTP answers."""


@dataclass(slots=True)
class Context:
    """Everything one evaluation reads. Made once per rule and device; values behind it change."""

    now: float
    inputs: Sequence[Input]
    params: Mapping[str, Value | bool]
    diagnostics: Mapping[str, float | None]
    facts: StationFacts
    windows: list[Window] = field(default_factory=list)


Term = Callable[[Context], Value]
Cond = Callable[[Context], Truth]
