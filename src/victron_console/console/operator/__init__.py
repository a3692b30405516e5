"""The one way by which the console writes: under whose name, off the screen's thread, and what became of it."""
