"""What the room brings into the house."""

from handlers.kit.capability import Capability
from handlers.tellers import conversation
from handlers.tellers.jobs import JOBS
from handlers.tellers.notices import NOTICES

capability = Capability("tellers", router=conversation.router, notices=NOTICES, jobs=JOBS)
