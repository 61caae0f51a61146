"""Standing: weeks are closed, those who are short are warned, every standing is explained, and exemptions are given."""
