"""What the room brings into the house."""

from handlers.kit.capability import Capability
from handlers.mail import conversation

capability = Capability("mail", router=conversation.router, by_steward=True)
