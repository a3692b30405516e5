"""The figures that the README names. Everything is a ratio, or measured side by side in one run."""
