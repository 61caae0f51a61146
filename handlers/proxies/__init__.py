"""Proxies: somebody who votes for somebody else."""
