"""What the room brings into the house."""

from handlers.kit.capability import Capability
from handlers.week import conversation, views

capability = Capability("week", router=conversation.router, by_steward=True, commands=views.COMMANDS)
