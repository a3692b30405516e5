"""The alert engine: rules bound to a station's devices, and the alarms they raise."""
