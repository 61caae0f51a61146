"""Help, and the answer to whatever no other room understood."""

from handlers.help import conversation, views
from handlers.kit.capability import Capability

capability = Capability("help", router=conversation.router, commands=views.COMMANDS)
