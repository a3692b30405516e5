"""What others recorded of a station beside our own record: how the two compare, and what only they have."""
