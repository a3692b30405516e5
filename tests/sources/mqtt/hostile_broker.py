"""A broker that sends what no honest one does."""

from __future__ import annotations

import asyncio
import json
import struct
from contextlib import suppress

ROOT = b"N/abc123/"


def packet(head: int, body: bytes, size: int | None = None) -> bytes:
    """A packet; `size` is what it says of itself, if not the truth."""
    left, length = len(body) if size is None else size, b""
    while True:
        left, digit = divmod(left, 128)
        length += bytes([digit | (128 if left else 0)])
        if not left:
            return bytes([head]) + length + body


def publish(topic: bytes, value: object = 1, head: int = 0x30) -> bytes:
    return packet(head, struct.pack(">H", len(topic)) + topic + json.dumps({"value": value}).encode())


class Broker:
    """A broker and a healthy station in one, which sends `hostile` after its first full dump."""

    def __init__(self, hostile: bytes, *, at_login: bool = False, then_leaves: bool = False) -> None:
        self.hostile = hostile
        self.at_login = at_login
        self.then_leaves = then_leaves
        self.left = asyncio.Event()
        """The client has gone."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            await self._serve(reader, writer)
            self.left.set()
        writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                head, size, shift = (await reader.readexactly(1))[0], 0, 0
            except asyncio.IncompleteReadError:
                return
            while True:
                digit = (await reader.readexactly(1))[0]
                size, shift = size | (digit & 127) << shift, shift + 7
                if not digit & 128:
                    break
            body = await reader.readexactly(size)
            answer = self._answer(head >> 4, body)
            writer.write(answer)
            if self.then_leaves and answer.endswith(self.hostile):
                await writer.drain()
                return

    def _answer(self, kind: int, body: bytes) -> bytes:
        if kind == 1:
            return self.hostile if self.at_login else b"\x20\x02\x00\x00"
        if kind == 8:
            return b"\x90\x03" + body[:2] + b"\x00" + publish(ROOT + b"system/0/Serial", "abc123")
        if kind == 3 and b"echo" in body:
            echo = json.loads(body[body.index(b"{") :])["keepalive-options"][0]
            done = packet(0x30, struct.pack(">H", 31) + ROOT + b"full_publish_completed" + json.dumps(echo).encode())
            return publish(ROOT + b"system/0/Dc/Battery/Soc", 55) + publish(ROOT + b"heartbeat") + done + self.hostile
        return b""
