"""The demonstration's past: what happened, how it is opened as if it ended now, and the weather that goes on."""
