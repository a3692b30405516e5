"""What every screen draws with: lines, figures, lists, dialogs, keys. It imports no screen."""
