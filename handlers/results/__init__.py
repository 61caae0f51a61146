"""Results: what came of a poll, in words and as a picture, and the file that anybody can count again."""
