"""Why a site does what it does at a moment: what limits it, in the order in which the system itself applies limits."""
