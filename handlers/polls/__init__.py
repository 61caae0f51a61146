"""Polls: asking the town a question, and the list of what it is asked."""
