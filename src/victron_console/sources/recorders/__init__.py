"""What others recorded of a station: read for an import, never polled."""
