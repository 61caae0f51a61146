"""Check-in: at the place a screen shows a code that changes every minute, and whoever sends it is there."""
