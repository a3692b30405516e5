"""`[station.prices]`: which published list of prices a station's energy follows. Nothing here opens a connection."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from pydantic import ConfigDict, Field, SecretStr, ValidationInfo, field_validator

from victron_console.config.fields import Line, Secret, Table, refusal
from victron_console.config.web_fields import WebAddress

PriceSource = Literal["energy-charts", "awattar", "octopus", "tibber", "entsoe"]
_ZONES: dict[str, tuple[str, str]] = {
    "energy-charts": (r"[A-Z0-9-]{2,20}", "a bidding zone such as DE-LU"),
    "awattar": (r"de|at", "de or at"),
    "octopus": (r"E-[12]R-[A-Z0-9-]{3,60}-[A-P]", "the tariff's code, such as E-1R-AGILE-24-10-01-C"),
    "tibber": (r"[0-9A-Fa-f-]{0,40}", "the id of a home, or nothing for the first"),
    "entsoe": (r"[0-9A-Z-]{16}", "the EIC code of a bidding zone, such as 10Y1001A1001A82H"),
}
_WITH_TOKEN = ("tibber", "entsoe")


@dataclass(frozen=True, slots=True)
class PriceAccess:
    """A list with its token in plain text: made where it is asked for, never kept or printed."""

    source: PriceSource
    zone: str
    url: str
    """Empty: the publisher's own."""
    token: str = field(repr=False)


class Prices(Table):
    """`[station.prices]`: prices from the web, instead of `ess.tariff_file`; asked for without a login but a token."""

    model_config = ConfigDict(validate_default=True)

    source: PriceSource | None = Field(default=None, description="energy-charts, awattar, octopus, tibber or entsoe")
    zone: Line = Field(
        default="",
        description="DE-LU; de or at; E-1R-AGILE-24-10-01-C; a home's id or nothing; an EIC code: as the source asks",
    )
    url: WebAddress | None = Field(default=None, description="another address that answers in that shape")
    token: Secret | None = Field(
        default=None, description='of tibber and entsoe, a reference such as "file:~/.price-token"'
    )
    factor: float = Field(
        default=1.0, ge=0, le=1000, description="of the list's price in a bought kWh, as 1.19 for VAT"
    )
    add: float = Field(default=0.0, ge=-1e6, le=1e6, description="money added to it a bought kWh, fees and taxes")
    sell_factor: float = Field(default=0.0, ge=0, le=1000, description="of the list's price in a sold kWh")
    sell_add: float = Field(default=0.0, ge=-1e6, le=1e6, description="money added to it a sold kWh")

    @field_validator("zone")
    @classmethod
    def _of_the_source(cls, value: str, info: ValidationInfo) -> str:
        source = info.data.get("source")
        if source is not None and not re.fullmatch(_ZONES[source][0], value):
            raise refusal(f"for {source} {_ZONES[source][1]}")
        return value

    @field_validator("token")
    @classmethod
    def _where_it_is_asked_for(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        source = info.data.get("source")
        if value is None and source in _WITH_TOKEN:
            raise refusal(f"a reference to the token of {source}", "nothing")
        if value is not None and source is not None and source not in _WITH_TOKEN:
            raise refusal(f"no token: {source} asks for none", "a token")
        return value

    def access(self) -> PriceAccess | None:
        """The list with its token in plain text; None where the file names none."""
        if self.source is None:
            return None
        return PriceAccess(
            self.source, self.zone, self.url or "", self.token.get_secret_value() if self.token is not None else ""
        )
