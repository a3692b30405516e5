"""When a screen of a list asks the store again."""

from __future__ import annotations

from victron_console.console.kit.frame.host import Moment


class ReadPace:
    """At once where another moment or another thing is looked at, else now and then while the present goes on."""

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._at = float("-inf")
        self._of: tuple[float | None, object] | None = None

    def is_due(self, app: Moment, about: object = None, *, at_once: bool = False) -> bool:
        """Whether to ask now; what is due counts as asked.

        Args:
            app: says the time and which moment is looked at.
            about: what is asked about.
            at_once: ask, whatever was asked before.
        """
        now, of = app.clock.monotonic(), (app.as_of, about)
        again = app.as_of is None and not app.paused and now - self._at >= self._every_s
        if not app.has_store or (of == self._of and not again and not at_once):
            return False
        self._at, self._of = now, of
        return True
