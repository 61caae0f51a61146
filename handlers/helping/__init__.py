"""Residents without a phone, and who speaks for them."""
