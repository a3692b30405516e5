"""Who may ask a collector: whoever shows its token. And how the collector proves who it is itself."""

from __future__ import annotations

import hmac
import os
import ssl
from dataclasses import dataclass
from pathlib import Path

from pydantic_core import PydanticCustomError

from victron_console.config.fields import Surroundings, secret_of
from victron_console.endpoint.server import CannotListen

TOKEN_AT_LEAST = 20
"""Characters: one that is guessed would have to be guessed over the network, for years."""


@dataclass(frozen=True, slots=True)
class TokenGuard:
    """Holds what a caller shows against a secret that is read anew for each: it may be changed meanwhile."""

    reference: str
    """`env:NAME` or `file:PATH`."""

    def token(self) -> str:
        """The token itself.

        Raises:
            CannotListen: there is none that can be used.
        """
        try:
            token = secret_of(self.reference, Surroundings(Path(), os.environ))
        except PydanticCustomError as error:
            raise CannotListen(f"--token: expected {error.message()}") from None
        if len(token) < TOKEN_AT_LEAST:
            raise CannotListen(
                f"--token: expected at least {TOKEN_AT_LEAST} characters; `openssl rand -hex 32` makes one"
            )
        return token

    def lets_in(self, authorization: str) -> bool:
        """Whether a header `Authorization` shows the token. Nobody is let in while there is none."""
        kind, _, shown = authorization.partition(" ")
        try:
            token = self.token()
        except CannotListen:
            return False
        return kind.lower() == "bearer" and hmac.compare_digest(shown.strip().encode(), token.encode())


def server_tls(certificate: Path, key: Path) -> ssl.SSLContext:
    """TLS with a server's certificate, its chain, and its key, as PEM files.

    Raises:
        CannotListen: they cannot be used.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate, key, password=_no_password)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CannotListen(f"{certificate} and {key} are no certificate with its key: {reason}") from error
    return context


def _no_password() -> str:
    raise ValueError("the key has a password, which a service cannot be asked for")
