"""What a station file says of the web: addresses, headers, proxies. Each refuses what may not stand there."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, PlainValidator, SecretStr, ValidationInfo

from victron_console.config.fields import SECRET_FORM, is_reference, refusal, secret, typed_text

CONTROL_PORT = 8089
"""The control server beside the API restarts services."""
CALLED_FORM = 'a web address such as https://hc-ping.com/…, or a reference to it, "file:PATH", where it is a secret'
_ZONE = re.compile(r"(\[[0-9a-fA-F:]+)%25")
"""An interface's name in a link-local address as RFC 6874 writes it in a web address; the system wants `%` alone."""
_SECRET_HEADER = re.compile(r"auth|cookie|key|secret|token|password|signature", re.IGNORECASE)


def _named(value: object) -> object:
    """Each value beside its name, so that a validator of values can tell what is named like a secret."""
    return {name: (name, text) for name, text in value.items()} if isinstance(value, dict) else value


def names_a_secret(name: str) -> bool:
    """Whether what stands under such a name is a secret: `Authorization`, `X-Api-Key`."""
    return _SECRET_HEADER.search(name) is not None


def _header_name(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", name):
        raise refusal("header names made of letters, digits and hyphens", f"the header {name!r}")
    return name


def _header(named: object, info: ValidationInfo) -> SecretStr:
    name, text = named if isinstance(named, tuple) else ("", named)
    if isinstance(text, str) and is_reference(text):
        return secret(text, info)
    if names_a_secret(name):
        raise refusal(SECRET_FORM, "a value that is not shown here")
    if not isinstance(text, str) or not text.isascii() or not text.isprintable():
        raise refusal("one line of plain text, or a reference", "something else")
    return SecretStr(text)


def _web_address(text: str) -> str:
    import httpx  # here: it is a third of what the console imports before it can paint

    example = "a web address such as http://192.0.2.10:8088"
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        raise refusal(example) from None
    if url.userinfo:
        raise refusal(f"{example} without a login: write username and password in [station.http]", "a login inside it")
    if url.scheme not in ("http", "https") or not url.host or not 0 < (80 if url.port is None else url.port) < 65_536:
        raise refusal(example)
    if url.query or url.fragment or not text.isprintable() or " " in text:
        raise refusal(f"{example}, without a query, a fragment or spaces")
    if url.port == CONTROL_PORT:
        raise refusal(f"the API's own port, 8088: {CONTROL_PORT} is the control server, which is never contacted")
    return _ZONE.sub(r"\1%", text.rstrip("/"))


def _proxy(value: object, info: ValidationInfo) -> SecretStr:
    text = typed_text(value, "the proxy's web address, or a reference to it if it holds a login")
    if is_reference(text):
        text = secret(text, info).get_secret_value()
        if not text.startswith(("http://", "https://")):
            raise refusal("the reference to lead to an address that begins with http:// or https://", "something else")
        return SecretStr(text)
    if "@" in text:
        raise refusal(f"an address without a login, or {SECRET_FORM}", "a login inside it")
    return SecretStr(_web_address(text))


def _called_address(value: object, info: ValidationInfo) -> SecretStr:
    import httpx  # as above

    text = typed_text(value, CALLED_FORM)
    address = secret(text, info) if is_reference(text) else SecretStr(text)
    try:
        url = httpx.URL(address.get_secret_value())
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in ("http", "https") or not url.host or (url.userinfo and not is_reference(text)):
        raise refusal(CALLED_FORM, "something else")
    return address


HeaderName = Annotated[str, AfterValidator(_header_name)]
HeaderText = Annotated[SecretStr, PlainValidator(_header)]
Headers = Annotated[dict[HeaderName, HeaderText], BeforeValidator(_named)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
CalledAddress = Annotated[SecretStr, PlainValidator(_called_address)]
"""A web address that is called as it is, with its query; printed as asterisks."""
ProxyAddress = Annotated[SecretStr, PlainValidator(_proxy)]
