"""The Paths screen: every value of a station."""
