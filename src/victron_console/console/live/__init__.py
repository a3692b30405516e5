"""What the store says now, or said at a moment, as the screens take it."""
