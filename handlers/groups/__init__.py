"""Groups: the town talks with people one by one, and says so; a group that moves is followed."""

from handlers.groups import conversation
from handlers.kit.capability import Capability

capability = Capability("groups", router=conversation.router)
