"""The Alarms screen: alarms by what is to be done about them, and the chosen one in full."""
