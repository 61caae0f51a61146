"""The weekly update: its draft, the mayor's words and photos, and the updates of before."""
