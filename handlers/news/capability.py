"""What the room brings into the house."""

from handlers.kit.capability import Capability
from handlers.news import conversation
from handlers.news.jobs import JOBS
from handlers.news.notices import NOTICES
from handlers.news.views import COMMANDS

capability = Capability(
    "news", router=conversation.router, by_steward=True, commands=COMMANDS, notices=NOTICES, jobs=JOBS
)
