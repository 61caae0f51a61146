"""What the room brings into the house."""

from handlers.kit.capability import Capability
from handlers.labour import conversation

capability = Capability("labour", router=conversation.router)
