"""The console in a browser: a real headless Chromium draws what the store holds, and cannot write unless it was let."""

from __future__ import annotations

import base64
import os
import shutil
import signal
import socket
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.console.sample_stations import make_store
from tests.patience import PATIENCE_S, until_async, wait_until

from victron_console.cli.options import Options
from victron_console.cli.serve import command_of

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def test_only_looks_unless_it_was_let_write() -> None:
    options = Options(config=(Path("/etc/my stations"),), store=Path("/var/store.db"), operator="alma")
    assert "--read-only" in command_of(options, write=False)
    assert "--read-only" not in command_of(options, write=True)
    assert "'/etc/my stations'" in command_of(options, write=False)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def colours(png: bytes) -> int:
    """How many different bytes of pixels a PNG holds: a blank page has next to none."""
    at, packed = 8, b""
    while at < len(png):
        size, kind = int.from_bytes(png[at : at + 4]), png[at + 4 : at + 8]
        packed += png[at + 8 : at + 8 + size] if kind == b"IDAT" else b""
        at += 12 + size
    return len(set(zlib.decompress(packed)))


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def running(command: list[str], home: dict[str, str], port: int) -> Iterator[None]:
    process = subprocess.Popen(command, env=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: listens(port))
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE_S)


class Page:
    """A page of the browser, by its debugging protocol."""

    def __init__(self, socket: Any) -> None:  # noqa: ANN401 - aiohttp, which may not be here
        self._socket = socket
        self._last = 0

    async def do(self, method: str, **params: object) -> dict[str, Any]:
        """Call a method and wait for its answer."""
        self._last += 1
        await self._socket.send_json({"id": self._last, "method": method, "params": params})
        while (answer := await self._socket.receive_json()).get("id") != self._last:
            pass
        return dict(answer["result"])

    async def says(self, expression: str) -> object:
        """The value of an expression in the page."""
        return (await self.do("Runtime.evaluate", expression=expression))["result"].get("value")


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is here")
async def test_a_browser_draws_the_console(tmp_path: Path) -> None:
    pytest.importorskip("textual_serve")
    aiohttp = pytest.importorskip("aiohttp")
    assert CHROMIUM is not None
    store, port, debugging = make_store(tmp_path / "store.db"), free_port(), free_port()
    (tmp_path / "config").mkdir()
    home = {**os.environ, "HOME": str(tmp_path), "VICTRON_CONSOLE_SSDP": "off"}
    where = ["--store", str(store), "--config", str(tmp_path / "config")]
    served = [sys.executable, "-m", "victron_console", "serve", "--port", str(port), *where]
    browser = [
        CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}",
        "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1", "--window-size=1000,700",
        f"--remote-debugging-port={debugging}", "about:blank",
    ]  # fmt: skip
    with running(served, home, port), running(browser, home, debugging):
        async with aiohttp.ClientSession() as session:
            pages = await (await session.get(f"http://127.0.0.1:{debugging}/json")).json()
            address = next(page["webSocketDebuggerUrl"] for page in pages if page["type"] == "page")
            async with session.ws_connect(address, max_msg_size=0) as socket_of_page:
                page = Page(socket_of_page)
                await page.do("Page.navigate", url=f"http://127.0.0.1:{port}/")
                first_byte = "document.body !== null && document.body.classList.contains('-first-byte')"

                async def is_drawn() -> bool:
                    if not await page.says(first_byte):
                        return False
                    shot = base64.b64decode((await page.do("Page.captureScreenshot"))["data"])
                    (tmp_path / "page.png").write_bytes(shot)
                    return colours(shot) > 40

                await until_async(is_drawn)
