"""What the room brings into the house."""

from handlers.broadcasts import conversation
from handlers.broadcasts.jobs import JOBS
from handlers.broadcasts.notices import NOTICES
from handlers.broadcasts.views import COMMANDS
from handlers.kit.capability import Capability

capability = Capability("broadcasts", router=conversation.router, commands=COMMANDS, notices=NOTICES, jobs=JOBS)
