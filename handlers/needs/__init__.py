"""Needs: what homes need in a week, and how far what the projects make reaches (T6, T11)."""
