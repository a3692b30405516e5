"""The D-Bus HTTP API of one station, with the manners of the real server: HTTP/1.0, one request at a time, no length.

Measured on server version 3.2.0: an idle connection blocks it, a hung service blocks it for 50 s and then reads as a
missing path, everything missing gives the same 404. Read-only: a POST is refused as with the owner's switch off.
"""

from __future__ import annotations

import contextlib
import json
import socket
import sys
import threading
from collections.abc import Callable
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlparse

from victron_console.model.clock import Clock, iso_utc
from victron_console.model.device import class_of
from victron_console.simulator.publish.values import Tree
from victron_console.simulator.scenario import Faults

API_NAME = "Victron DBus API Server"
API_VERSION = "3.2.0"
HANG_S = 50.0
POLL_S = 0.2
NO_SWITCH = "Venus OS Normal image does not include NodeRED. Install Venus OS Large to use AI_write switch."
ENDPOINTS = {
    "GET /": "API information",
    "GET /health": "Health check with uptime",
    "GET /services": "List all Victron dbus services",
    "GET /settings": "Get all settings from com.victronenergy.settings",
    "GET /value?service=X&path=Y": "Get value from specific dbus path",
    "GET /text?service=X&path=Y": "Get text representation of value",
    "GET /ai-write-status": "Check AI write switch status",
    "POST /value": "Set value (requires AI_write switch ON)",
}
Bus = dict[str, Tree]


