"""The month that ships with the demonstration, opened once."""

from __future__ import annotations

from tests.contract.conftest import lived, reader

__all__ = ["lived", "reader"]
