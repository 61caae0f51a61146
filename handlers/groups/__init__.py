"""Groups: the town talks with people one by one, and says so; a group that moves is followed."""
