"""The way in: one update, one transaction, effects exactly once, replies after the commit."""
