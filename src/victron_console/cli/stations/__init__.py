"""Commands about the configuration: stations found, written and checked before anything is polled by it."""
