"""What the past says of GX devices and their firmware."""
