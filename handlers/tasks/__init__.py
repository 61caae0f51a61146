"""Calls for hands: a message made from a shift, whose buttons take a place on it, and the card that shows its way."""
