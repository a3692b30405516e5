"""Which of a device's paths hold a secret by their name. Such a value is recorded and not passed on."""

from __future__ import annotations

import re

_SECRET = re.compile(r"token|passw|secret|pin(?:code)?$|apikey|psk", re.IGNORECASE)


def is_secret(path: str) -> bool:
    """Whether the value of a path is a secret, such as `Settings/LoadSheddingApi/Token`."""
    return _SECRET.search(path) is not None
