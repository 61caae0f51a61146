"""What the room brings into the house."""

from handlers.kit.capability import Capability
from handlers.orders import conversation, notices, views

capability = Capability(
    "orders", router=conversation.router, by_steward=True, commands=views.COMMANDS, notices=notices.NOTICES
)
