"""What a path means: unit, sign, enum, decimals, cadence, deadband, level. The catalogue is data; this reads it."""

from victron_console.catalogue.reader import TIER_S, Catalogue, Kind, Metric, Tier, catalogue

__all__ = ["TIER_S", "Catalogue", "Kind", "Metric", "Tier", "catalogue"]
