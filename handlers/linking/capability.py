"""What the room brings into the house."""

from handlers.kit.capability import Capability
from handlers.linking import conversation, notices, views

capability = Capability("linking", router=conversation.router, commands=views.COMMANDS, notices=notices.NOTICES)
