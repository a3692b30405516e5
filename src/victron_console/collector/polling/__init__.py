"""What a poller goes by: when what is read, and what the answers say of the link and of the devices."""
