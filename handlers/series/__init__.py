"""Series: shifts that come again, and the residents who come every time."""
