"""Our figures, each held against its floor or its peer in one run: `make bench`."""
