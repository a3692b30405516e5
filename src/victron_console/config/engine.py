"""`[[engine]]`: databases for time series that take what the store holds. Nothing here opens a connection."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    Strict,
    ValidationInfo,
    field_validator,
    model_validator,
)

from victron_console.config.fields import (
    CaFile,
    Fingerprint,
    Line,
    Lines,
    Secret,
    Table,
    needs,
    refusal,
)
from victron_console.config.spans import span_between
from victron_console.config.web_fields import WebAddress
from victron_console.model.units import HOUR_S

EngineKind = Literal["victoriametrics", "influx"]
RESERVED_LABELS = frozenset(
    {"station", "name", "portal_id", "instance", "class", "path", "unit", "portalId", "instanceNumber", "quality"}
)
"""What every sample bears by itself, in one kind of engine or the other."""
_NAME = 'the name of the engine in small letters, digits and hyphens, such as "metrics"'
_REPEAT = 'a length of time from "10s" to "1h", or "off": a value that stays as it is is sent again so often'
_LABEL = 'label names of letters, digits and "_" that the console does not give itself, such as region = "north"'
_LEVELS = "a list of the catalogue's levels: 1 what the console shows, 2 details of devices, 3 all else"


def _engine_name(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,31}", text):
        raise refusal(_NAME)
    return text


def _label_name(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,63}", name) or name in RESERVED_LABELS:
        raise refusal(_LABEL, f"the label {name!r}")
    return name


def _kind(kind: object) -> object:
    if kind in ("remote-write", "prometheus"):
        raise refusal(
            'kind = "victoriametrics", or "influx" for whatever takes its line protocol',
            f'"{kind}": no library for remote write is kept for Python; Prometheus can read from VictoriaMetrics',
        )
    return kind


def _levels(levels: tuple[int, ...]) -> tuple[int, ...]:
    if not levels or not set(levels) <= {1, 2, 3}:
        raise refusal(_LEVELS)
    return levels


@dataclass(frozen=True, slots=True)
class EngineAccess:
    """An engine with its secrets in plain text: made where it is written to, never kept or printed."""

    kind: EngineKind
    url: str
    database: str
    org: str
    user: str
    password: str = field(repr=False)
    token: str = field(repr=False)
    ca_file: Path | None
    fingerprint: str
    deadline_s: float


class EngineSettings(Table):
    """A database for time series that takes what is recorded; the store stays the source, and the queue for it."""

    name: Annotated[str, AfterValidator(_engine_name)] = Field(description=_NAME)
    kind: Annotated[EngineKind, BeforeValidator(_kind)] = Field(description='"victoriametrics" or "influx"')
    url: WebAddress = Field(description="a web address such as http://127.0.0.1:8428, for Influx http://127.0.0.1:8086")
    database: Line = Field(
        default="venus", min_length=1, description="of influx: the database, or of Influx 2 the bucket"
    )
    org: Line = Field(default="", description="of Influx 2: the organisation; with it its own interface is used")
    username: Line | None = Field(default=None, description="the user name of a basic login")
    password: Secret | None = Field(default=None, description='a reference such as "env:ENGINE_PASSWORD"')
    token: Secret | None = Field(default=None, description='a reference such as "file:secrets/engine.token"')
    ca_file: CaFile | None = Field(default=None, description="the path of a PEM file")
    fingerprint: Fingerprint | None = Field(
        default=None, description="the certificate's SHA-256, 64 hexadecimal digits"
    )
    deadline_s: float = Field(default=30.0, ge=1, le=120, description="seconds from 1 to 120 for one request")
    levels: Annotated[tuple[int, ...], Strict(False), AfterValidator(_levels)] = Field(
        default=(1, 2), description=_LEVELS
    )
    series: Lines = Field(default=("*",), description='a list of globs such as ["battery/*", "system/0/*"]')
    stations: Lines = Field(default=("*",), description='a list of ids or globs such as ["north-*"]')
    tags: Lines = Field(default=(), description="a list of tags: only stations that have one of them")
    labels: dict[Annotated[str, AfterValidator(_label_name)], Line] = Field(
        default_factory=dict, max_length=20, description='a table such as { region = "north" }, sent with every sample'
    )
    repeat: Annotated[int | None, span_between(10, HOUR_S, _REPEAT, or_off=True)] = Field(
        default="1m", validate_default=True, description=_REPEAT
    )
    rate: int = Field(
        default=5000, ge=10, le=1_000_000, description="at most so many samples a second while it catches up"
    )

    @field_validator("password")
    @classmethod
    def _password_has_user(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value is not None:
            needs(info, "username", "a username beside the password")
        return value

    @field_validator("token")
    @classmethod
    def _one_login(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value is not None and (info.data.get("username") or info.data.get("password")):
            raise refusal("either username and password or a token", "both")
        return value

    @field_validator("ca_file", "fingerprint")
    @classmethod
    def _only_with_tls(cls, value: object, info: ValidationInfo) -> object:
        if value is not None and str(info.data.get("url", "https:")).startswith("http:"):
            raise refusal("an address that begins with https:// where a certificate is checked", "an http:// address")
        return value

    @model_validator(mode="after")
    def _org_of_influx(self) -> Self:
        if self.org and self.kind != "influx":
            raise refusal('no org: only kind = "influx" has one', "an org")
        return self

    def access(self) -> EngineAccess:
        """The engine with its secrets in plain text."""
        return EngineAccess(
            kind=self.kind,
            url=self.url,
            database=self.database,
            org=self.org,
            user=self.username or "",
            password=self.password.get_secret_value() if self.password else "",
            token=self.token.get_secret_value() if self.token else "",
            ca_file=self.ca_file,
            fingerprint=self.fingerprint or "",
            deadline_s=self.deadline_s,
        )

    def wants_station(self, station: str, tags: tuple[str, ...]) -> bool:
        """Whether anything of a station is sent."""
        named = any(fnmatchcase(station, glob) for glob in self.stations)
        return named and (not self.tags or bool(set(self.tags) & set(tags)))

    def wants_series(self, series: str, level: int) -> bool:
        """Whether a series (`battery/258/Soc`) of a catalogue level is sent; one the catalogue lacks is of level 3."""
        return level in self.levels and any(fnmatchcase(series, glob) for glob in self.series)