class _Handler(BaseHTTPRequestHandler):
    """One answer a connection."""

    server: _Server

    def do_GET(self) -> None:
        """Answer as the path asks."""
        url = urlparse(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        answers: dict[str, Callable[[], None]] = {
            "/": self._root,
            "/health": self._health,
            "/services": self._services,
            "/settings": self._settings,
            "/ai-write-status": lambda: self._answer(
                {"enabled": False, "message": "AI_write virtual switch not found", "success": True}
            ),
            "/value": lambda: self._value("value", query),
            "/text": lambda: self._value("text", query),
        }
        answer = answers.get(url.path)
        if answer is None:
            self._answer({"error": "Not found", "success": False}, 404)
        else:
            answer()

    def do_POST(self) -> None:
        """Refuse to write."""
        self._answer({"error": "AI write is disabled", "success": False}, 403)

    def _root(self) -> None:
        self._answer(
            {"name": API_NAME, "version": API_VERSION, "mode": "read-write", "ai_write_enabled": False,
             "ai_write_status": NO_SWITCH, "control_port": 8089, "endpoints": ENDPOINTS}
        )  # fmt: skip

    def _health(self) -> None:
        server = self.server
        self._answer(
            {"service": "dbus-api-server", "version": API_VERSION, "status": "healthy",
             "started_at": iso_utc(server.started_at).removesuffix("Z"),
             "uptime_seconds": int(server.clock.monotonic() - server.started), "success": True}
        )  # fmt: skip

    def _services(self) -> None:
        names = list(self.server.bus())
        self._answer({"services": names, "count": len(names), "success": True})

    def _settings(self) -> None:
        if self._hangs("settings"):
            self._answer({"settings": {}, "success": True})
            return
        values = self.server.bus().get("com.victronenergy.settings", {})
        described = {
            f"/{path}": {"Value": value, "Text": str(value), "Default": value} for path, value in values.items()
        }
        self._answer({"settings": described, "success": True})

    def _value(self, key: str, query: dict[str, str]) -> None:
        service, path = query.get("service", ""), query.get("path", "")
        if not service or not path:
            self._answer({"error": "Missing service or path parameter", "success": False}, 400)
            return
        tree = None if self._hangs(class_of(service)) else self.server.bus().get(service)
        found = _lookup(tree, path) if tree is not None else None
        if found is None:
            error = f"Path {path} not available on {service}"
            self._answer({"service": service, "path": path, key: None, "error": error, "success": False}, 404)
            return
        shown = found if key == "value" else str(found)
        self._answer({"service": service, "path": path, key: shown, "success": True})

    def _hangs(self, cls: str) -> bool:
        """Where the service of this class hangs: wait as the D-Bus does, and tell."""
        hung = self.server.faults().hung_class == cls
        if hung:
            self.server.stopped.wait(self.server.hang_s)
        return hung

    def _answer(self, payload: object, status: int = 200) -> None:
        body = json.dumps(payload, indent=2).encode()
        self.send_response(status)
        self.send_header("Content-type", "application/json")
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        self.wfile.write(body)

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The `Date` header from the station's own clock."""
        return formatdate(self.server.now() if timestamp is None else timestamp, usegmt=True)

    def log_message(self, *_: object) -> None:
        """Say nothing: the real one logs on the device."""


def _lookup(tree: Tree, path: str) -> object:
    """The whole service for `/`, one value, or the values below a path; None where there is nothing."""
    if path == "/":
        return tree
    name = path.strip("/")
    if name in tree:
        return tree[name]
    return {key[len(name) + 1 :]: value for key, value in tree.items() if key.startswith(f"{name}/")} or None


class _Server(HTTPServer):
    """The listening socket of one station."""

    request_queue_size = 5

    def __init__(self, address: tuple[str, int], station: StationServer) -> None:
        self.station = station
        self.bus, self.faults, self.now = station.bus, station.faults, station.now
        self.clock, self.hang_s, self.stopped = station.clock, station.hang_s, station.stopped
        self.started, self.started_at = station.clock.monotonic(), station.now()
        self.connection: socket.socket | None = None
        super().__init__(address, _Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        """Take the next connection, and remember it so that stopping can break it off."""
        connection, address = super().get_request()
        self.connection = connection
        self.station.connections += 1
        return connection, address

    def let_go(self) -> None:
        """Break off the connection that is being served, if any."""
        if self.connection is not None:
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)

    def server_bind(self) -> None:
        """Bind without asking the name service who we are, which can take seconds.

        A port that was served on a moment ago is taken again at once, not after the minute that closed connections
        keep it for.
        """
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        socket.socket.bind(self.socket, self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is not this server's error; anything else is."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class StationServer:
    """Serves one station on its own thread; while communication is lost it does not listen at all."""

    def __init__(
        self,
        *,
        bus: Callable[[], Bus],
        faults: Callable[[], Faults],
        now: Callable[[], float],
        clock: Clock,
        host: str,
        port: int,
        hang_s: float = HANG_S,
    ) -> None:
        """Bind at once, so that the port is known.

        Args:
            bus: the station's services now.
            faults: what is wrong with it now.
            now: the station's own time, UTC epoch in seconds.
            clock: for the uptime.
            host: where to listen.
            port: 0 takes any that is free.
            hang_s: how long a hung service blocks the server.

        Raises:
            OSError: where the port is taken.
        """
        self.bus, self.faults, self.now = bus, faults, now
        self.clock, self.hang_s = clock, hang_s
        self.stopped = threading.Event()
        self.connections = 0
        self._server: _Server | None = _Server((host, port), self)
        self.host, self.port = host, self._server.server_port
        self._thread = threading.Thread(target=self._serve, name=f"station-{self.port}", daemon=True)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{self.host}:{self.port}"

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering and free the port. A request in progress is let go within a moment."""
        self.stopped.set()
        if self._server is not None:
            self._server.let_go()
        if self._thread.ident is not None:
            self._thread.join(timeout=5.0)
        self._close()

    def _close(self) -> None:
        if self._server is not None:
            self._server.server_close()
            self._server = None

    def _serve(self) -> None:
        while not self.stopped.is_set():
            if self.faults().comms_lost:
                self._close()
                self.stopped.wait(POLL_S)
                continue
            if self._server is None:
                self._listen_again()
            else:
                self._server.timeout = POLL_S
                self._server.handle_request()

    def _listen_again(self) -> None:
        try:
            self._server = _Server((self.host, self.port), self)
        except OSError:  # somebody else took the port meanwhile: the station stays away until it is free
            self.stopped.wait(POLL_S)
