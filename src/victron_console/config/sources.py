"""How a station is reached: the sources that there are and the table of each. Nothing here opens a connection.

A further source is a table of settings and its line in `SourceTables` here, and a module of the same name in the
package `sources` that makes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import IPv6Address
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from victron_console.catalogue.vrm import broker_of
from victron_console.config.fields import CaFile, Fingerprint, Line, Secret, Table, needs, refusal
from victron_console.config.source_settings import DEADLINE_S, SourceSettings, plain
from victron_console.config.vrm_source import VrmSourceSettings
from victron_console.config.web_fields import Headers, ProxyAddress, WebAddress

HTTP_API_PORT = 8088
MQTT_TLS_PORT = 8883
MQTT_PLAIN_PORT = 1883


@dataclass(frozen=True, slots=True)
class HttpAccess:
    """The HTTP API of a station with its secrets in plain text: made where a source is made, never kept or printed.

    An empty text stands for what the file does not give.
    """

    url: str
    headers: Mapping[str, str] = field(repr=False)
    user: str
    password: str = field(repr=False)
    token: str = field(repr=False)
    ca_file: Path | None
    fingerprint: str
    proxy: str = field(repr=False)
    deadline_s: float


@dataclass(frozen=True, slots=True)
class MqttAccess:
    """The MQTT broker of a station with its password in plain text; an empty text stands for what is not given."""

    host: str
    port: int
    tls: bool
    ca_file: Path | None
    fingerprint: str
    user: str
    password: str = field(repr=False)
    portal_id: str
    """Empty: it is taken from `N/+/system/0/Serial`, the one topic that the broker retains."""
    vrm: bool
    """Whether it is Victron's own broker on the Internet and not that of the device."""
    deadline_s: float


class HttpSettings(SourceSettings):
    """`[station.http]`: the D-Bus HTTP API of the GX device, as it is or behind a proxy that asks for a login."""

    LABEL = "HTTP"
    NEEDED = "the station's address, such as http://192.0.2.10:8088"
    SHORT_KEY = "url"
    SECRETS = frozenset({"password", "token", "proxy", "headers"})

    url: WebAddress = Field(description="a web address such as http://192.0.2.10:8088")
    headers: Headers = Field(default_factory=dict, description='a table such as { X-Site = "alder" }')
    username: Line | None = Field(default=None, description="the user name of a basic login")
    password: Secret | None = Field(default=None, description='a reference such as "env:ALDER_PASSWORD"')
    token: Secret | None = Field(default=None, description='a reference such as "file:~/.alder-token"')
    ca_file: CaFile | None = Field(default=None, description="the path of a PEM file")
    fingerprint: Fingerprint | None = Field(
        default=None, description="the certificate's SHA-256, 64 hexadecimal digits"
    )
    proxy: ProxyAddress | None = Field(default=None, description="the web address of a proxy, or a reference to it")
    deadline_s: float = Field(default=DEADLINE_S, ge=1, le=120, description="a number of seconds from 1 to 120")

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

    def access(self) -> HttpAccess:
        """The address with its secrets in plain text."""
        return HttpAccess(
            url=self.url,
            headers={name: text.get_secret_value() for name, text in self.headers.items()},
            user=self.username or "",
            password=plain(self.password),
            token=plain(self.token),
            ca_file=self.ca_file,
            fingerprint=self.fingerprint or "",
            proxy=plain(self.proxy),
            deadline_s=self.deadline_s,
        )

    def public(self) -> dict[str, Any]:
        """Its keys without secrets; of the headers the names."""
        return {**super().public(), "headers": sorted(self.headers)}

    def identities(self) -> tuple[str, ...]:
        """The host of its address."""
        return (urlsplit(self.url).hostname or "",)

    def address(self) -> str:
        """Host, port and path: several stations may stand behind one host."""
        parts = urlsplit(self.url)
        return f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}{parts.path.rstrip('/')}"


