"""What is said to machines: one form of JSON for `--json` and for agents, with schemas made of its types."""
