"""The commissioning review."""
