"""Hands what is recorded over to databases for time series, with the store as the queue."""
