"""What the command line and the configuration say about the console."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from victron_console.console.app.tour import TourStop


@dataclass(frozen=True, slots=True)
class ConsoleOptions:
    """What the command line says about the console."""

    operator: str = ""
    """Who acknowledges, on a shared login."""
    low_bandwidth: bool = False
    ascii: bool = False
    bell: bool = False
    readonly: str = ""
    """Why the store cannot be written, as a sentence; empty where it can."""
    theme: str = ""
    notice: str = ""
    """Something to say at the start."""
    stations: tuple[str, ...] = ()
    """The names of the stations that are asked, also before any of them has answered."""
    reasons: tuple[str, ...] = ()
    """Why alarms are put aside, to choose from."""
    settings_path: Path | None = None
    tour: tuple[TourStop, ...] = ()
    """What the console begins to show by itself; nothing where it waits for the operator."""
    rule_folders: tuple[Path, ...] = ()
    """Where the operator's own rules are, for the words of their conditions."""
