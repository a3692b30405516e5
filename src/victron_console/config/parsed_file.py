"""One configuration file as text and as TOML; what keeps it from being read is a fault."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from victron_console.config.faults import Fault
from victron_console.model.text import clean
from victron_console.model.toml_text import MAX_CHARACTERS, parse_toml

MAX_FILE_BYTES = 4 * MAX_CHARACTERS  # of UTF-8
_POSITION = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")


def parsed_file(file: Path, faults: list[Fault]) -> tuple[str, dict[str, Any]] | None:
    """The text of a file and what it says; None where it cannot be read, which is added to the faults."""
    text = _text(file, faults)
    data = None if text is None else _parsed(file, text, faults)
    return None if text is None or data is None else (text, data)


def reason(error: OSError) -> str:
    """Why a file or folder cannot be read, in a few words."""
    return (error.strerror or type(error).__name__).lower()


def _text(file: Path, faults: list[Fault]) -> str | None:
    try:
        if file.is_file() and file.stat().st_size > MAX_FILE_BYTES:
            faults.append(Fault(file, None, "", "a file of more than 4 MB", "a station file"))
            return None
        if not file.exists() or file.is_file():
            return file.read_text(encoding="utf-8").replace("\r\n", "\n")
        faults.append(Fault(file, None, "", "no regular file", "a TOML file or a folder of them"))
    except OSError as error:
        faults.append(Fault(file, None, "", reason(error), "a file that this user may read"))
    except UnicodeDecodeError:
        faults.append(Fault(file, None, "", "bytes that are no UTF-8 text", "a TOML file in UTF-8"))
    return None


def _parsed(file: Path, text: str, faults: list[Fault]) -> dict[str, Any] | None:
    try:
        return parse_toml(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        at = _POSITION.search(message)
        line = int(at[1]) if at and at[1] else text.count("\n") + 1
        column = f" at column {at[2]}" if at and at[2] else " at the end"
        found = f"a TOML error{column} ({clean(_POSITION.sub('', message))})"
        faults.append(Fault(file, line, "", found, "valid TOML"))
    return None
