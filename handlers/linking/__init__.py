"""Accounts of one resident: a code links another chat; which one the town writes to; letting one go."""
