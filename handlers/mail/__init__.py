"""What came as a short word, or waited, in full."""
