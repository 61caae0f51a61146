"""Where the weekly update is posted: the town's groups and channels."""
