"""The app: its table of screens, commands, themes, settings, time mode, and what the terminal is written."""
