"""Pasts that others recorded, taken into the store: from Victron's portal, from the field's InfluxDB."""
