"""A station's figures at a moment, and why one is doubtful."""
