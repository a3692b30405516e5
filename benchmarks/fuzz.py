"""Hostile input, made of good input by chance: how many were tried and how many found a fault.

A fault is anything but a good answer or the sentence that is meant for it: another exception, a control character in
that sentence, or more CPU than `SLOW_S` for one. Each has a seed: `python -m benchmarks.fuzz NAME COUNT SEED` tries it
again.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.sources.mqtt.hostile_broker import ROOT, Broker, packet, publish

from benchmarks._simulated import record_history
from victron_console.alerts.language.expressions import compile_expression
from victron_console.alerts.language.syntax import ExpressionError, Kind, Scope
from victron_console.alerts.rules.rule_file import shipped_rules
from victron_console.config.files import load, station_from
from victron_console.config.sources import MqttAccess
from victron_console.model.clock import ManualClock, SystemClock
from victron_console.resources import example_stations
from victron_console.sources.base import Source, SourceError
from victron_console.sources.http import IDENTITY
from victron_console.sources.mqtt import Mqtt
from victron_console.sources.open_source import open_source
from victron_console.store.errors import StoreError
from victron_console.store.files.bundle import write_bundle
from victron_console.store.files.importing import import_file
from victron_console.store.read.reader import Reader

ONLY_BY_NAME = True
SLOW_S = 5.0
HANGS_S = 60.0
SERVICE = "com.victronenergy.battery.ttyO0"
_ODD = (b"\r\n", b"\0", b"\xff\xfe", b"\x1b]0;t\x07", b"{" * 400, b"[" * 400, b"9" * 400, b"1e999", b"NaN", b"\\ud800",
        b'"', b"'", b"/", b"#", b"+", b"..", b"-", b"=",
        b"[[", b"\n", b"(", b")", b" or ", b"**", b"\xe2\x80\xae")  # fmt: skip
Case = Callable[[Random], Awaitable[str]]
"""Tries one input; what it came to, in a word. Raises what is a fault."""


def mutated(data: bytes, dice: Random) -> bytes:
    """The same with some of it cut, doubled, flipped, or something odd put in."""
    out = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 4, 8))):
        at = dice.randrange(len(out) + 1)
        end = min(len(out), at + dice.choice((1, 2, 8, 64)))
        kind = dice.randrange(5)
        if kind == 0:
            out[at:end] = b""
        elif kind == 1:
            out[at:at] = out[at:end] * dice.choice((1, 2, 50))
        elif kind == 2 and at < len(out):
            out[at] ^= 1 << dice.randrange(8)
        elif kind == 3:
            out[at:at] = dice.choice(_ODD)
        else:
            del out[dice.randrange(len(out) + 1) :]
    return bytes(out)


def _sentence(error: Exception) -> str:
    """The kind of an expected error.

    Raises:
        AssertionError: its text would reach a terminal with control characters.
    """
    text = str(error)
    assert all(sign.isprintable() or sign == "\n" for sign in text), f"control characters in {text!r}"
    return "refused"


# ---- what is tried


async def http_answers(count: int, seed: int) -> Counter[str]:
    """Answers of a station, byte by byte, on real connections."""
    tree = {"DeviceInstance": 1, "Soc": 81.5, "Dc/0/Voltage": 52.1, "Alarms": [], "ProductName": "SmartShunt"}
    body = json.dumps({"value": tree, "success": True}).encode()
    heads = (b"HTTP/1.0 200 OK\r\nDate: Mon, 01 Jun 2026 10:00:00 GMT\r\nContent-type: application/json\r\n\r\n",
             b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body))  # fmt: skip
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    answers = (*(head + body for head in heads), chunked)
    hostile = b""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            asked = await reader.readuntil(b"\r\n\r\n")
            good = heads[0] + json.dumps({"name": IDENTITY, "version": "1", "success": True}).encode()
            writer.write(hostile if b" /value" in asked else good)
            await writer.drain()
        writer.close()

    async def case(dice: Random) -> str:
        nonlocal hostile
        hostile = mutated(dice.choice(answers), dice)
        try:
            reading = await api.read(SERVICE)
        except SourceError as error:
            return _sentence(error)
        assert all(it.number is None or abs(it.number) < 1e300 for it in reading.readings.values())
        assert all(it.text.isprintable() for it in reading.readings.values())
        return "taken"

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        station = station_from(
            {"id": "a", "name": "A", "url": f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"}
        )
        api: Source = open_source(station, SystemClock())
        try:
            return await _try_all(case, count, seed)
        finally:
            await api.close()


async def mqtt_packets(count: int, seed: int) -> Counter[str]:
    """Packets of a broker, one a connection after an honest login and dump."""
    good = (publish(ROOT + b"battery/1/Soc", 81.5), publish(ROOT + b"system/0/Serial", "abc123"),
            publish(ROOT + b"heartbeat", 1_780_000_000), packet(0x30, b"\0\x0eN/abc123/tank/1{}"),
            packet(0x90, b"\0\1\0"), packet(0x20, b"\0\0"), packet(0xD0, b""), packet(0x40, b"\0\1"))  # fmt: skip
    broker = Broker(b"", then_leaves=True)

    async def case(dice: Random) -> str:
        broker.hostile = mutated(dice.choice(good), dice) or b"\0"
        source = Mqtt(access, SystemClock())
        try:
            while True:
                for reading in [await source.read(service) for service in (await source.discover()).services]:
                    assert all(it.text.isprintable() for it in reading.readings.values())
                await asyncio.sleep(0.002)
        except SourceError as error:
            _sentence(error)
            return "refused" if "no MQTT broker does" in str(error) else "taken"
        finally:
            await source.close()

    async with await asyncio.start_server(broker.serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        access = MqttAccess("127.0.0.1", port, False, None, "", "", "", "abc123", False, 5.0)
        return await _try_all(case, count, seed)


async def rule_texts(count: int, seed: int) -> Counter[str]:
    """Expressions of rule files."""
    written = [(level.raise_, list(rule.inputs)) for rule in shipped_rules().rules for level in rule.levels]

    async def case(dice: Random) -> str:
        expression, inputs = dice.choice(written)
        text = mutated(expression.text.encode(), dice).decode(errors="replace")
        scope = Scope(inputs, dict.fromkeys(expression.parameters, Kind.NUMBER), expression.diagnostics)
        try:
            compile_expression(text, scope, Kind.TRUTH)
        except ExpressionError:
            return "refused"
        return "taken"

    return await _try_all(case, count, seed)


async def archives(count: int, seed: int) -> Counter[str]:
    """Bundles: the zip itself, and each file inside with the sums left as they were."""
    with tempfile.TemporaryDirectory() as folder:
        whole, sent = Path(folder) / "whole.zip", Path(folder) / "sent.zip"
        clock = ManualClock(1_780_000_000.0)
        record_history(Path(folder) / "from.db", 1, 0.2, 60.0, clock.at)
        with closing(Reader(Path(folder) / "from.db", clock)) as reader:
            station = reader.stations()[0].id
            write_bundle(reader, whole, station, 0, clock.at, clock.at, "FUZZ")
        with zipfile.ZipFile(whole) as made:
            parts = {name: made.read(name) for name in made.namelist()}

        async def case(dice: Random) -> str:
            if dice.random() < 0.5:
                sent.write_bytes(mutated(whole.read_bytes(), dice))
            else:
                hit = dice.choice(list(parts))
                with zipfile.ZipFile(sent, "w", zipfile.ZIP_DEFLATED) as made:
                    for name, part in parts.items():
                        made.writestr(name, mutated(part, dice) if name == hit else part)
            try:
                import_file(Path(folder) / f"into-{dice.randrange(20)}.db", sent, clock)
            except StoreError as error:
                return _sentence(error)
            return "taken"

        return await _try_all(case, count, seed)


async def station_files(count: int, seed: int) -> Counter[str]:
    """Configuration in TOML: what is wrong is told, what is right is kept, and nothing is raised."""
    examples = [text.encode() for text in example_stations().values()]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stations.toml"

        async def case(dice: Random) -> str:
            path.write_bytes(mutated(dice.choice(examples), dice))
            told = load([path], {})
            for fault in told.faults:
                _sentence(ValueError(str(fault)))
            return "refused" if told.faults else "taken"

        return await _try_all(case, count, seed)


async def _try_all(case: Case, count: int, seed: int) -> Counter[str]:
    """Try so many; faults are told as they come, each with the seed that makes it alone."""
    came: Counter[str] = Counter()
    for number in range(seed, seed + count):
        began = time.process_time()
        try:
            async with asyncio.timeout(HANGS_S):
                outcome = await case(Random(number))
            assert time.process_time() - began < SLOW_S, "slow"
        except Exception as error:
            outcome = "fault"
            print(f"  seed {number}: {type(error).__name__}: {str(error)[:200]!r}", file=sys.stderr)
        came[outcome] += 1
    return came


@dataclass(frozen=True, slots=True)
class Target:
    """A kind of input and how many of it are tried."""

    run: Callable[[int, int], Awaitable[Counter[str]]]
    count: int


TARGETS = {
    "http": Target(http_answers, 5_000),
    "mqtt": Target(mqtt_packets, 10_000),
    "rules": Target(rule_texts, 1_000_000),
    "archives": Target(archives, 500),
    "toml": Target(station_files, 5_000),
}


def main(words: Sequence[str] = ()) -> None:
    """Print the table; exit status 1 where there was a fault.

    Args:
        words: of what alone, how many and the first seed, as far as they are given.
    """
    chosen = {words[0]: TARGETS[words[0]]} if words else TARGETS
    seed = int(words[2]) if len(words) > 2 else 1
    print("| input | tried | taken | refused | faults |\n|---|---|---|---|---|")
    faults = 0
    for name, target in chosen.items():
        count = int(words[1]) if len(words) > 1 else target.count

        async def run(target: Target = target, count: int = count) -> Counter[str]:
            return await target.run(count, seed)

        came = asyncio.run(run())
        faults += came["fault"]
        doc = (target.run.__doc__ or "").partition(":")[0].partition(",")[0].rstrip(".")
        print(f"| {name}: {doc} | {count:,} | {came['taken']:,} | {came['refused']:,} | {came['fault']} |", flush=True)
    if faults:
        raise SystemExit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
