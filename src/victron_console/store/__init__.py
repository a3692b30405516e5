"""SQLite behind one writer and many readers: everything that was read, when, and how good it was."""
