"""What the store answers, live or as it was at any moment."""
