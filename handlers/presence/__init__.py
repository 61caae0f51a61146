"""Who can be reached: people block the bot, and come back."""

from handlers.kit.capability import Capability
from handlers.presence import conversation

capability = Capability("presence", router=conversation.router)
