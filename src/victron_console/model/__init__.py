"""The words everything else speaks: stations, devices, readings, their quality, and time."""
