"""Keeps a station's own login out of what it says: one that echoes it must not have it stored or shown.

Owns which texts are hidden. What else is wrong with a text is `values`'. Only texts are ever changed: a password that
is an ordinary word or number must not cost a reading, so numbers, service names, paths and topics stay as they are.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable

from victron_console.config.sources import HttpAccess, MqttAccess
from victron_console.config.web_fields import names_a_secret
from victron_console.model.device import BUS_PREFIX
from victron_console.sources.base import SourceError
from victron_console.sources.values import parse_json

MARK = "***"
_WITHIN_FROM = 8
_WORDS_WITHIN_FROM = 16
"""Characters from which a secret, and one of letters only, is looked for inside other texts: a shorter one cannot be
told from the words that stations say."""
_SERVICE = re.compile(re.escape(BUS_PREFIX) + r"[\w.-]+(/[0-9]+)?")
"""A text that names a service, as in lists of them; with its instance as in `BatteryService`."""
_NUMBER = re.compile(r"[+-]?[0-9.,]+")
_MAX_DEPTH = 32
"""What is nested deeper is not kept of an answer."""


class Hidden:
    """The secrets of one station, and what is left of a text without them."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = {secret for secret in secrets if secret}
        # The longest first: a secret may be part of another, as a token is of the header it is sent in.
        self._within = sorted(filter(_stands_out, self._secrets), key=len, reverse=True)
        self._bytes = [secret.encode() for secret in self._secrets]

    @classmethod
    def of_http(cls, access: HttpAccess) -> Hidden:
        """What an HTTP station is sent to let us in."""
        login = f"{access.user}:{access.password}"
        encoded = b64encode(login.encode()).decode()
        basic = [encoded, f"Basic {encoded}"] if access.password else []
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
        """The text with a mark for each secret; an ordinary word is one only where nothing else is said."""
        if text in self._secrets and not _NUMBER.fullmatch(text):
            return MARK
        return self._cut(text)

    def value(self, raw: object, paths: int = 0, depth: int = _MAX_DEPTH) -> object:
        """A value as parsed from JSON with a mark for each secret in its texts.

        Args:
            raw: the value.
            paths: in the objects of so many levels names are paths and stay; below, they are part of a text.
            depth: what is nested deeper is left out.
        """
        if isinstance(raw, str):
            if _SERVICE.fullmatch(raw):
                return raw
            return self._within_json(raw, depth) if raw.lstrip()[:1] in ("{", "[") and "\\" in raw else self.text(raw)
        if depth == 0:
            return None
        if isinstance(raw, dict):
            inner = max(0, paths - 1)
            return {key if paths else self._cut(str(key)): self.value(it, inner, depth - 1) for key, it in raw.items()}
        if isinstance(raw, list):
            return [self.value(each, 0, depth - 1) for each in raw]
        return raw

    def _cut(self, text: str) -> str:
        for secret in self._within:
            text = text.replace(secret, MARK)
        return text

    def _within_json(self, raw: str, depth: int) -> str:
        """A text that holds JSON: its escapes are undone later, so they are looked behind here."""
        try:
            return json.dumps(self.value(parse_json(raw.encode()), 0, depth - 1), ensure_ascii=False)
        except (ValueError, RecursionError):
            return self.text(raw)

    def error(self, error: SourceError) -> SourceError:
        """The same error; its sentence may quote what came."""
        error.args = tuple(self.text(each) if isinstance(each, str) else each for each in error.args)
        return error


def _stands_out(secret: str) -> bool:
    """Whether a secret can be told from what stations say anyway."""
    return len(secret) >= (_WORDS_WITHIN_FROM if secret.isalpha() else _WITHIN_FROM)
