"""Two residents who are one person: made one, and made two again."""
