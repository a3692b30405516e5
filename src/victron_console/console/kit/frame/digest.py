"""What happened while nobody looked, as counts and as a sentence."""

from __future__ import annotations

from dataclasses import dataclass

from victron_console.console.kit.format import moment


@dataclass(frozen=True, slots=True)
class Digest:
    """What happened in a span: alarms by what became of them, and links that were lost."""

    since: float = 0.0
    raised: int = 0
    cleared: int = 0
    lost: int = 0
    critical: int = 0
    """Of the raised, those to act on now."""

    @property
    def words(self) -> str:
        """`3 raised (1 !!), 2 cleared, 1 link lost`; empty where nothing happened."""
        parts = [f"{self.raised} raised" + (f" ({self.critical} !!)" if self.critical else "")] if self.raised else []
        parts += [f"{self.cleared} cleared"] if self.cleared else []
        parts += [f"{self.lost} link{'s' if self.lost > 1 else ''} lost"] if self.lost else []
        return ", ".join(parts)

    def sentence(self, now: float) -> str:
        """For the start of the console: what there is to read, and where."""
        return f"Since you last looked ({moment(self.since, now)}): {self.words}. 8 shows the log."
