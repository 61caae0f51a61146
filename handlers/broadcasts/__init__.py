"""Broadcasts: a message to an audience, who approves it, when it goes out, and holding or stopping it."""
