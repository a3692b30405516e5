"""`python -m benchmarks [NAME ...]`: run all benchmarks but the long ones, or those named."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import benchmarks


def names() -> list[str]:
    """The modules here that are run together: those with a `main`, but for the long ones (`ONLY_BY_NAME`)."""
    found = [module.name for module in pkgutil.iter_modules(benchmarks.__path__) if not module.name.startswith("_")]
    modules = {name: importlib.import_module(f"benchmarks.{name}") for name in found}
    return [name for name, it in modules.items() if hasattr(it, "main") and not getattr(it, "ONLY_BY_NAME", False)]


def run(chosen: list[str]) -> None:
    """Run the benchmarks named, or all of them."""
    for name in chosen or names():
        module = importlib.import_module(f"benchmarks.{name}")
        print(f"\n{name}: {(module.__doc__ or '').strip().splitlines()[0]}")
        module.main()


run(sys.argv[1:])
