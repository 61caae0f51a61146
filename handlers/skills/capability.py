"""What the room brings into the house."""

from handlers.kit.capability import Capability
from handlers.skills import conversation, notices, views

capability = Capability(
    "skills", router=conversation.router, by_steward=True, commands=views.COMMANDS, notices=notices.NOTICES
)
