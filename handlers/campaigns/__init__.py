"""Campaigns: the three rounds by which the town invites, their steps, the press text, and posters that count."""
