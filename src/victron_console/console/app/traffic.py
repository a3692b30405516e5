"""What the console writes to the terminal: counted, since a slow link's budget is shown and not guessed, and survived.

A terminal that has gone away must not keep the process: Textual's writer would die of it, and the screen wait for ever.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from io import TextIOBase
from typing import IO, cast

from textual.driver import Driver

_WINDOW_S = 10.0


class Traffic:
    """Bytes written in the last ten seconds."""

    def __init__(self) -> None:
        self.total = 0
        self.terminal_gone = False
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


class Lenient:
    """The terminal's file, which swallows what is written after the terminal has gone and notes that it has."""

    def __init__(self, file: IO[str], traffic: Traffic) -> None:
        self._file = file
        self._traffic = traffic

    def write(self, text: str) -> int:
        """Write and count, as far as there is a terminal."""
        self._traffic.wrote(text)
        return self._do(lambda: self._file.write(text))

    def flush(self) -> None:
        """Send what was written."""
        self._do(lambda: self._file.flush() or 0)

    def fileno(self) -> int:
        """The terminal's descriptor."""
        return self._file.fileno()

    def isatty(self) -> bool:
        """Whether there is a terminal."""
        return self._file.isatty()

    def _do(self, action: Callable[[], int]) -> int:
        if self._traffic.terminal_gone:
            return 0
        try:
            return action()
        except (OSError, ValueError):
            self._traffic.terminal_gone = True
            return 0


def counting(driver: type[Driver], traffic: Traffic) -> type[Driver]:
    """The driver class, writing through a lenient file."""

    class CountingDriver(driver):  # type: ignore[valid-type, misc]
        """Its base, with its file replaced before anything is written."""

        def __init__(self, *args: object, **options: object) -> None:
            super().__init__(*args, **options)
            file: object = getattr(self, "_file", None)
            if isinstance(file, TextIOBase):
                self._file = Lenient(cast("IO[str]", file), traffic)

    return CountingDriver
