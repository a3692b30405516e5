"""How others know that this collector lives, and how it knows that others do."""
