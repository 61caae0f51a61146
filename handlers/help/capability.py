"""What the room brings into the house."""

from handlers.help import conversation, views
from handlers.kit.capability import Capability

capability = Capability("help", router=conversation.router, by_steward=True, commands=views.COMMANDS)
