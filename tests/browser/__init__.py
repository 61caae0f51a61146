"""The web chat in a real browser, before a town that runs as its operator starts it."""
