"""Whom a broadcast reached, and what reached nobody."""
