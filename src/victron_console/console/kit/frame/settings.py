"""What the console keeps between sessions: screen, theme, sort, filter. A small file that may always be lost."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from pathlib import Path
from typing import Any


@dataclass(slots=True)
class Settings:
    """The operator's last choices."""

    theme: str = ""
    screen: str = "fleet"
    station: str = ""
    sort: str = "urgency"
    grouped: bool = False
    abnormal_only: bool = False
    filter: str = ""
    hidden_columns: tuple[str, ...] = ()
    trend_view: str = "overview"
    trend_views: tuple[str, ...] = ()
    """Views of the Trends screen that were saved, each as `name: soc, pv`."""
    blocks: bool = False
    """Whether charts are drawn with blocks, for fonts without braille."""
    commands: tuple[str, ...] = ()
    """What was typed after `:`, oldest first."""
    left_at: float = 0.0
    """When the console was last left (UTC epoch, s)."""


def settings_path(folder: Path, store: Path) -> Path:
    """Where the choices of a fleet are kept: each store has its own, since sites and filters are of one fleet."""
    return folder / f"console-{sha256(str(store.resolve()).encode()).hexdigest()[:12]}.json"


def load_settings(path: Path | None) -> Settings:
    """The kept choices; the defaults where there is no file or it cannot be understood."""
    if path is None:
        return Settings()
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Settings()
    return _understood(data) if isinstance(data, dict) else Settings()


def _understood(data: dict[str, Any]) -> Settings:
    settings = Settings()
    for field in fields(Settings):
        default, value = getattr(settings, field.name), data.get(field.name)
        if isinstance(default, tuple) and isinstance(value, list):
            value = tuple(str(item) for item in value)
        elif isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if type(value) is type(default):
            setattr(settings, field.name, value)
    return settings


def save_settings(path: Path | None, settings: Settings) -> str:
    """Keep the choices; gives a sentence where that failed, else an empty text."""
    if path is None:
        return ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(settings), indent=1) + "\n", encoding="utf-8")
        fresh.replace(path)
    except OSError as error:
        return f"The console's settings cannot be kept in {path}: {error.strerror}."
    return ""
