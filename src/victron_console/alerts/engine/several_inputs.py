"""An input of a rule that stands on several paths: which of their values, or what of them all, it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from victron_console.alerts.engine.bound_inputs import PathInput
from victron_console.alerts.language.values import NEVER, Truth, Value


class SeveralInputs:
    """What all inputs of more than one path have in common; how their values become one, each kind says itself."""

    __slots__ = ("_parts",)

    def __init__(self, parts: Sequence[PathInput]) -> None:
        self._parts = tuple(parts)

    def parts(self) -> Sequence[PathInput]:
        """All of them."""
        return self._parts

    @property
    def changed_at(self) -> float | None:
        """When any of them last changed."""
        return max((part.changed_at for part in self._parts if part.changed_at is not None), default=None)

    @property
    def seen(self) -> bool:
        """Whether any ever had a value."""
        return any(part.seen for part in self._parts)

    @property
    def stale(self) -> bool:
        """Whether the device of any is stale, lost or gone."""
        return any(part.stale for part in self._parts)

    def null(self) -> Truth:
        """Whether none gives a value."""
        results = [part.null() for part in self._parts]
        return False if False in results else None if None in results else True

    def gone(self) -> Truth:
        """Whether any has left the bus."""
        results = [part.gone() for part in self._parts]
        return True if True in results else None if None in results else False


class WorstAlarm(SeveralInputs):
    """Several device alarms as one input: the highest level."""

    __slots__ = ()

    def read(self) -> Value:
        """The highest level known; None where none is raised and one cannot be told."""
        return _highest([part.read() for part in self._parts])

    def or_default(self, default: float) -> Value:
        """The highest level known, the default for live devices without one."""
        return _highest([part.or_default(default) for part in self._parts])


class FirstValid(SeveralInputs):
    """The first of several paths that has a value now: which one it is may change with every poll."""

    __slots__ = ()

    @property
    def stale(self) -> bool:
        """Whether the one that speaks now is stale; where none does, whether any is."""
        return self._speaking().stale

    def read(self) -> Value:
        """The value of the first that has one; without one, None where any may have it, else NEVER."""
        values = [part.read() for part in self._parts]
        known = next((value for value in values if value is not None and value is not NEVER), None)
        return known if known is not None else None if None in values else NEVER

    def or_default(self, default: float) -> Value:
        """The value, the default where all devices live and none has one."""
        value = self.read()
        if value is not None and value is not NEVER:
            return value
        results = [part.or_default(default) for part in self._parts]
        return None if None in results else default

    def _speaking(self) -> PathInput:
        valid = (part for part in self._parts if part.valid)
        return next(valid, next((part for part in self._parts if part.stale), self._parts[0]))


class Extreme(SeveralInputs):
    """The highest or the lowest of several values, where the worst of all is what counts."""

    __slots__ = ("_pick",)

    def __init__(self, parts: Sequence[PathInput], pick: Callable[[Sequence[float]], float]) -> None:
        super().__init__(parts)
        self._pick = pick

    def read(self) -> Value:
        """The worst of those that have a value; None while the device of one that had one does not answer."""
        if any(part.stale and part.seen for part in self._parts):
            return None
        values = [part.read() for part in self._parts]
        numbers = [value for value in values if isinstance(value, int | float)]
        return self._pick(numbers) if numbers else None if None in values else NEVER

    def or_default(self, default: float) -> Value:
        """The worst value, the default where all devices live and none has one."""
        value = self.read()
        if isinstance(value, int | float):
            return value
        return None if any(part.stale for part in self._parts) else default


def _highest(values: list[Value]) -> Value:
    numbers = [value for value in values if isinstance(value, int | float)]
    if numbers and (max(numbers) > 0 or all(value is not None for value in values)):
        return max(numbers)
    return None if any(value is None for value in values) else NEVER
