"""What the room brings into the house."""

from handlers.choice import conversation, views
from handlers.kit.capability import Capability

capability = Capability("choice", router=conversation.router, by_steward=True, commands=views.COMMANDS)
