"""Recalls: one action tells everybody who has some of a batch, and shows who has heard of it."""