class MqttSettings(SourceSettings):
    """`[station.mqtt]`: the MQTT broker of the GX device, or Victron's own for a station behind VRM.

    A device that asks for a password only ("security profile") takes any user name, so none is needed beside it.
    With `vrm = true` the host follows from the portal id and the login is the e-mail address and an access token.
    """

    LABEL = "MQTT"
    NEEDED = "a table [station.mqtt]"
    SECRETS = frozenset({"password", "token"})

    host: Line | None = Field(
        default=None, min_length=1, pattern=r"^[^\s/:@]+$|^[0-9a-fA-F:]+$", description="a host name or an address"
    )
    tls: bool = Field(default=True, description="true or false")
    port: int | None = Field(default=None, ge=1, le=65535, description="a port from 1 to 65535")
    ca_file: CaFile | None = Field(default=None, description="the path of a PEM file")
    fingerprint: Fingerprint | None = Field(
        default=None, description="the certificate's SHA-256, 64 hexadecimal digits"
    )
    username: Line | None = Field(default=None, description="a user name")
    password: Secret | None = Field(default=None, description='a reference such as "env:ALDER_PASSWORD"')
    token: Secret | None = Field(default=None, description='a reference to a VRM access token, "file:~/.vrm-token"')
    portal_id: str | None = Field(
        default=None, pattern=r"^[A-Za-z0-9_-]{1,64}$", description="the VRM portal id, such as c0619ab4e53f"
    )
    deadline_s: float = Field(default=DEADLINE_S, ge=1, le=120, description="a number of seconds from 1 to 120")
    vrm: bool = Field(default=False, validate_default=True, description="true or false")

    @field_validator("ca_file", "fingerprint")
    @classmethod
    def _only_with_tls(cls, value: object, info: ValidationInfo) -> object:
        if value is not None and info.data.get("tls") is False:
            raise refusal("tls = true where a certificate is checked", "tls = false")
        return value

    @field_validator("vrm")
    @classmethod
    def _is_whole(cls, value: bool, info: ValidationInfo) -> bool:
        if not value:
            if info.data.get("token") is not None:
                raise refusal("vrm = true beside a token: the device itself asks for a password", "a token alone")
            if "host" in info.data and info.data["host"] is None:
                raise refusal("a host name or an address", "nothing", key="host")
            return value
        for key in ("portal_id", "username", "token"):
            if key in info.data and info.data[key] is None:
                raise refusal(f"{key} beside vrm = true", "nothing", key=key)
        if info.data.get("password") is not None or info.data.get("tls") is False:
            raise refusal("a token and TLS with vrm = true", "a password, or tls = false")
        return value

    def access(self) -> MqttAccess:
        """The broker with its password in plain text and its port filled in (8883 with TLS, 1883 without)."""
        return MqttAccess(
            host=self.host or broker_of(self.portal_id or ""),
            port=self.port or (MQTT_TLS_PORT if self.tls else MQTT_PLAIN_PORT),
            tls=self.tls,
            ca_file=self.ca_file,
            fingerprint=self.fingerprint or "",
            user=self.username or "",
            password=f"Token {plain(self.token)}" if self.token else plain(self.password),
            portal_id=self.portal_id or "",
            vrm=self.vrm,
            deadline_s=self.deadline_s,
        )

    def identities(self) -> tuple[str, ...]:
        """Its portal id, and the device's own host: Victron's brokers carry many stations."""
        return tuple(filter(None, ("" if self.vrm else (self.host or "").lower(), (self.portal_id or "").lower())))

    def address(self) -> str:
        """The broker, and which of its stations."""
        access = self.access()
        return f"{access.host}:{access.port}/{access.portal_id}".lower()


def web_address(typed: str) -> str:
    """The address of an API as somebody types it, whole: `192.0.2.10` is `http://192.0.2.10:8088`.

    What is given is kept: another scheme, a port, a path. Over https the port is that of a proxy before the device.
    """
    text = typed.strip().rstrip("/")
    with suppress(ValueError):
        text = f"[{IPv6Address(text.strip('[]'))}]"
    whole = text if "://" in text else f"http://{text}"
    parts = urlsplit(whole)
    try:
        bare = parts.scheme == "http" and parts.hostname and parts.port is None and not parts.path
    except ValueError:  # no port number: refused with a sentence where the address is checked
        return whole
    return f"{whole}:{HTTP_API_PORT}" if bare and not parts.query and not parts.fragment else whole


class SourceTables(Table):
    """The sources of a station, by name. The first that is described is asked where the file does not say."""

    http: HttpSettings | None = Field(default=None, description="a table [station.http]")
    mqtt: MqttSettings | None = Field(default=None, description="a table [station.mqtt]")
    vrm: VrmSourceSettings | None = Field(default=None, description="a table [station.vrm]")


SOURCES: Mapping[str, type[SourceSettings]] = {
    name: get_args(info.annotation)[0] for name, info in SourceTables.model_fields.items()
}
"""The settings of every source there is, by the name of its table."""
SOURCE_NAMES = " or ".join(f'"{name}"' for name in SOURCES)
