"""Energy as drawn on more than one screen: the wiring diagram and the balance of what comes in and goes out."""
