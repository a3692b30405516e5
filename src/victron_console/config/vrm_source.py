"""`[station.vrm]`: a station as Victron's portal has it, in values of some minutes ago. Opens no connection."""

from __future__ import annotations

from pydantic import Field

from victron_console.catalogue.vrm import API, LOG_INTERVAL_S
from victron_console.config.fields import Secret
from victron_console.config.source_settings import SourceSettings, plain
from victron_console.config.vrm import VrmAccess
from victron_console.config.web_fields import WebAddress


class VrmSourceSettings(SourceSettings):
    """Victron's portal over its web API: what a GX last sent there, mostly each quarter of an hour.

    For a station whose GX speaks no MQTT to the portal, or as the last way to one that does.
    """

    LABEL = "VRM"
    NEEDED = "a table [station.vrm]"
    SECRETS = frozenset({"token"})

    site: int = Field(ge=1, le=2**53, description="the number of the site at the portal, as `add --vrm` lists it")
    token: Secret = Field(description='a reference to an access token, such as "file:~/.vrm-token"')
    url: WebAddress = Field(default=API, description="the web address of the portal's API")
    every_s: float = Field(
        default=LOG_INTERVAL_S, ge=60, le=86_400, description="seconds from 60 to 86400: how often the GX sends"
    )

    def access(self) -> VrmAccess:
        """The portal with its token in plain text."""
        return VrmAccess(self.url, plain(self.token))

    def identities(self) -> tuple[str, ...]:
        """None: no number of the portal is a host or an id of a GX."""
        return ()

    def address(self) -> str:
        """The site at the portal."""
        return f"{self.url}/installations/{self.site}".lower()
