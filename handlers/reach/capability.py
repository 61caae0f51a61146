"""What the room brings into the house."""

from handlers.kit.capability import Capability
from handlers.reach import conversation, lost_views

capability = Capability("reach", router=conversation.router, commands=lost_views.COMMANDS)
