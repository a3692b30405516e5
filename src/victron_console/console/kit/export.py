"""Writes what a screen shows into a file: a table as CSV, anything else as text; and evidence about a station."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_documents_path

from victron_console.model.clock import iso_utc, local
from victron_console.model.text import FORMULA
from victron_console.store.errors import StoreError
from victron_console.store.read.reader import Reader

Value = str | float | int | None


@dataclass(frozen=True, slots=True)
class Table:
    """What is shown, as rows for another program. Units stand in the heads, times are ISO 8601 in UTC."""

    heads: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


def iso_time(at: float | None) -> str | None:
    """A time (UTC epoch, s) as ISO 8601 in UTC; None where there is none."""
    return iso_utc(at) if at else None


@dataclass(frozen=True, slots=True)
class ScreenShown:
    """A screen at a moment."""

    name: str
    """Of the screen, and of the site where it is about one."""
    at: float
    text: str
    table: Table | None = None


def folder() -> Path:
    """Where files go: the user's documents, where there are any, else the folder the console was started in."""
    documents = user_documents_path()
    return documents if documents.is_dir() and os.access(documents, os.W_OK) else Path.cwd()


def write_shown(shown: ScreenShown, where: Path) -> str:
    """Write it; gives a sentence that says where it is, or why it is not."""
    table = shown.table
    target = where / f"{_stem(shown.name, shown.at)}.{'csv' if table else 'txt'}"
    try:
        with target.open("w", encoding="utf-8", newline="") as file:
            if table is None:
                file.write(shown.text + "\n")
            else:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(table.heads)
                writer.writerows(map(_harmless, table.rows))
    except OSError as error:
        return f"{target} cannot be written: {error.strerror}."
    return f"Written to {target}."


def write_picture(svg: str, name: str, at: float, where: Path) -> str:
    """Write a screen as Textual draws it, and as PNG where cairosvg is there; gives a sentence that says where."""
    target = where / f"{_stem(name, at)}.svg"
    try:
        target.write_text(svg, encoding="utf-8")
    except OSError as error:
        return f"{target} cannot be written: {error.strerror}."
    try:
        from cairosvg import svg2png

        # cairo knows no font from the web, and falls back to one of another width.
        fixed = svg.replace("Fira Code", "DejaVu Sans Mono")
        svg2png(bytestring=fixed.encode(), write_to=str(target.with_suffix(".png")))
    except ImportError:
        return f"Written to {target}."
    except (OSError, ValueError) as error:
        return f"Written to {target}, but not as PNG: {error}."
    return f"Written to {target} and {target.stem}.png."


def _harmless(row: Sequence[Value]) -> list[Value]:
    """A row in which no text, such as a device's name, is taken for a formula by a spreadsheet."""
    return [f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell for cell in row]


def write_evidence(store: Path, where: Path, station: str, span: tuple[float, float], made_at: float, text: str) -> str:
    """Write a station's evidence bundle of a span; gives a sentence that says where it is, or why it is not."""
    from victron_console.store.files.bundle import write_bundle  # seldom wanted: the first paint does not wait for it

    target = where / f"{_stem(f'evidence {station}', span[1])}.zip"
    try:
        with closing(Reader(store)) as reader:
            write_bundle(reader, target, station, *span, made_at, text)
    except (StoreError, OSError) as error:
        return f"The bundle was not written: {str(error).rstrip('.')}."
    return f"Evidence written to {target}."


def _stem(name: str, at: float) -> str:
    words = "".join(letter if letter.isalnum() else "-" for letter in name.casefold())
    return f"victron-{words}-{local(at):%Y%m%d-%H%M%S}"
