"""What the room brings into the house."""

from handlers.desk import conversation, notices, views
from handlers.kit.capability import Capability

capability = Capability("desk", router=conversation.router, commands=views.COMMANDS, notices=notices.NOTICES)
