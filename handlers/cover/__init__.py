"""Cover: somebody cannot come, and others are asked to step in; a coordinator hears of what is short of people."""
