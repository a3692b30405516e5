"""Rules, their expressions, the state machine of an alert, the devices' own alarms."""
