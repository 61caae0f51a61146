"""What the room brings into the house."""

from handlers.hours import conversation
from handlers.hours.jobs import JOBS
from handlers.hours.notices import NOTICES
from handlers.kit.capability import Capability, Command
from locales import N_

capability = Capability(
    "hours",
    router=conversation.router,
    commands=(Command("rosters", N_("Confirm hours"), N_("rosters|roster|confirm hours"), role="coordinator"),),
    notices=NOTICES,
    jobs=JOBS,
)
