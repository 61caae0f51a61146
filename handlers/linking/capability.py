"""What the room brings into the house."""

from handlers.kit.capability import Capability
from handlers.linking import conversation, notices, views

capability = Capability(
    "linking",
    router=conversation.router,
    by_steward=True,  # for a code, and to answer who sent it (`for_them`)
    commands=views.COMMANDS,
    notices=notices.NOTICES,
)
