"""What the room brings into the house."""

from handlers.allocation import conversation
from handlers.allocation.jobs import JOBS
from handlers.allocation.notices import NOTICES
from handlers.kit.capability import Capability

capability = Capability("allocation", router=conversation.router, notices=NOTICES, jobs=JOBS)
