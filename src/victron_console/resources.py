"""Colour themes, example stations and pages as they ship: package data of a wheel, or the folders of the checkout.

It gives their text only; what a theme or a station file means is read elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

DOCUMENTATION = ("alerts", "health", "history", "json", "rules")
_CHECKOUT = Path(__file__).parents[2]


def themes() -> Mapping[str, str]:
    """The TOML text of each theme that ships, by its name (`dark`)."""
    return _texts("themes", ".toml")


def example_stations() -> Mapping[str, str]:
    """The TOML text of each example of a station file, by its name (`one-site`)."""
    return _texts("station_configs", ".example.toml")


def documentation() -> Mapping[str, str]:
    """The Markdown of the pages that say what answers mean, by name (`health`, `facts/http`)."""
    facts = {f"facts/{name}": text for name, text in _texts("docs/facts", ".md").items() if name != "README"}
    pages = _folder("docs")
    return {name: (pages / f"{name}.md").read_text(encoding="utf-8") for name in DOCUMENTATION} | facts


def _texts(folder: str, suffix: str) -> dict[str, str]:
    entries = sorted(_folder(folder).iterdir(), key=lambda entry: entry.name)
    return {
        entry.name.removesuffix(suffix): entry.read_text(encoding="utf-8")
        for entry in entries
        if entry.name.endswith(suffix)
    }


def _folder(name: str) -> Traversable:
    """The folder inside the installed package; an editable install has none there and uses the checkout's own.

    Raises:
        FileNotFoundError: neither is there, so the installation is broken.
    """
    packaged = files("victron_console") / "data" / name
    if packaged.is_dir():
        return packaged
    if (_CHECKOUT / name).is_dir():
        return _CHECKOUT / name
    raise FileNotFoundError(f"The folder {name!r} did not come with this installation: install victron-console again.")
