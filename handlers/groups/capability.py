"""What the room brings into the house."""

from handlers.groups import conversation
from handlers.kit.capability import Capability

capability = Capability("groups", router=conversation.router)
