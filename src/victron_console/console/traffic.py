"""How many bytes the console itself writes to the terminal: a slow link's budget is shown, not guessed."""

from __future__ import annotations

from collections import deque

from textual.driver import Driver

_WINDOW_S = 10.0


class Traffic:
    """Bytes written in the last ten seconds."""

    def __init__(self) -> None:
        self.total = 0
        self._marks: deque[tuple[float, int]] = deque()

    def wrote(self, data: str) -> None:
        """Count what goes to the terminal."""
        self.total += len(data) if data.isascii() else len(data.encode("utf-8", "replace"))

    def bytes_s(self, now: float) -> float:
        """Bytes each second since the last ten seconds began (`now` is monotonic, s). Called about each second."""
        self._marks.append((now, self.total))
        while len(self._marks) > 2 and now - self._marks[1][0] >= _WINDOW_S:
            self._marks.popleft()
        since, before = self._marks[0]
        return (self.total - before) / (now - since) if now > since else 0.0


def counting(driver: type[Driver], traffic: Traffic) -> type[Driver]:
    """The driver class, with every write counted."""

    class CountingDriver(driver):  # type: ignore[valid-type, misc]
        """Writes as its base does and says how much."""

        def write(self, data: str) -> None:
            """Write to the terminal."""
            traffic.wrote(data)
            super().write(data)

    return CountingDriver
