"""Picking goods up: the code that shows whose they are, who else may come for them, and the desk."""
