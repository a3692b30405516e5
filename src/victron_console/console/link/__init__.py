"""The Link screen: how each station is reached."""
