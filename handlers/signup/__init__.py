"""Signing up, and one's own answers."""
