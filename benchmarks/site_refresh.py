"""Python function calls of one refresh of a station's screen at 120x40: two reads of the store, two draws."""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import FrameType

from tests.console.sample_fleet import NOW
from tests.console.sample_stations import make_store

from victron_console.console.kit.view import Site
from victron_console.console.site.data import read_site
from victron_console.console.site.page import draw_page
from victron_console.console.site.parts import Page, PageState
from victron_console.model.clock import ManualClock
from victron_console.store.read.reader import Reader

STATION, SIZE, DAY_COLUMNS = "birch-clinic", (120, 40), 288
MOST_CALLS = 25_500
MOST_SHOWN = 8


def calls_of(work: Callable[[], object]) -> Counter[str]:
    """How often each Python function is called in a piece of work."""
    found: Counter[str] = Counter()

    def count(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            found[f"{Path(frame.f_code.co_filename).stem}.{frame.f_code.co_qualname}"] += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return found


def refresh() -> tuple[Counter[str], Counter[str]]:
    """The calls of one read and of one draw, of a store and a screen that were read and drawn before."""
    with tempfile.TemporaryDirectory() as folder:
        path = make_store(Path(folder) / "store.db")
        with closing(Reader(path, ManualClock(NOW))) as reader:

            def read() -> object:
                return read_site(reader, STATION, NOW, None, DAY_COLUMNS)

            data = read_site(reader, STATION, NOW, None, DAY_COLUMNS)
            assert data is not None
            page = Page(data, Site(STATION, STATION, data.figures.shown, read_at=NOW - 4), (), NOW, PageState())
            draw_page(page, *SIZE)
            return calls_of(read), calls_of(lambda: draw_page(page, *SIZE))


def main() -> None:
    """Print the calls against what they may be, and those that are called most."""
    read, draw = refresh()
    print(f"  {2 * (read.total() + draw.total()):,} calls (at most {MOST_CALLS:,}): read {read.total():,} twice, "
          f"draw {draw.total():,} twice")  # fmt: skip
    for name, count in (read + draw).most_common(MOST_SHOWN):
        print(f"  {count:>6,}  {name}")
