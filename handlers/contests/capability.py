"""What the room of contests brings."""

from handlers.contests import conversation
from handlers.contests.jobs import JOBS
from handlers.contests.notices import NOTICES
from handlers.kit.capability import Capability

capability = Capability("contests", router=conversation.router, by_steward=True, notices=NOTICES, jobs=JOBS)
