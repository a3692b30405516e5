"""Themes and examples are found in a wheel and in a checkout."""

from __future__ import annotations

from importlib.resources.abc import Traversable
from pathlib import Path
from zipfile import Path as ZipPath
from zipfile import ZipFile

import pytest

from victron_console import resources


def test_a_checkout_gives_its_own_folders() -> None:
    assert "one-site" in resources.example_stations()
    assert "dark" in resources.themes()


def test_an_installed_package_gives_its_own_data_even_from_a_zip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ZipFile(tmp_path / "victron_console.zip", "w") as archive:
        archive.writestr("victron_console/data/themes/odd.toml", 'name = "odd"')
        archive.writestr("victron_console/data/station_configs/site.example.toml", "# a site")
        archive.writestr("victron_console/data/station_configs/README.md", "no example")

    def package(name: str) -> Traversable:
        return ZipPath(tmp_path / "victron_console.zip", f"{name}/")

    monkeypatch.setattr(resources, "files", package)
    assert resources.themes() == {"odd": 'name = "odd"'}
    assert resources.example_stations() == {"site": "# a site"}


def test_an_installation_without_its_data_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "files", lambda _name: tmp_path)
    monkeypatch.setattr(resources, "_CHECKOUT", tmp_path)
    with pytest.raises(FileNotFoundError, match="install victron-console again"):
        resources.themes()
