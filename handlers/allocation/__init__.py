"""Allocation: who could take the open places of a week, proposed, sent as offers, and proposed again."""
