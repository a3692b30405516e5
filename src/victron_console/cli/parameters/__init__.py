"""What the commands' parameters take, and what the shell completes of them."""
