"""Who could take a week's open places: solved apart, in a process of its own, so that nothing waits for it.

`python -m bot.allocation` reads a puzzle from its standard input and writes what it found (`bot.allocation.puzzle`).
Only that process imports numpy and HiGHS.
"""
