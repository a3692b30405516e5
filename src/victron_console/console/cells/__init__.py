"""The Cells screen: how far the cells of a pack stand apart, and the packs of the fleet."""
