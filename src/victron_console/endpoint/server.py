"""A small HTTP server beside the collector: few connections at once, each with a deadline, none of them kept open.

It is threads of the standard library's own WSGI server, so that a slow caller holds none of the loop that polls.
"""

from __future__ import annotations

import logging
import socket
import ssl
from socketserver import TCPServer, ThreadingMixIn
from threading import BoundedSemaphore, Thread, Timer
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from victron_console.endpoint.address import Address
from victron_console.model.text import clean

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

log = logging.getLogger(__name__)

CONNECTIONS = 8
"""At once; one more is closed without an answer."""
SILENCE_S = 10.0
"""Without a byte of a request, or of an answer that is taken."""
DEADLINE_S = 60.0
"""Of a connection as a whole, however slowly it trickles."""


class CannotListen(ValueError):
    """An address that cannot be listened on, as a sentence."""


class _Handler(WSGIRequestHandler):
    timeout = SILENCE_S

    def handle(self) -> None:
        try:
            super().handle()
        except OSError as error:  # the caller went away, took too long or spoke no TLS
            log.debug("a request from %s came to nothing: %s", self.client_address[0], error)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - as the library calls it
        log.debug("%s %s", self.client_address[0], clean(format % args))


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def __init__(self, address: Address, tls: ssl.SSLContext | None) -> None:
        self.address_family = socket.AF_INET6 if address.host.version == 6 else socket.AF_INET
        self._tls = tls
        self._free = BoundedSemaphore(CONNECTIONS)
        super().__init__((str(address.host), address.port), _Handler)

    def server_bind(self) -> None:
        """Without the name look-up of the library, which may take long where the resolver is away."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]
        self.setup_environ()

    def get_request(self) -> tuple[socket.socket, Any]:
        """The next connection; a handshake is made where the request is read, in a thread of its own."""
        connection, caller = super().get_request()
        if self._tls is not None:
            connection.settimeout(SILENCE_S)
            connection = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, caller

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as the library calls it
        """Answer in a thread, if not too many are answered already."""
        if not self._free.acquire(blocking=False):
            log.debug("%d connections are open: %s is not answered", CONNECTIONS, client_address[0])
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as above
        """Answer one connection within its deadline."""
        deadline = Timer(DEADLINE_S, _break_off, [request])
        deadline.daemon = True
        deadline.start()
        try:
            super().process_request_thread(request, client_address)
        finally:
            deadline.cancel()
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as the library calls it
        """A fault of ours in an answer ends that answer alone."""
        log.exception("a request from %s could not be answered", client_address[0])


def _break_off(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        log.debug("a connection that was to be broken off had ended")


class HttpServer:
    """Serves an application until closed; a context manager."""

    def __init__(self, address: Address, application: WSGIApplication, tls: ssl.SSLContext | None = None) -> None:
        """Take the address.

        Args:
            address: where to listen.
            application: what answers, called in several threads at once.
            tls: with the certificate of this server; None for plain HTTP.

        Raises:
            CannotListen: the address is taken, or not one of this machine.
        """
        try:
            self._server = _Server(address, tls)
        except OSError as error:
            raise CannotListen(f"cannot listen on {address}: {error.strerror or error}") from error
        self._server.set_app(application)
        self.address = Address(address.host, self._server.server_port)
        """With the port that was taken."""
        self._thread = Thread(target=self._server.serve_forever, name=f"http {self.address}", daemon=True)

    def __enter__(self) -> HttpServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


Answer = tuple[str, list[tuple[str, str]], bytes]
"""Status, headers, body."""


def text_answer(status: str, said: str) -> Answer:
    """A sentence as an answer."""
    body = f"{said}\n".encode()
    return status, [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))], body
