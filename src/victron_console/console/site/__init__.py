"""The Site screen: one station's energy as wired, its battery, its day, its devices."""
