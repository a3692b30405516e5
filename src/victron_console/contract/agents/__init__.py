"""The server for agents: what they can ask over the Model Context Protocol. It reads, polls nothing, sets nothing."""
