"""What every screen is framed by: header, keys, dialogs, and what it may ask of the app."""
