"""Free electricity: homes and their meters, and the files that tell the utility."""
