"""Keeps a station's own login out of what it says: one that echoes it must not have it stored or shown.

Owns which texts are hidden. What else is wrong with a text is `values`'.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable

from victron_console.config.fields import names_a_secret
from victron_console.config.links import HttpAccess, MqttAccess
from victron_console.sources.base import SourceError
from victron_console.sources.values import parse_json

MARK = "***"
_WITHIN_FROM = 6
"""Characters from which a secret is looked for inside other texts; a shorter one would blank words that are none."""
_MAX_DEPTH = 32
"""What is nested deeper is not kept of an answer."""


class Hidden:
    """The secrets of one station, and what is left of a text without them."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        # The longest first: a secret may be part of another, as a token is of the header it is sent in.
        self._secrets = sorted({secret for secret in secrets if secret}, key=len, reverse=True)
        self._bytes = [secret.encode() for secret in self._secrets]

    @classmethod
    def of_http(cls, access: HttpAccess) -> Hidden:
        """What an HTTP station is sent to let us in."""
        login = f"{access.user}:{access.password}"
        basic = [b64encode(login.encode()).decode()] if access.password else []
        named = [value for name, value in access.headers.items() if names_a_secret(name)]
        return cls([access.token, access.password, *basic, *named])

    @classmethod
    def of_mqtt(cls, access: MqttAccess) -> Hidden:
        """What a broker is sent; VRM's password is a token after a word."""
        return cls([access.password, access.password.removeprefix("Token ")])

    def may_be_in(self, body: bytes) -> bool:
        """Whether a body must be looked through: it holds a secret, or escapes that could spell one."""
        return any(secret in body for secret in self._bytes) or bool(self._bytes and b"\\" in body)

    def text(self, text: str) -> str:
        """The text with a mark for each secret."""
        for secret in self._secrets:
            if text == secret:
                return MARK
            if len(secret) >= _WITHIN_FROM:
                text = text.replace(secret, MARK)
        return text

    def value(self, raw: object, depth: int = _MAX_DEPTH) -> object:
        """A value as parsed from JSON with a mark for each secret in its texts and names."""
        if isinstance(raw, str):
            return self._within_json(raw, depth) if raw[:1] in ("{", "[") and "\\" in raw else self.text(raw)
        if isinstance(raw, int) and str(raw) in self._secrets:
            return MARK
        if depth == 0:
            return None
        if isinstance(raw, dict):
            return {self.text(str(key)): self.value(each, depth - 1) for key, each in raw.items()}
        if isinstance(raw, list):
            return [self.value(each, depth - 1) for each in raw]
        return raw

    def _within_json(self, raw: str, depth: int) -> str:
        """A text that holds JSON: its escapes are undone later, so they are looked behind here."""
        try:
            return json.dumps(self.value(parse_json(raw.encode()), depth - 1), ensure_ascii=False)
        except (ValueError, RecursionError):
            return self.text(raw)

    def error(self, error: SourceError) -> SourceError:
        """The same error; its sentence may quote what came."""
        error.args = tuple(self.text(each) if isinstance(each, str) else each for each in error.args)
        return error
