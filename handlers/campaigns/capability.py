"""What the room brings into the house."""

from handlers.campaigns import conversation
from handlers.campaigns.jobs import JOBS
from handlers.campaigns.notices import NOTICES
from handlers.campaigns.views import COMMANDS
from handlers.kit.capability import Capability

capability = Capability("campaigns", router=conversation.router, commands=COMMANDS, notices=NOTICES, jobs=JOBS)
