"""What the room brings into the house."""

from handlers.kit.capability import Capability
from handlers.presence import conversation

capability = Capability("presence", router=conversation.router)
