"""Swapping shifts, and handing one over."""
