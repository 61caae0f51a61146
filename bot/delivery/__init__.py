"""Bringing notices to people: the pace, the outcome, and one sender per channel."""
