"""What an expression looks at: the inputs of one rule on one device, their windows, parameters and the moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from victron_console.alerts.language.values import NEVER, Truth, Value
from victron_console.alerts.language.windows import Window

if TYPE_CHECKING:
    from victron_console.alerts.engine.bound_inputs import Slot


class Source(Protocol):
    """One input of a rule as bound on a station."""

    @property
    def changed_at(self) -> float | None:
        """When its value last became another one (UTC epoch, s); None where it never did."""
        ...

    def slots(self) -> Sequence[Slot]:
        """What it is made of."""
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


class Unbound:
    """An input that the station has never had."""

    changed_at: float | None = None
    seen = False
    stale = False

    def slots(self) -> Sequence[Slot]:
        """Nothing."""
        return ()

    def read(self) -> Value:
        """NEVER."""
        return NEVER

    def or_default(self, default: float) -> Value:
        """The default."""
        return default

    def null(self) -> Truth:
        """There is no value."""
        return True

    def gone(self) -> Truth:
        """What was never there has not gone."""
        return False


@dataclass(slots=True)
class StationFacts:
    """What rules may ask of a station as a whole."""

    unreachable_s: float = 0.0
    set_aside: int = 0
    """Services that do not answer and are asked again later."""
    state: str = "starting"
    clock_skew_s: float | None = None
    """The station's clock minus ours, by its `/Device/Time`; None where it gives none."""
    http_skew_s: float | None = None
    """The same by the `Date` header of its HTTP answers."""


@dataclass(slots=True)
class Frame:
    """Everything one evaluation reads. Made once per rule and device; values behind it change."""

    now: float
    inputs: Sequence[Source]
    params: Mapping[str, Value | bool]
    diagnostics: Mapping[str, float | None]
    facts: StationFacts
    windows: list[Window] = field(default_factory=list)


Term = Callable[[Frame], Value]
Cond = Callable[[Frame], Truth]
