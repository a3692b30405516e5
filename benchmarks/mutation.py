"""How many faults put into the core on purpose the tests notice: `make mutation`. Takes long; no part of any check.

mutmut makes the faults (see [tool.mutmut] in pyproject.toml). Of the thousands one in ten is run, drawn by a seed:
those whose number in their function ends in one digit. Each that no test noticed is printed with its line and why it
may stay, from `mutation_reasons.toml`: a table for each function, and in it the changed line as key; its table
`everywhere` has parts of changed lines that need no test wherever they stand.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ONLY_BY_NAME = True
PACKAGES = ("alerts.engine", "insight.flow", "insight.overview", "store.write")
MUTANTS = Path("mutants")
SOURCE = Path("src") / "victron_console"
REASONS = Path(__file__).with_name("mutation_reasons.toml")
NOT_NOTICED = (0, 5, 33)
"""Status of a fault: pytest's where no test failed or none was found, and mutmut's own where no test runs its line."""
NOT_TRIED = (None, 2, 34)
"""What mutmut has for a fault that it did not come to, was interrupted at, or was told to leave out."""

Reasons = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Survivor:
    """A fault that no test noticed: where it is, the lines as they are and as the fault makes them."""

    function: str
    """With module and class, such as `alerts.engine.flap.Flap.raised`."""
    line: str
    changed: str
    reason: str
    """Why it may stay; empty where nobody said so."""


def main() -> None:
    """Run the sample and print, for each package, how many of it were noticed, and every fault that was not.

    Exit status 1, without a table, where mutmut broke off; after it, where a package has no fault that was tried.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--package", action="append", choices=PACKAGES, help="Only this; may be repeated.")
    parser.add_argument("--all", action="store_true", help="Every fault, not one in ten.")
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    digit = "" if given.all else str(random.Random(given.seed).randrange(10))
    packages = given.package or PACKAGES
    wanted = [f"victron_console.{package}.*__mutmut_*{digit}" for package in packages]
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(given.processes), *wanted]
    if subprocess.run(command, check=False).returncode:
        raise SystemExit("mutmut broke off, see above: nothing is told of what it had not come to")
    reasons = tomllib.loads(REASONS.read_text(encoding="utf-8"))
    rows = []
    for package in packages:
        results = dict(_results(package, digit))
        survivors = [_survivor(name, reasons) for name, status in results.items() if status in NOT_NOTICED]
        rows.append((package, len(results), survivors))
        for it in sorted(survivors, key=lambda survivor: (survivor.function, survivor.changed)):
            print(f"{it.function}\n    - {it.line}\n    + {it.changed}\n    {it.reason or 'NO REASON GIVEN'}")
    print(f"\n{'':<18}faults  noticed  not, with a reason  without")
    for package, count, survivors in rows:
        share = f"{1 - len(survivors) / count:.0%}" if count else "-"
        told = sum(bool(it.reason) for it in survivors)
        print(f"{package:<18}{count:>6}{share:>9}{told:>20}{len(survivors) - told:>9}")
    if empty := [package for package, count, _ in rows if not count]:
        raise SystemExit(f"no fault was tried in {', '.join(empty)}")


def _results(package: str, digit: str) -> Iterator[tuple[str, int]]:
    """The faults of a package that were tried, with the exit status of their tests."""
    for meta in (MUTANTS / SOURCE / package.replace(".", "/")).glob("*.meta"):
        for name, status in json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"].items():
            if status not in NOT_TRIED and name.endswith(digit):
                yield name, status


def _survivor(name: str, reasons: Reasons) -> Survivor:
    """A fault by mutmut's name of it, with its reason."""
    from mutmut.mutation.diff_apply import get_diff_for_mutant  # at hand for `make mutation` alone
    from mutmut.utils.format_utils import orig_function_and_class_names_from_key

    module = name.rpartition(".")[0].removeprefix("victron_console.")
    function, cls = orig_function_and_class_names_from_key(name)
    path = SOURCE / f"{module.replace('.', '/')}.py"
    changes = get_diff_for_mutant(name, path=path).splitlines()[2:]
    line, changed = (" ".join(it[1:].strip() for it in changes if it.startswith(sign)) for sign in "-+")
    where = ".".join(filter(None, (module, cls, function.rpartition(".")[2])))
    everywhere = (why for part, why in reasons.get("everywhere", {}).items() if part in changed and part not in line)
    return Survivor(where, line, changed, reasons.get(where, {}).get(changed) or next(everywhere, ""))


if __name__ == "__main__":
    main()
