"""The GX's list of notices: a ring of 20 slots that remembers what was raised and cleared."""

from __future__ import annotations

from dataclasses import dataclass

SLOTS = 20
WARNING, ALARM = 0, 1


@dataclass(slots=True)
class GxNotice:
    """One notice as `/Notifications/n/...` shows it."""

    raised_at: int
    service: str
    trigger: str
    device: str
    description: str
    level: int
    """As the alarm path: 1 warning, 2 alarm."""
    active: bool = True
    acknowledged: bool = False

    @property
    def kind(self) -> int:
        """`Type`: 0 warning, 1 alarm."""
        return ALARM if self.level >= 2 else WARNING


class NoticeRing:
    """The last notices, oldest overwritten first."""

    def __init__(self) -> None:
        self.slots: list[GxNotice] = []
        self.next_slot = 0
        self.standing: dict[tuple[str, str], GxNotice] = {}

    def follow(self, service: str, device: str, trigger: str, level: int, description: str, at: float) -> None:
        """Take note of an alarm path's level: raised, escalated or cleared where it changed."""
        key = (service, trigger)
        notice = self.standing.get(key)
        if notice is not None and level != notice.level:
            notice.active = False
            del self.standing[key]
            notice = None
        if level > 0 and notice is None:
            fresh = GxNotice(int(at), service, trigger, device, description, level)
            self.standing[key] = fresh
            self._put(fresh)

    def _put(self, notice: GxNotice) -> None:
        if len(self.slots) < SLOTS:
            self.slots.append(notice)
            return
        self.slots[self.next_slot].acknowledged = True
        self.slots[self.next_slot] = notice
        self.next_slot = (self.next_slot + 1) % SLOTS
