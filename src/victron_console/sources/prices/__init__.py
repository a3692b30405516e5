"""Published lists of energy prices: a module a shape, what they have in common, and what is kept of them."""
