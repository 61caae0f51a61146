"""What the room brings into the house."""

from handlers.kit.capability import Capability
from handlers.roles import conversation, notices, views

capability = Capability("roles", router=conversation.router, commands=views.COMMANDS, notices=notices.NOTICES)
