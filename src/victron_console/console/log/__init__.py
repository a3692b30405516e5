"""The Log screen: everything that happened."""
