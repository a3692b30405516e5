"""The store as files for other people and other machines, and back."""
