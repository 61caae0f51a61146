"""What the room brings into the house."""

from handlers.kit.capability import Capability
from handlers.results import conversation
from handlers.results.notices import NOTICES

capability = Capability("results", router=conversation.router, notices=NOTICES)
