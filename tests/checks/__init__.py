"""What `make check` runs that no tool brings: our own import contracts, and the pinning of versions."""
