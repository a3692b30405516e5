"""The Fleet screen: every site in one row, and the chosen one under them."""
