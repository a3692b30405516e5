"""TOML from outside is read, or refused before it costs a machine's memory or minutes."""

from __future__ import annotations

import time
import tomllib
import tracemalloc

import pytest

from victron_console.model.toml_text import MAX_CHARACTERS, MAX_KEYS, parse_toml

COSTLY = {
    "a dotted key of 400 KB": ".".join(["a"] * 200_000) + " = 1",
    "quoted dotted keys": ".".join(['"a"'] * 100_000) + " = 1",
    "a dotted key inside a table": "x = {" + ".".join(["a"] * 100_000) + " = 1}",
    "a deep header and many keys": f"[{'.'.join(['a'] * 1000)}]\n" + "".join(f"k{n} = 1\n" for n in range(30_000)),
    "many dotted keys": "".join(f"k{n}.{'.'.join('abcdefghij' * 15)} = 1\n" for n in range(3_000)),
    "many keys": "".join(f"k{n}=1\n" for n in range(MAX_KEYS + 1)),
    "many keys in a line": "x = {" + ", ".join(f"k{n}=1" for n in range(MAX_KEYS + 1)) + "}",
    "many headers": "".join(f"[t{n}]\n" for n in range(MAX_KEYS + 1)),
    "nested brackets": "x = " + "[" * 30_000,
    "an endless number": "x = " + "9" * 100_000,
    "too long": f'x = "{"y" * MAX_CHARACTERS}"',
}


@pytest.mark.parametrize("text", COSTLY.values(), ids=COSTLY)
def test_what_would_cost_too_much_is_refused_for_little(text: str) -> None:
    began = time.thread_time()
    tracemalloc.start()
    try:
        with pytest.raises(tomllib.TOMLDecodeError, match=r"\(at (line \d+, column \d+|end of document)\)$"):
            parse_toml(text)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 60_000_000
    assert time.thread_time() - began < 20.0  # of CPU, traced: untraced it took from 30 s to minutes


def test_a_large_honest_file_is_read() -> None:
    notes = "One sentence. " * 100
    text = "".join(
        f'[[station]]\nid = "s{n}"\nname = "Site {n}"\nurl = "http://192.0.2.{n % 250}:8088"\n'
        f'location = {{ latitude = 52.1, longitude = 9.3 }}\nnotes = """\n{notes if n < 50 else ""}\n"""\n'
        for n in range(1500)
    )
    assert len(parse_toml(text)["station"]) == 1500
