"""The calendar: shifts as files, and a private address that a calendar asks for them."""
