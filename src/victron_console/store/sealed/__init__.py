"""History in compressed chunks: made, merged, read back, verified, given up."""
