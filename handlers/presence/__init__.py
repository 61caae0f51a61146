"""Who can be reached: people block the bot, and come back."""
