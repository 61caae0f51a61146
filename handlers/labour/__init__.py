"""Labour: the hours that the town's projects offer, and what becomes of them."""
