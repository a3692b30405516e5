"""The energy flow of a site as wired."""
