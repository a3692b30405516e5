"""Widgets that several screens use. Data goes in by one typed method; drawing is pure in state and size."""
