"""Minutes: what was said and decided, and what is to be done about it."""
