"""What the room brings into the house."""

from handlers.kit.capability import Capability
from handlers.polls import conversation
from handlers.polls.jobs import JOBS
from handlers.polls.notices import NOTICES
from handlers.polls.views import COMMANDS

capability = Capability("polls", router=conversation.router, commands=COMMANDS, notices=NOTICES, jobs=JOBS)
