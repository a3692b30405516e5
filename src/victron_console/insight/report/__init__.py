"""What a site's owner gets each month: its figures, its alarms and what was found, as a page to read or print."""
