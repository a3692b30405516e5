"""The kinds of value a station file may hold. Each refuses what it cannot mean, with a sentence and never a secret."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    PlainValidator,
    SecretStr,
    Strict,
    ValidationInfo,
)
from pydantic_core import PydanticCustomError

from victron_console.model.text import clean

MAX_SECRET_BYTES = 65_536
SECRET_FORM = 'a reference, "env:NAME" or "file:PATH": a secret is never written into this file'


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a file may point to: other files, relative to its own folder, and the environment."""

    folder: Path
    environ: Mapping[str, str]
    referred: set[Path] = field(default_factory=set)
    """Files that were read or named on the way: a change in one is a change of the configuration."""

    def path(self, text: str) -> Path:
        """Where a file is that belongs to the configuration."""
        found = self.place(text)
        self.referred.add(found)
        return found

    def place(self, text: str) -> Path:
        """A path as written in a station file: `~` is the home folder, a relative one starts at the station file."""
        try:
            return self.folder / Path(text).expanduser()
        except RuntimeError:  # the home folder of a user whom nobody knows
            return self.folder / text


def refusal(expected: str, found: str = "", key: str = "") -> PydanticCustomError:
    """A fault in the words of the operator.

    `found` stands for the value where that must not or need not be shown, `key` for the key to which it belongs more.
    """
    return PydanticCustomError("refused", "{expected}", {"expected": expected, "found": found, "key": key})


class Table(BaseModel):
    """A table of a station file: every key is known, nothing is converted, nothing changes afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False, defer_build=True)


def needs(info: ValidationInfo, other: str, expected: str) -> None:
    """Refuse a value whose companion is not there; a companion with a fault of its own is already reported."""
    if other in info.data and info.data[other] is None:
        raise refusal(expected, "this key alone")


def surroundings(info: ValidationInfo) -> Surroundings:
    """What the file that is validated may point to."""
    context = info.context
    return context if isinstance(context, Surroundings) else Surroundings(Path(), os.environ)


def typed_text(value: object, expected: str) -> str:
    """The value as it stands, where it is text."""
    if not isinstance(value, str):
        raise refusal(expected)
    return value


def is_reference(text: str) -> bool:
    """Whether a text points to a secret instead of holding it."""
    return text.startswith(("env:", "file:"))


def _resolve(reference: str, around: Surroundings) -> str:
    kind, _, name = reference.partition(":")
    if kind == "env":
        if not (value := around.environ.get(name, "")):
            raise refusal(f"the environment variable {name!r} to be set where the console runs", "no such variable")
        return value
    path = around.path(name)
    try:
        raw = path.read_bytes() if path.is_file() else None
    except OSError:
        raw = None
    if raw is None:
        raise refusal(f"{path} to be a file that this user may read", "no readable file")
    try:
        value = raw.decode().strip() if len(raw) <= MAX_SECRET_BYTES else ""
    except UnicodeDecodeError:
        value = ""
    if not value:
        raise refusal(f"{path} to hold one secret as text (at most 64 KB)", "none")
    return value


def secret_of(reference: str, around: Surroundings) -> str:
    """What a reference points to.

    Raises:
        PydanticCustomError: nothing that can be used, in the words of the operator.
    """
    if not is_reference(reference):
        raise refusal(SECRET_FORM, "a value that is not shown here")
    resolved = _resolve(reference, around)
    if any(ord(character) < 0x20 or character == "\x7f" for character in resolved):
        raise refusal("a secret of one line without control characters", "something else")
    return resolved


def secret(value: object, info: ValidationInfo) -> SecretStr:
    """What a reference points to; refuses all that is none."""
    return SecretStr(secret_of(value if isinstance(value, str) else "", surroundings(info)))


def _file_path(value: object, info: ValidationInfo) -> Path:
    text = typed_text(value, "a path")
    if not text or "\0" in text:
        raise refusal("a path")
    return surroundings(info).place(text)


def _ca_file(value: object, info: ValidationInfo) -> Path:
    path = surroundings(info).path(typed_text(value, "the path of a PEM file"))
    try:
        holds = path.is_file() and b"-----BEGIN CERTIFICATE-----" in path.read_bytes()
    except OSError:
        holds = False
    if not holds:
        raise refusal(f"{path} to be a readable PEM file with a certificate")
    return path


def _fingerprint(text: str) -> str:
    digits = re.sub(r"[:\s]", "", text.lower().removeprefix("sha256:"))
    if not re.fullmatch(r"[0-9a-f]{64}", digits):
        raise refusal("the certificate's SHA-256: 64 hexadecimal digits, colons allowed")
    return digits


def _line(text: str) -> str:
    if clean(text, len(text)) != text or len(text) > 256:
        raise refusal("one line of at most 256 characters without control characters")
    return text.strip()


def _name(text: str) -> str:
    if not _line(text):
        raise refusal("a name to show, one line of text", "an empty text")
    return _line(text)


def _prose(text: str) -> str:
    return "\n".join(clean(line, 2000) for line in text.replace("\r\n", "\n").split("\n")[:500]).strip()


@cache
def _zone_names() -> tuple[str, ...]:
    return tuple(sorted(available_timezones()))


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        near = get_close_matches(name, _zone_names(), n=1)
        raise refusal(
            f"an IANA time zone such as Europe/Berlin{f' (did you mean {near[0]}?)' if near else ''}"
        ) from None
    return name


def _parameter_name(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise refusal("the name of a rule parameter in small letters, such as soc_warn")
    return name


def _battery_device(name: str) -> str:
    if name and not re.fullmatch(r"none|(battery|multi|inverter|acsystem|vebus)/[^\s/]{1,80}", name):
        raise refusal('a device by class and instance, such as "battery/279", or "none"')
    return name


def _parameter(value: object) -> bool | float | str:
    if not isinstance(value, (bool, int, float, str)) or (isinstance(value, float) and not isfinite(value)):
        raise refusal("a number, true, false or text")
    return value


Secret = Annotated[SecretStr, PlainValidator(secret)]
"""Written as a reference, held resolved; printed as asterisks."""
FilePath = Annotated[Path, PlainValidator(_file_path)]
"""Of what the console writes or watches; unlike a certificate it is no part of the configuration."""
CaFile = Annotated[Path, PlainValidator(_ca_file)]
Fingerprint = Annotated[str, AfterValidator(_fingerprint)]
"""64 small hexadecimal digits, without colons."""
Line = Annotated[str, AfterValidator(_line)]
Name = Annotated[str, AfterValidator(_name)]
Lines = Annotated[tuple[Line, ...], Strict(False)]
Prose = Annotated[str, AfterValidator(_prose)]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
BatteryDevice = Annotated[str, AfterValidator(_battery_device)]
"""`battery/279`, or `none`; empty where the station itself tells."""
ParameterName = Annotated[str, AfterValidator(_parameter_name)]
Parameter = Annotated[bool | float | str, PlainValidator(_parameter)]
