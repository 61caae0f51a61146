"""Meetings: calling them, finding a date, who comes, and who is there."""
