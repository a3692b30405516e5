"""What the settings of every source have in common."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import SecretStr, TypeAdapter, ValidationError

from victron_console.config.fields import SECRET_FORM, Secret, Table

DEADLINE_S = 8.0
"""Seconds for a whole answer; a hung service would take 50 s and is not waited for."""


class SourceSettings(Table):
    """The table of one source. What the rest of the program must know of it without knowing which one it is."""

    LABEL: ClassVar[str]
    """What it is called where people read: `HTTP`."""
    NEEDED: ClassVar[str]
    """What a station file must give for it, as the sentence of a fault."""
    SHORT_KEY: ClassVar[str] = ""
    """The one of its keys that may also stand in `[[station]]` itself."""
    SECRETS: ClassVar[frozenset[str]] = frozenset()
    """Keys that are neither stored nor shown."""

    def public(self) -> dict[str, Any]:
        """Its keys without secrets, as JSON holds them."""
        return self.model_dump(mode="json", exclude=set(self.SECRETS))

    def identities(self) -> tuple[str, ...]:
        """What tells the station from others, in small letters: the host it is reached at, its portal id."""
        raise NotImplementedError

    def address(self) -> str:
        """Where it is asked, whole and in small letters: two stations of one address are one."""
        raise NotImplementedError


def plain(secret: SecretStr | None) -> str:
    """A secret as it is; empty where there is none."""
    return secret.get_secret_value() if secret else ""


def secret_of(reference: str) -> str:
    """What a reference on the command line points to.

    Raises:
        ValueError: it is none, or leads to none.
    """
    try:
        return TypeAdapter(Secret).validate_python(reference).get_secret_value()
    except ValidationError as error:
        raise ValueError(f"expected {error.errors()[0].get('ctx', {}).get('expected', SECRET_FORM)}") from None
