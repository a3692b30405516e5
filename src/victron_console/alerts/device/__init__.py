"""What devices raise themselves: their own alarms, and the GX's notifications."""
