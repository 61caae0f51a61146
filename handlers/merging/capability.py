"""What the room brings into the house."""

from handlers.kit.capability import Capability
from handlers.merging import conversation, jobs, notices, views

capability = Capability(
    "merging", router=conversation.router, commands=views.COMMANDS, notices=notices.NOTICES, jobs=jobs.JOBS
)
