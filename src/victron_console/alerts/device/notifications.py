"""The GX's own notification ring: 20 slots, read whole at each poll, each entry kept for good in our log.

An entry is known by service, trigger and time; a slot number means nothing. `Type` (0 warning, 1 alarm, 2
information) is another scale than `AlarmValue` (1 warning, 2 alarm): the latter says how severe it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from victron_console.model.alert import Severity
from victron_console.model.alert_record import NoticeRecord
from victron_console.model.device import class_of
from victron_console.model.reading import Reading

SLOTS = 20
_BY_TYPE = {0: 1.0, 1: 2.0, 2: 0.0}


@dataclass(frozen=True, slots=True)
class Notification:
    """One entry of the ring."""

    service: str
    trigger: str
    """The alarm's path, without a leading slash."""
    at: float
    """On the station's own clock (UTC epoch, s)."""
    text: str
    device: str
    level: float
    """0 information, 1 warning, 2 alarm."""
    active: bool
    acknowledged: bool

    @property
    def identity(self) -> tuple[str, str, float]:
        """What makes two entries one."""
        return (self.service, self.trigger, self.at)

    @property
    def cls(self) -> str:
        """The class of the device that raised it."""
        return class_of(self.service)

    def record(self, station: str) -> NoticeRecord:
        """The entry as it is kept."""
        return NoticeRecord(
            station, self.service, self.trigger, self.at, self.text, self.device, self.severity, self.acknowledged
        )

    @property
    def severity(self) -> Severity:
        """How severe it is."""
        return Severity.CRITICAL if self.level >= 2 else Severity.WARNING if self.level >= 1 else Severity.INFO


def notifications(readings: Mapping[str, Reading]) -> Iterator[Notification]:
    """The complete entries of the ring; the text is written last, so one without it is not complete yet."""
    for slot in range(SLOTS):
        prefix = f"Notifications/{slot}/"
        when, text = readings.get(f"{prefix}DateTime"), readings.get(f"{prefix}Description")
        if when is None or text is None or not when.number or not text.text:
            continue
        found = {
            name: readings.get(prefix + name)
            for name in ("Service", "Trigger", "DeviceName", "Type", "AlarmValue", "Active", "Acknowledged")
        }
        yield Notification(
            service=_text(found["Service"]),
            trigger=_text(found["Trigger"]).lstrip("/"),
            at=when.number,
            text=text.text,
            device=_text(found["DeviceName"]),
            level=_level(found["AlarmValue"], found["Type"]),
            active=bool(_number(found["Active"])),
            acknowledged=bool(_number(found["Acknowledged"])),
        )


def _level(alarm_value: Reading | None, kind: Reading | None) -> float:
    value = _number(alarm_value)
    if value is not None and value >= 1:
        return min(value, 2.0)
    return _BY_TYPE.get(int(_number(kind) or 0), 1.0) if kind is not None else 1.0


def _number(reading: Reading | None) -> float | None:
    return reading.number if reading is not None else None


def _text(reading: Reading | None) -> str:
    return reading.text if reading is not None else ""
