"""Tellers: votes on paper, entered by one and confirmed by another."""
