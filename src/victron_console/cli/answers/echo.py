"""Prints an answer: as JSON in its form, or in rows of columns for people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import click

from victron_console.model.clock import local


def echo_json(form: str, answer: object) -> None:
    """Print an answer in a form that `victron-console schema` knows, in UTF-8 whatever the terminal is set to."""
    # It loads every form, which a command that prints for people can do without.
    from victron_console.contract.schemas import written_json

    click.echo(written_json(form, answer))


def local_time(moment: str) -> str:
    """A moment of a document by the operator's clock, as every text says it: `2026-11-22 03:14:00`."""
    return f"{local(datetime.fromisoformat(moment).timestamp()):%Y-%m-%d %H:%M:%S}"


def local_day(moment: str) -> str:
    """The operator's day that a moment of a document is in."""
    return f"{local(datetime.fromisoformat(moment).timestamp()):%Y-%m-%d}"


def echo_rows(head: Sequence[str], rows: Sequence[Sequence[str]], empty: str) -> None:
    """Print a table, its columns as wide as they need to be; `empty` where it has no row."""
    if not rows:
        click.echo(empty)
        return
    widths = [max(len(row[n]) for row in (head, *rows)) for n in range(len(head))]
    for row in (head, *rows):
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
