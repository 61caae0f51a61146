"""Contests: what somebody does not agree with is looked at again, by somebody else."""
