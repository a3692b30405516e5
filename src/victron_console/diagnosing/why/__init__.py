"""Asks the store why a station does what it does: causes of a moment, what changed before, when it was so before."""
