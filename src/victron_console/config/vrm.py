"""`[vrm]`: the account at Victron's portal by which sites are found and their past is read. Opens no connection."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field, PlainValidator, SecretStr, ValidationInfo

from victron_console.catalogue.vrm import API
from victron_console.config.fields import Lines, Table, secret, surroundings
from victron_console.config.web_fields import WebAddress


@dataclass(frozen=True, slots=True)
class ReferredToken:
    """A token with the words that point to it, which a station file may repeat."""

    reference: str
    """`env:NAME`, or `file:PATH` with a path that holds from everywhere."""
    secret: SecretStr


def _token(value: object, info: ValidationInfo) -> ReferredToken:
    held = secret(value, info)  # refuses all but a reference
    text = str(value)
    if text.startswith("file:"):
        text = f"file:{surroundings(info).place(text.removeprefix('file:')).absolute()}"
    return ReferredToken(text, held)


@dataclass(frozen=True, slots=True)
class VrmAccess:
    """The portal with the token in plain text: made where it is asked, never kept or printed."""

    url: str
    token: str = field(repr=False)


class VrmSettings(Table):
    """An account at Victron's portal, read only: its sites for `add --vrm`, their past for `vrm backfill`.

    Take the token of a user who may only watch the sites.
    """

    token: Annotated[ReferredToken, PlainValidator(_token)] | None = Field(
        default=None, description='a reference to an access token, such as "file:~/.vrm-token"'
    )
    url: WebAddress = Field(default=API, description="the web address of the portal's API")
    sites: Lines = Field(
        default=(),
        description="the sites that `add --vrm` takes, by name, number or tag; else what `--site` or `--all` says",
    )

    def access(self) -> VrmAccess | None:
        """The portal with its token in plain text; None where no token is given."""
        return VrmAccess(self.url, self.token.secret.get_secret_value()) if self.token is not None else None
