"""Long work says how far it is: on stderr, seldom where no terminal is there, and never of what is done at once."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from victron_console.cli.progress import counted, progress
from victron_console.model.clock import ManualClock
from victron_console.store.files.backup import PART_PAGES, backup
from victron_console.store.read.reader import Reader
from victron_console.store.records import Event
from victron_console.store.sealed.verify import verify
from victron_console.store.write.writer import Writer

NOW = 1_780_000_000.0


def test_says_now_and_then_how_much_is_done_and_how_long_it_takes(capsys: pytest.CaptureFixture[str]) -> None:
    clock = ManualClock(NOW)
    with progress("Diagnosing", "stations", 12, clock) as tell:
        for done in range(1, 13):
            clock.advance(15.0)
            tell(done / 12)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[:2] == [
        "Diagnosing: 1 of 12 stations, about 3 min left",
        "Diagnosing: 3 of 12 stations, about 2 min left",
    ]
    assert len(err.splitlines()) == 6


def test_says_nothing_of_what_is_done_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(counted("abc", 3, "Reading", "letters")) == ["a", "b", "c"]
    assert capsys.readouterr().err == ""


def big_store(path: Path) -> Writer:
    writer = Writer(path, ManualClock(NOW))
    writer.note([Event(NOW + n, None, "store", "x" * 4000) for n in range(2 * PART_PAGES)])
    return writer


@pytest.mark.slow
def test_a_backup_told_in_parts_holds_one_state_whatever_is_written_meanwhile(tmp_path: Path) -> None:
    shares: list[float] = []
    with closing(big_store(tmp_path / "store.db")) as writer, closing(Reader(tmp_path / "store.db")) as reader:

        def tell(share: float) -> None:
            shares.append(share)
            writer.note([Event(NOW, None, "store", "meanwhile")])

        with reader.at_once():
            before = len(reader.events(0.0, 2 * NOW, limit=100_000))
            backup(reader.db.conn, tmp_path / "copy.db", tell=tell)
    assert len(shares) >= 3
    assert shares == sorted(shares)
    with closing(Reader(tmp_path / "copy.db")) as copy:
        assert len(copy.events(0.0, 2 * NOW, limit=100_000)) == before


def test_verifying_tells_how_far_it_is_in_order(tmp_path: Path) -> None:
    shares: list[float] = []
    Writer(tmp_path / "store.db", ManualClock(NOW)).close()
    with closing(Reader(tmp_path / "store.db")) as reader, reader.at_once():
        assert verify(reader.db, shares.append).faults == []
    assert shares == sorted(shares)
