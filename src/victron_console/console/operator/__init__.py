"""The one way by which the console writes: what operators do, under whose name, and what became of it."""
