"""Hours: rosters are settled, and what is confirmed enters the ledger."""
