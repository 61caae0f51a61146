"""Draws of scarce goods: how they work, their results, and the files that anybody can check them with."""
