"""The ledger as people read it: a resident's weeks, entry by entry, and corrections of what is written."""
