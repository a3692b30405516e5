"""How many faults put into the core on purpose the tests notice: `make mutation`. Takes long; no part of any check.

mutmut makes the faults (see [tool.mutmut] in pyproject.toml). Of the thousands one in ten is run, drawn by a seed:
those whose number in their function ends in one digit.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ONLY_BY_NAME = True
PACKAGES = ("alerts.engine", "insight.flow", "insight.overview", "store.write")
MUTANTS = Path("mutants")
SURVIVED, NOT_COVERED = 0, 33
"""Exit status of pytest where no test failed, and what mutmut gives a fault that no test runs."""


def main() -> None:
    """Run the sample and print, for each package, how many of it were noticed, and every fault that was not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--package", action="append", choices=PACKAGES, help="Only this; may be repeated.")
    parser.add_argument("--all", action="store_true", help="Every fault, not one in ten.")
    given = parser.parse_args()
    digit = "" if given.all else str(random.Random(given.seed).randrange(10))
    packages = given.package or PACKAGES
    wanted = [f"victron_console.{package}.*__mutmut_*{digit}" for package in packages]
    subprocess.run([sys.executable, "-m", "mutmut", "run", *wanted], check=False)
    for package in packages:
        results = dict(_results(package, digit))
        missed = sorted(name for name, status in results.items() if status in (SURVIVED, NOT_COVERED))
        share = f"{1 - len(missed) / len(results):.0%}" if results else "-"
        print(f"{package:<18}{len(results) - len(missed):>5} of {len(results):<5}{share} noticed")
        for module, count in Counter(name.rpartition(".")[0] for name in missed).items():
            print(f"    {module.removeprefix('victron_console.')}: {count} not noticed")
        for name in missed:
            print(f"        {name.rpartition('.')[2]}")


def _results(package: str, digit: str) -> Iterator[tuple[str, int]]:
    """The faults of a package that were run, with the exit status of their tests."""
    for meta in (MUTANTS / "src" / "victron_console" / package.replace(".", "/")).glob("*.meta"):
        for name, status in json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"].items():
            if status is not None and name.endswith(digit):
                yield name, status


if __name__ == "__main__":
    main()
