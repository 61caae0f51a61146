"""Roles: the first mayor, who coordinates what, who is let in, and what the town decides for itself."""
