"""Judgement on readings and history: pure functions, no I/O."""
