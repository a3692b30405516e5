"""Advice for an ESS, its forecasts, and what came of it."""
