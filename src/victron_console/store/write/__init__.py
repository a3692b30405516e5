"""What is written of each poll: only what changed, in one transaction."""
