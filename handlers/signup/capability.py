"""What the room brings into the house."""

from handlers.kit.capability import Capability
from handlers.signup import conversation, views

capability = Capability("signup", router=conversation.router, by_steward=True, commands=views.COMMANDS)
