"""How a rule names what it reads: `battery/*/Soc`, `vebus/*/Ac/ActiveIn/{phase}/V`, `.../Statistics#errors`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from victron_console.model.can_link import CanLink, can_link
from victron_console.model.device import DeviceKey

STATION_CLASSES = frozenset({"system", "platform", "settings", "logger", "hub4"})
"""Services that a station has once: their values are the station's own."""

FOLDED = frozenset({"phase"})
"""Placeholders whose alarms are one alarm: L1, L2 and L3 of a device."""

_PLACEHOLDERS: Mapping[str, tuple[str, ...]] = {
    "phase": ("L1", "L2", "L3"),
    "can": tuple(f"{kind}{n}" for kind in ("can", "vecan") for n in range(4)),
    "n": tuple(str(n) for n in range(10)),
    "tracker": ("0", "1", "2", "3"),
}
_PATTERN = re.compile(
    r"(?P<siblings>~?)(?P<cls>[a-z0-9]+)/(?P<instance>\*|[\w@.-]+)/(?P<path>[^#\s]+)(?:#(?P<field>\w+))?"
)


Binding = tuple[tuple[str, str], ...]
"""Placeholders and what they stand for, by name: `(("phase", "L1"),)`."""


@dataclass(frozen=True, slots=True)
class InputPattern:
    """A series with wildcards: any instance, bound placeholders, and a field of a JSON text."""

    text: str
    cls: str
    instance: str
    paths: tuple[tuple[str, Binding], ...]
    """Every path it can mean, with what its placeholders then are."""
    field: str
    siblings: bool = False
    """Written with `~`: the other devices of the class, not the rule's own; their highest value counts."""

    @classmethod
    def parse(cls, text: str) -> InputPattern:
        """The pattern a rule file wrote.

        Raises:
            ValueError: a sentence that says what is wrong with it.
        """
        match = _PATTERN.fullmatch(text)
        if match is None:
            raise ValueError(f'"{text}" names no series; write class/instance/path, such as "battery/*/Soc".')
        field = match["field"] or ""
        if field and field not in FIELDS:
            raise ValueError(f'"{text}" asks for #{field}; known are #{", #".join(FIELDS)}.')
        names = tuple(re.findall(r"\{(\w+)\}", match["path"]))
        for name in names:
            if name not in _PLACEHOLDERS:
                raise ValueError(f'"{text}" binds {{{name}}}; known are {{{"}, {".join(_PLACEHOLDERS)}}}.')
        return cls(
            text, match["cls"], match["instance"], _expanded(match["path"], names), field, bool(match["siblings"])
        )

    def device(self, key: DeviceKey) -> bool:
        """Whether it speaks of a device."""
        return self.cls == key.cls and self.instance in ("*", key.instance)

    def means(self, path: str) -> bool:
        """Whether it can mean a path."""
        return any(path == known for known, _ in self.paths)


def _expanded(path: str, names: tuple[str, ...]) -> tuple[tuple[str, Binding], ...]:
    rows: list[tuple[str, Binding]] = [(path, ())]
    for name in dict.fromkeys(names):
        rows = [
            (known.replace(f"{{{name}}}", word), tuple(sorted((*binding, (name, word)))))
            for known, binding in rows
            for word in _PLACEHOLDERS[name]
        ]
    return tuple(rows)


def _can(read: Callable[[CanLink], float | str | None]) -> Callable[[str], float | str | None]:
    """A field of a CAN interface's statistics, as the GX gives them."""

    def of(text: str) -> float | str | None:
        link = can_link(text)
        return None if link is None else read(link)

    return of


FIELDS: Mapping[str, Callable[[str], float | str | None]] = {
    "errors": _can(lambda link: link.errors),
    "rx_packets": _can(lambda link: link.rx_packets),
    "state": _can(lambda link: link.state),
}
"""Fields of JSON texts that rules may read with `#`."""
