"""What the room brings into the house."""

from handlers.checkin import conversation
from handlers.kit.capability import Capability

capability = Capability("checkin", router=conversation.router, by_steward=True)
