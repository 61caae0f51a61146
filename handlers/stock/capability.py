"""What the room brings into the house."""

from handlers.kit.capability import Capability
from handlers.stock import conversation
from handlers.stock.jobs import JOBS
from handlers.stock.notices import NOTICES
from handlers.stock.views import COMMANDS

capability = Capability("stock", router=conversation.router, commands=COMMANDS, notices=NOTICES, jobs=JOBS)
