"""Several residents on one phone, chosen by name."""
