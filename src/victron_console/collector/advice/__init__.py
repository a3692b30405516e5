"""Advice for an ESS by the hour, and the lists of prices that it goes by."""
