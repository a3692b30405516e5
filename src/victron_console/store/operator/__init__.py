"""What operators write: rows that are only ever added."""
