"""How the server before a station proves who it is: certificate authorities, or the fingerprint of its certificate."""

from __future__ import annotations

import hashlib
import ssl
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

VICTRON_CA = files("victron_console.sources") / "venus-ca.crt"
"""Victron's certificate authority: public, valid to 2114. Its origin stands in the file."""


class WrongCertificate(ssl.SSLError):
    """The server's certificate is not the pinned one. Nothing was sent to it."""

    def __init__(self, found: str) -> None:
        super().__init__(f"certificate with SHA-256 {found}")
        self.found = found


class _TidySocket(ssl.SSLSocket):
    """A blocking socket that is closed when its handshake fails: the MQTT library leaves it open."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
            self.check()
        except BaseException:
            self.close()
            raise

    def check(self) -> None:
        """The last word on the certificate, after it was verified."""


def no_tls() -> ssl.SSLContext:
    """A context that trusts nobody, for stations asked over plain http: cheap to make, and safe if it were used."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@lru_cache(maxsize=64)
def verifying(ca_file: Path | None) -> ssl.SSLContext:
    """A context that verifies with these certificates, None the system's. Shared: the system's take 20 ms to load.

    Raises:
        OSError: the file cannot be read, or holds no certificate (`ssl.SSLError`).
    """
    context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    context.sslsocket_class = _TidySocket
    return context


@lru_cache(maxsize=1)
def of_victron() -> ssl.SSLContext:
    """A context for Victron's own brokers: it trusts Victron's authority beside the system's, and checks the name.

    The same authority signs the certificate of every GX device, so without the name each of them could pose as one.
    """
    context = ssl.create_default_context()
    context.load_verify_locations(cadata=VICTRON_CA.read_text(encoding="ascii"))
    _allow_old_authorities(context)
    context.sslsocket_class = _TidySocket
    return context


def _allow_old_authorities(context: ssl.SSLContext) -> None:
    """Since Python 3.13 an authority must say what its key is for; Victron's, of 2014, does not."""
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT


def issued_by(ca_file: Path) -> ssl.SSLContext:
    """A context that accepts what these authorities issued, whatever host name it bears.

    A GX device signs its certificate with Victron's authority, but for no name that it is reached by.

    Raises:
        OSError: as `verifying`.
    """
    context = ssl.create_default_context(cafile=str(ca_file))
    context.check_hostname = False
    _allow_old_authorities(context)
    context.sslsocket_class = _TidySocket
    return context


def pinned(fingerprint: str, ca_file: Path | None) -> ssl.SSLContext:
    """A context that accepts one certificate only, by its SHA-256 in lower-case hex; with `ca_file` verified as well.

    The check is the last step of the handshake, so that no byte of a request, the login least of all, goes to a
    server with another certificate.

    Raises:
        OSError: as `verifying`.
    """
    if ca_file:
        context = ssl.create_default_context(cafile=str(ca_file))
    else:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE

    def compare(certificate: bytes | None) -> None:
        found = hashlib.sha256(certificate or b"").hexdigest()
        if found != fingerprint:
            raise WrongCertificate(found)

    class PinnedObject(ssl.SSLObject):
        def do_handshake(self) -> None:
            super().do_handshake()
            compare(self.getpeercert(binary_form=True))

    class PinnedSocket(_TidySocket):
        def check(self) -> None:
            compare(self.getpeercert(binary_form=True))

    context.sslobject_class = PinnedObject
    context.sslsocket_class = PinnedSocket
    return context
