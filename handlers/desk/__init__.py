"""The coordinator's desk: projects, and putting up, changing and cancelling shifts."""
