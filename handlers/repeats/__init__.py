"""Batches that come again: put up by themselves, some days ahead."""
