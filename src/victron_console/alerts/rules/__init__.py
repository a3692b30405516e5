"""Rule files and what a rule set is made of."""
