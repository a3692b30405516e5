"""Work beside the polls: what runs it, and the processes that heavy parts of it have of their own."""
