"""Shifts: finding one, taking a place, giving it back, being reminded."""
