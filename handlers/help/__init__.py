"""Help, and the answer to whatever no other room understood."""
