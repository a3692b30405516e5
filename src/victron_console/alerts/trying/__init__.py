"""Rules without waiting for trouble: rule tests and back-tests."""
