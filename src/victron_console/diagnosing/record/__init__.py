"""What a station's past is, as arrays."""
