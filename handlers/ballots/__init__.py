"""Ballots: the paper on which somebody marks their vote, and putting it in."""
