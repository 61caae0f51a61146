"""The rules of the town: pure functions and frozen dataclasses over the standard library, nothing else.

Nothing in here reads a clock, a database, a file or a language: the time is passed in, what happened is passed in, and
whatever is wrong is raised as a fact (``town.facts``) for somebody else to put into words.
"""
