"""What the past says of a battery."""
